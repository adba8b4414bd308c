import Desk
import EventSourcing

/// Cases by the clerk who is asked about them, by due date: the open ones first.
enum ClerkView: Projection {
  static let name = "clerk"
  static let view = DeskView(
    Self.self, version: 1,
    .differencesIf { $0.due != $1.due || $0.isOpen != $1.isOpen || !$0.clerk.isSpelt(like: $1.clerk) },
    owner: .endOfKey)

  static func rows(of row: CaseRow) -> [ViewRow] {
    guard let clerk = row.state.clerk, let due = row.state.due else { return [] }
    return [ViewRow(OrderedKey.key(prefix(clerk, isOpen: row.state.isOpen), due, row.number))]
  }

  static func prefix(_ clerk: String, isOpen: Bool) -> [UInt8] {
    var prefix = Array(clerk.utf8)
    prefix.removeLast(max(0, prefix.count - 400))
    prefix += [0, isOpen ? 0 : 1]
    return prefix
  }
}
