import Desk
import EventSourcing
import EventStore

/// Every word of the citizen's name, the code and the subject: folded word, 0, number.
enum SearchView: Projection {
  static let name = "search"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { source($0) != source($1) }, owner: .endOfKey)

  static func rows(of row: CaseRow) -> [ViewRow] {
    words(of: row.state).map { ViewRow(Array($0.utf8) + [0] + bigEndian(row.number)) }
  }

  /// A word longer than a key may be is found by its beginning.
  static func words(of state: CaseState) -> [String] {
    guard let facts = state.reception?.facts else { return [] }
    return [facts.applicant, facts.code, facts.subject].compactMap(\.self).joined(separator: " ").foldedWords
      .map { $0.utf8.count <= 200 ? $0 : String(decoding: $0.utf8.prefix(200), as: UTF8.self) }
  }

  /// What the rows are made from; when it is the same, they are.
  static func source(_ state: CaseState?) -> [String?] {
    [state?.reception?.facts.applicant, state?.reception?.facts.code, state?.reception?.facts.subject]
  }
}
