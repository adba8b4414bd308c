import Desk
import EventSourcing

/// Cases by where they stand, by due date.
enum StatusView: Projection {
  static let name = "status"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { $0.due != $1.due || $0.status != $1.status }, owner: .endOfKey)

  static func rows(of row: CaseRow) -> [ViewRow] {
    guard let due = row.state.due else { return [] }
    return [ViewRow(OrderedKey.key([row.state.status.rawValue], due, row.number))]
  }
}
