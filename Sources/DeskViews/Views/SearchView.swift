import Desk
import EventSourcing
import EventStore

/// Every word of the citizen's name, the code and the subject: folded word, 0, number.
enum SearchView: CaseView {
  static let name = "search"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { !isSameSource($0, $1) }, owner: .endOfKey)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    for word in words(of: row.state) {
      rows.add {
        $0 += word.utf8
        $0.append(0)
        $0.append(bigEndian: row.number)
      }
    }
  }

  /// A word longer than a key may be is found by its beginning.
  static func words(of state: CaseState) -> [String] {
    guard let facts = state.reception?.facts else { return [] }
    return [facts.applicant, facts.code, facts.subject].compactMap(\.self).joined(separator: " ").foldedWords
      .map { $0.utf8.count <= 200 ? $0 : String(decoding: $0.utf8.prefix(200), as: UTF8.self) }
  }

  /// Whether what the rows are made from is the same: then they are.
  static func isSameSource(_ before: CaseState, _ after: CaseState) -> Bool {
    if after.hasReception(of: before) { return true }
    guard let old = before.reception, let new = after.reception else { return false }
    return old.facts.applicant.isSpelt(like: new.facts.applicant) && old.facts.code.isSpelt(like: new.facts.code)
      && old.facts.subject.isSpelt(like: new.facts.subject)
  }
}
