import Desk
import DeskRecords
import EventSourcing
import EventStore
import LMDB

import Synchronization

/// The rules that the ledger has adopted, each at its position: what a case was received under is found here, never in
/// today's files. With them the clocks that were accepted, and what the office's own stream says of losses: which codes may
/// have been given out, and from where on a new signing key is needed.
final class Rules: Sendable {
  private struct State {
    var books: [Position: RuleBook] = [:]
    var current = Position.start
    var clocks: [AcceptedClock] = []
    var floors: [SerialFloor] = []
    /// Where the last loss is recorded.
    var lastLoss: Position?
    /// After the last loss whose end nobody can vouch for.
    var lastBreak: Position?

    mutating func adopt(_ book: RuleBook, at position: Position) {
      var book = book
      // The catalogue is nearly all of a book, and most adoptions leave it as it is: then it is held once.
      if let before = books[current], before.procedures == book.procedures { book.procedures = before.procedures }
      books[position] = book
      current = max(current, position)
    }

    mutating func note(_ loss: Restored, at position: Position) {
      if let floor = loss.floor { floors.append(floor) }
      lastLoss = max(lastLoss ?? .start, position)
      if loss.needsNewSigningKey { lastBreak = max(lastBreak ?? .start, position) }
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
      guard let record = try store.ledger.record(at: position) else { continue }
      switch try store.decode(record, by: coding).body {
      case .office(.rulesAdopted(let book), _): loaded.adopt(book, at: position)
      case .office(.clockAccepted(let facts), let circumstances):
        loaded.clocks.append(
          AcceptedClock(position: position, shown: facts.shown, recordedAt: circumstances.recordedAt))
      case .office(.restored(let loss), _): loaded.note(loss, at: position)
      default: break
      }
    }
    state.withLock { [loaded] in $0 = loaded }
  }

  func adopt(_ book: RuleBook, at position: Position) { state.withLock { $0.adopt(book, at: position) } }

  /// What was just recorded on the office's own stream.
  func take(_ event: OfficeEvent, at position: Position, recordedAt: Timestamp) {
    switch event {
    case .rulesAdopted(let book): adopt(book, at: position)
    case .clockAccepted(let facts):
      let clock = AcceptedClock(position: position, shown: facts.shown, recordedAt: recordedAt)
      state.withLock { $0.clocks.append(clock) }
    case .restored(let loss): state.withLock { $0.note(loss, at: position) }
    }
  }

  /// The clocks that were accepted, in order.
  var clocks: [AcceptedClock] { state.withLock { $0.clocks } }

  /// Codes of that day begin after it.
  func serialFloor(on day: CalendarDay) -> UInt32 {
    state.withLock { $0.floors.lazy.filter { day <= $0.last }.map(\.serial).max() ?? 0 }
  }

  var greatestFloor: UInt32 { state.withLock { $0.floors.map(\.serial).max() ?? 0 } }

  var lastLoss: Position? { state.withLock { $0.lastLoss } }

  /// Where the last loss is recorded that makes a new signing key necessary.
  var lastBreak: Position? { state.withLock { $0.lastBreak } }

  var current: (position: Position, book: RuleBook)? {
    state.withLock { state in state.books[state.current].map { (state.current, $0) } }
  }

  func book(at position: Position) -> RuleBook? { state.withLock { $0.books[position] } }

  /// Every prefix that codes of this office ever began with.
  var prefixes: Set<String> { state.withLock { Set($0.books.values.map(\.office.codePrefix)) } }
}
