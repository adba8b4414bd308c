import Desk
import EventSourcing

/// Cases by where they stand, by due date.
enum StatusView: CaseView {
  static let name = "status"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { $0.due != $1.due || $0.status != $1.status }, owner: .endOfKey)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    guard let due = row.state.due else { return }
    rows.add {
      $0.append(row.state.status.rawValue)
      OrderedKey.append(OrderedKey.bits(of: due), to: &$0)
      OrderedKey.append(row.number, to: &$0)
    }
  }
}
