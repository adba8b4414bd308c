import Desk
import EventSourcing

/// Cases by where they stand, by due date.
enum StatusView: Projection {
  static let name = "status"
  static let view = DeskView(Self.self, version: 1, .differences, owner: .endOfKey)

  static func rows(of row: CaseRow) -> [ViewRow] {
    guard let due = row.state.due else { return [] }
    return [ViewRow(OrderedKey.key([row.state.status.rawValue], due, row.number))]
  }
}
