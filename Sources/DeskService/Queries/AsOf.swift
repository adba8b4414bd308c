public import Desk
import DeskRecords
public import DeskViews
import EventSourcing
import EventStore
import LMDB

/// A moment to be asked about: what was recorded by then, or what had happened by then whenever it was recorded. What
/// was erased since stays erased.
public struct AsOf: Hashable, Sendable {
  public var instant: Timestamp
  public var byOccurrence: Bool

  public init(_ instant: Timestamp, byOccurrence: Bool = false) {
    self.instant = instant
    self.byOccurrence = byOccurrence
  }
}

/// The cases of one answer about the past, in order. It keeps their numbers, and folds them again page by page.
public struct PastPages: Sendable {
  private let asOf: AsOf
  private let end: Position
  private var numbers: ArraySlice<UInt64>

  init(_ asOf: AsOf, end: Position, numbers: [UInt64]) {
    self.asOf = asOf
    self.end = end
    self.numbers = numbers[...]
  }

  /// The next cases, at most `limit`, as many bytes as a page of today's cases has, and about `eventsAPage` events folded
  /// for it; nil after the last one.
  public mutating func next(limit: Int = 100, in service: DeskService) throws -> [CaseRow]? {
    guard !numbers.isEmpty else { return nil }
    var page: [CaseRow] = []
    var events = 0
    while page.count < limit, events < Self.eventsAPage, !DeskViews.isFull(page), let number = numbers.popFirst() {
      let row = CaseRow(number: number, state: try service.state(of: number, asOf, upTo: end))
      events += Int(row.state.version.rawValue)
      page.append(row)
    }
    return page
  }

  /// Others wait for the place in which a page is made; folding so many takes some milliseconds.
  private static let eventsAPage = 2000
}

extension DeskService {
  /// The cases that a filter allows, as they stood then. Folds every case: call it off the pool.
  public func list(_ filter: CaseFilter, asOf: AsOf) throws -> PastPages {
    var places: [CaseFilter.Place] = []
    let end = try fold(asOf) { row in
      if let place = filter.place(of: row, at: asOf.instant) { places.append(place) }
    }
    return PastPages(asOf, end: end, numbers: places.sorted().map(\.number))
  }

  /// The tally as it stood then. Folds every case: call it off the pool.
  public func tally(asOf: AsOf) throws -> Tally {
    var tally = TallyFold(now: asOf.instant, offset: book?.office.utcOffset ?? .utc)
    _ = try fold(asOf) { tally.add($0.state) }
    return tally.tally
  }

  /// Folds some cases at a time, so that the memory does not grow with their number. How many of these go on at once is for
  /// the caller to bound: each reads the whole ledger.
  ///
  /// - Returns: the last position that was looked at.
  func fold(_ asOf: AsOf, _ body: (CaseRow) -> Void) throws -> Position {
    let end = try asOf.byOccurrence ? applied : lastPosition(recordedBy: asOf.instant)
    let views = store.views
    let last = try views.environment.read { transaction throws(LMDBError) in try views.lastStream(transaction) }
    guard last > 0 else { return end }
    let all = 1..<Int(clamping: last) + 1
    for start in stride(from: all.lowerBound, to: all.upperBound, by: Self.casesInMemory) {
      // A stop does not wait for it.
      if signal.isClosed { throw CancellationError() }
      let part = start..<min(start + Self.casesInMemory, all.upperBound)
      for row in try inParallel(part, by: 64, leavesHalf: true, { try self.rows(of: $0, asOf, upTo: end) }) {
        body(row)
      }
    }
    return end
  }

  /// Few enough for the memory, and enough to keep every core busy.
  private static let casesInMemory = 1024

  /// The cases of these numbers that had been received by then, in order.
  private func rows(of numbers: Range<Int>, _ asOf: AsOf, upTo end: Position) throws -> [CaseRow] {
    let views = store.views
    let cases = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(ofEach: UInt64(numbers.lowerBound)..<UInt64(numbers.upperBound), transaction)
    }
    return try cases.compactMap { number, positions in
      let state = try fold(positions, of: number, asOf, upTo: end)
      return state.reception == nil ? nil : CaseRow(number: number, state: state)
    }
  }

  func state(of number: UInt64, _ asOf: AsOf, upTo end: Position) throws -> CaseState {
    let views = store.views
    let positions = try views.environment.read { transaction throws(LMDBError) in
      try views.positions(of: number, transaction)
    }
    return try fold(positions, of: number, asOf, upTo: end)
  }

  private func fold(
    _ positions: [Position], of number: UInt64, _ asOf: AsOf, upTo end: Position
  ) throws -> CaseState {
    let positions = positions.prefix { $0 <= end }
    var state = CaseState()
    for (position, record) in zip(positions, try store.ledger.records(at: positions)) {
      guard let record else {
        throw StoreError.ledgerDamaged(at: position, reason: "an event of stream \(number) is missing")
      }
      let stored = try store.decode(record, by: coding)
      switch stored.body {
      case .office: continue
      case .desk(let event):
        if asOf.byOccurrence, event.circumstances.occurredAt > asOf.instant { continue }
        // Events that are left out keep their versions, because a correction names the one that it voids.
        state.version = Version(stored.version.rawValue - 1)
        CaseDecider.evolve(&state, event)
      }
    }
    return state
  }

  /// The last event that was recorded by then.
  private func lastPosition(recordedBy instant: Timestamp) throws -> Position {
    // While the ledger was ahead of a clock that was accepted, the office's time passed and that of the records did not:
    // what was there then is what came before the acceptance, and what followed until something happened later.
    let views = try views
    let transaction = try views.store.environment.beginRead()
    let clock = try views.lastClock(transaction) { $0.shown <= instant && instant < $0.recordedAt }
    _ = consume transaction
    guard let clock else { return try lastPosition(recordedAtMost: instant) }
    let committed = applied
    var last = clock.position
    try store.forEach(after: clock.position, by: coding) { position, circumstances in
      guard position <= committed, circumstances.recordedAt == clock.recordedAt,
        circumstances.isImported || circumstances.occurredAt <= instant
      else { return false }
      last = position
      return true
    }
    return last
  }

  /// Times never run backwards in the ledger.
  private func lastPosition(recordedAtMost instant: Timestamp) throws -> Position {
    var (low, high) = (UInt64(0), applied.rawValue)
    while low < high {
      let middle = low + (high - low + 1) / 2
      guard let record = try store.ledger.record(at: Position(middle)) else {
        throw StoreError.ledgerDamaged(at: Position(middle), reason: "it is missing")
      }
      if try coding.outside(record).recordedAt <= instant {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return Position(low)
  }
}
