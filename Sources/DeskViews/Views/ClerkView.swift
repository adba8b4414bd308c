import Desk
import EventSourcing
import EventStore

/// Cases by the clerk who is asked about them, by due date: the open ones first.
enum ClerkView: CaseView {
  static let name = "clerk"
  static let view = DeskView(
    Self.self, version: 1,
    .differencesIf { $0.due != $1.due || $0.isOpen != $1.isOpen || !isSameClerk($0, $1) },
    owner: .endOfKey)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    guard let clerk = row.state.clerk, let due = row.state.due else { return }
    rows.add { key in
      append(clerk, isOpen: row.state.isOpen, to: &key)
      key.append(bigEndian: OrderedKey.bits(of: due))
      key.append(bigEndian: row.number)
    }
  }

  /// The receipt says who it is, and what a correction has changed of it.
  private static func isSameClerk(_ before: CaseState, _ after: CaseState) -> Bool {
    after.hasReception(of: before) || before.clerk.isSpelt(like: after.clerk)
  }

  static func prefix(_ clerk: String, isOpen: Bool) -> [UInt8] {
    var prefix: [UInt8] = []
    append(clerk, isOpen: isOpen, to: &prefix)
    return prefix
  }

  private static func append(_ clerk: String, isOpen: Bool, to key: inout [UInt8]) {
    let text = clerk.utf8.span
    text.extracting(..<min(text.count, 400)).withUnsafeBufferPointer { key.append(contentsOf: $0) }
    key.append(0)
    key.append(isOpen ? 0 : 1)
  }
}
