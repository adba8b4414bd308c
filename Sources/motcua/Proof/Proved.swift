import Desk
import DeskInterface
import EventSourcing

/// What a proof that holds proves.
enum Proved: Equatable {
  case events(ProvedEvents)
  case growth(ProvedGrowth)
}

/// These events, unchanged, are in the ledger at these positions as of the checkpoint. That there are no later ones is
/// not proved.
struct ProvedEvents: Equatable {
  struct Event: Equatable {
    var position: Int
    /// The number of the case.
    var number: UInt64
    var version: UInt32
    var commandID: [UInt8]
    var event: CaseEvent
    /// Something is sealed, and its key was not disclosed.
    var isClosed: Bool
  }

  var code: String
  var head: SignedHead
  var events: [Event]
  /// The sealing key was disclosed, and is the committed one.
  var isOpened: Bool
  /// A published checkpoint says the same.
  var isCompared: Bool
}

/// The ledger of the new checkpoint begins with that of the old one.
struct ProvedGrowth: Equatable {
  var old: SignedHead
  var new: SignedHead
  var isCompared: Bool
}
