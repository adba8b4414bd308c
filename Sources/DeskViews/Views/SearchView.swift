import Desk
import EventSourcing

/// Every word of the citizen's name, the code and the subject: folded word, 0, number.
enum SearchView: Projection {
  static let name = "search"
  static let view = DeskView(
    Self.self, version: 1, .differencesIf { !isSameSource($0, $1) }, owner: .endOfKey)

  static func rows(of row: CaseRow) -> [ViewRow] {
    words(of: row.state).map { word in
      var key: [UInt8] = []
      key.reserveCapacity(word.utf8.count + 9)
      key += word.utf8
      key.append(0)
      OrderedKey.append(row.number, to: &key)
      return ViewRow(key)
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
    guard case .some(let old) = before.reception, case .some(let new) = after.reception else {
      if case .none = before.reception, case .none = after.reception { return true }
      return false
    }
    return old.facts.applicant.isSpelt(like: new.facts.applicant) && old.facts.code.isSpelt(like: new.facts.code)
      && old.facts.subject.isSpelt(like: new.facts.subject)
  }
}
