import Desk
import DeskRecords
import EventSourcing
import EventStore
import LMDB

import Synchronization

/// The rules that the ledger has adopted, each at its position: what a case was received under is found here, never in
/// today's files.
final class Rules: Sendable {
  private struct State {
    var books: [Position: RuleBook] = [:]
    var current = Position.start

    mutating func adopt(_ book: RuleBook, at position: Position) {
      var book = book
      // The catalogue is nearly all of a book, and most adoptions leave it as it is: then it is held once.
      if let before = books[current], before.procedures == book.procedures { book.procedures = before.procedures }
      books[position] = book
      current = max(current, position)
    }
  }

  private let state = Mutex(State())

  /// Takes in all rules that the ledger has adopted, and forgets any others.
  func load(_ store: EventStore, by coding: RecordCoding) throws {
    var loaded = State()
    let views = store.views
    let positions = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(of: 0, transaction)
    }
    for position in positions {
      if let record = try store.ledger.record(at: position),
        case .office(.rulesAdopted(let book), _) = try store.decode(record, by: coding).body
      {
        loaded.adopt(book, at: position)
      }
    }
    state.withLock { [loaded] in $0 = loaded }
  }

  func adopt(_ book: RuleBook, at position: Position) { state.withLock { $0.adopt(book, at: position) } }

  var current: (position: Position, book: RuleBook)? {
    state.withLock { state in state.books[state.current].map { (state.current, $0) } }
  }

  func book(at position: Position) -> RuleBook? { state.withLock { $0.books[position] } }

  /// Every prefix that codes of this office ever began with.
  var prefixes: Set<String> { state.withLock { Set($0.books.values.map(\.office.codePrefix)) } }
}
