import Desk
import EventStore
import LMDB

/// A search in pages: every word given begins a word of the case.
public struct SearchPages: Sendable {
  private let words: [String]
  private var from: [UInt8]?

  init(_ text: String) {
    words = text.foldedWords.map { String(decoding: $0.utf8.prefix(200), as: UTF8.self) }
    // The longest word has the fewest rows to look at; the others are checked on the case itself.
    from = words.max { $0.utf8.count < $1.utf8.count }.map { Array($0.utf8) }
  }

  /// The next cases that match, at most `limit` and about `PageBytes.max` bytes of them; an empty page is possible. Nil after
  /// the last one.
  public mutating func next(limit: Int = 100, in views: DeskViews) throws -> [CaseRow]? {
    guard let start = from, let lead = words.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
    let prefix = Array(lead.utf8)
    let transaction = try views.store.environment.beginRead()
    var found: [(word: String, number: UInt64, key: [UInt8])] = []
    try transaction.scan(views.table(SearchView.view), from: start) { key, _ in
      let bytes = [UInt8](copying: key)
      guard bytes.starts(with: prefix) else { return .stop }
      found.append((String(decoding: bytes.dropLast(9), as: UTF8.self), OrderedKey.number(bytes), bytes))
      return found.count < max(limit, 1) ? .next : .stop
    }
    from = found.count == max(limit, 1) ? found.last.map { $0.key + [0] } : nil
    var (page, bytes): ([CaseRow], Int) = ([], 0)
    for (word, number, key) in found {
      let state = try views.state(of: number, transaction)
      let own = SearchView.words(of: state)
      // A case with several words of this beginning is told once, at the first of them.
      guard
        own.filter({ $0.utf8.starts(with: lead.utf8) }).min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) == word,
        words.allSatisfy({ word in own.contains { $0.utf8.starts(with: word.utf8) } })
      else { continue }
      page.append(CaseRow(number: number, state: state))
      bytes += state.answerBytes
      if bytes >= PageBytes.max {
        from = key + [0]
        return page
      }
    }
    return page
  }
}

extension DeskViews {
  /// Cases in which every word of the text begins a word of the citizen's name, the code or the subject.
  public static func search(_ text: String) -> SearchPages { SearchPages(text) }
}
