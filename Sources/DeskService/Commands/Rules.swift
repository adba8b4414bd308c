import Desk
import DeskRecords
import EventSourcing
import EventStore
import LMDB
import Synchronization

/// The state of the office as far as the ledger goes, held in memory: what a case was received under is found here, never in
/// today's files.
final class Rules: Sendable {
  private let state = Mutex(OfficeState())

  /// Folds the office's stream, and forgets any other.
  func load(_ store: EventStore, by coding: RecordCoding) throws {
    var loaded = OfficeState()
    let views = store.views
    let positions = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(of: 0, transaction)
    }
    for position in positions {
      guard let record = try store.ledger.record(at: position) else { continue }
      if case .office(let event, let circumstances) = try store.decode(record, by: coding).body {
        loaded.evolve(event, at: position, recordedAt: circumstances.recordedAt)
      }
    }
    state.withLock { [loaded] in $0 = loaded }
  }

  /// What was just recorded on the office's own stream.
  func take(_ event: OfficeEvent, at position: Position, recordedAt: Timestamp) {
    state.withLock { $0.evolve(event, at: position, recordedAt: recordedAt) }
  }

  /// The clocks that were accepted, in order.
  var clocks: [AcceptedClock] { state.withLock { $0.clocks } }

  /// Codes of that day begin after it.
  func serialFloor(on day: CalendarDay) -> UInt32 { state.withLock { $0.serialFloor(on: day) } }

  var greatestFloor: UInt32 { state.withLock { $0.floors.map(\.serial).max() ?? 0 } }

  var lastLoss: Position? { state.withLock { $0.lastLoss } }

  /// Where the last loss is recorded that makes a new signing key necessary.
  var lastBreak: Position? { state.withLock { $0.lastBreak } }

  var current: (position: Position, book: RuleBook)? { state.withLock { $0.rules } }

  func book(at position: Position) -> RuleBook? { state.withLock { $0.books[position] } }

  /// Every prefix that codes of this office ever began with.
  var prefixes: Set<String> { state.withLock { Set($0.books.values.map(\.office.codePrefix)) } }
}
