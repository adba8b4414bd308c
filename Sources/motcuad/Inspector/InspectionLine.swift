import Desk
import DeskService

/// What the process that reads files says, one line of JSON each.
struct InspectionLine: Codable {
  /// How far it is; told before what comes next is read.
  var step: Verification.Step?
  var damage: Damage?
  /// Why it cannot do what it should, though that is no damage.
  var failure: Text?
  var salvage: SalvageLine?
}

/// What was found where a ledger is read piece by piece.
struct SalvageLine: Codable {
  /// These events are read next.
  var trying: ClosedRange<UInt64>?
  /// These could be read, and are what their hashes say.
  var read: ClosedRange<UInt64>?
  /// This one could not, and the reader goes on.
  var unreadable: UInt64?
  /// A readable event, where it is asked for: its line of an export.
  var event: String?
  /// What the lines of an export of this ledger name as their source.
  var source: String?
  /// The last event, as far as it can be told.
  var last: UInt64?
}
