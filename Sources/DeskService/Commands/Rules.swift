import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB
import Synchronization

/// What a batch leaves of the office: its state, and the rules in force.
struct OfficeChange: Sendable {
  var state: OfficeState
  var book: RuleBook?
}

/// The office as whoever decides and answers needs it: its state, as the views have it, and the rules that the ledger has
/// adopted, each at its position. What a case was received under is found here, never in today's files. A book is read from
/// the ledger when it is first asked for, so that a start reads the one in force and no other.
final class Rules: Sendable {
  private struct State {
    var office = OfficeState()
    var books: [Position: RuleBook] = [:]

    mutating func keep(_ book: RuleBook, at position: Position) {
      var book = book
      // The catalogue is nearly all of a book, and most adoptions leave it as it is: then it is held once.
      if let other = books[office.rules], other.procedures == book.procedures { book.procedures = other.procedures }
      books[position] = book
    }
  }

  private let store: EventStore
  private let coding: RecordCoding
  private let state = Mutex(State())

  init(_ store: EventStore, by coding: RecordCoding) {
    self.store = store
    self.coding = coding
  }

  /// Takes in the office as the views have it now, and forgets what it was before.
  func load() throws {
    let views = try DeskViews(store.views)
    let transaction = try views.store.environment.beginRead()
    let office = try views.office(transaction)
    var loaded = State()
    loaded.office = office
    if office.rules > .start { loaded.keep(try read(office.rules), at: office.rules) }
    state.withLock { [loaded] in $0 = loaded }
  }

  /// What was just recorded on the office's own stream.
  func take(_ change: OfficeChange) {
    state.withLock { state in
      if let book = change.book, change.state.rules > state.office.rules { state.keep(book, at: change.state.rules) }
      state.office = change.state
    }
  }

  var office: OfficeState { state.withLock { $0.office } }

  var current: (position: Position, book: RuleBook)? {
    state.withLock { state in state.books[state.office.rules].map { (state.office.rules, $0) } }
  }

  /// Whether the ledger says already what is asked.
  func isDone(_ command: OfficeCommand) -> Bool {
    state.withLock { OfficeDecider.isDone(command, $0.office, under: $0.books[$0.office.rules]) }
  }

  /// The rules that were adopted at a position; nil when none were.
  func book(at position: Position) throws -> RuleBook? {
    if let book = state.withLock({ $0.books[position] }) { return book }
    let views = try DeskViews(store.views)
    let transaction = try views.store.environment.beginRead()
    guard try views.isAdoption(position, transaction) else { return nil }
    let book = try read(position)
    state.withLock { $0.keep(book, at: position) }
    return book
  }

  /// The rules that something was recorded under.
  ///
  /// - Throws: `StoreError.ledgerDamaged` when none were adopted there: to go by others would be to guess.
  func adopted(at position: Position) throws -> RuleBook {
    guard let book = try book(at: position) else {
      throw StoreError.ledgerDamaged(at: position, reason: "it adopts no rules, and something was recorded under them")
    }
    return book
  }

  /// What a procedure is called in the rules of that position; nil when they have none of that id and day.
  ///
  /// - Throws: as `adopted`.
  func procedureName(_ id: String, effective: CalendarDay, adoptedAt position: Position) throws -> Text? {
    let known: Text?? = state.withLock { state in
      guard let index = state.books.index(forKey: position) else { return nil }
      return .some(state.books.values[index].procedure(id: id, effective: effective)?.name)
    }
    return try known ?? adopted(at: position).procedure(id: id, effective: effective)?.name
  }

  /// How many books were asked for, or adopted, since the start.
  var booksRead: Int { state.withLock { $0.books.count } }

  private func read(_ position: Position) throws -> RuleBook {
    guard let record = try store.ledger.record(at: position),
      case .office(.rulesAdopted(let book), _) = try store.decode(record, by: coding).body
    else { throw StoreError.ledgerDamaged(at: position, reason: "the rules that were adopted are missing") }
    return book
  }
}
