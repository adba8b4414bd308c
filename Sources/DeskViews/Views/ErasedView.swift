import Desk
import EventSourcing
import EventStore

/// The erased cases by the time at which it was recorded: their keys must be gone, and their names wait in free pages of
/// older views to be scrubbed.
enum ErasedView: CaseView {
  static let name = "erased"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { $0.erasure?.recordedAt != $1.erasure?.recordedAt }, owner: .endOfKey)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    guard let erasure = row.state.erasure else { return }
    rows.add {
      $0.append(bigEndian: OrderedKey.bits(of: erasure.recordedAt))
      $0.append(bigEndian: row.number)
    }
  }
}
