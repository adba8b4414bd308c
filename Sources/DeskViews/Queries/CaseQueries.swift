public import Desk
import EventSourcing
import EventStore
public import LMDB

/// Why a question cannot be answered.
public enum ViewsError: Error, Sendable {
  case storage(LMDBError)
  case row(RowError)
}

extension DeskViews {
  /// The state of a case; the empty state when there is none of that number.
  public func state(
    of number: UInt64, _ transaction: borrowing some Reading & ~Copyable
  ) throws(ViewsError) -> CaseState {
    try value(CasesView.view, bigEndian(number), transaction, StateCoding.decode) ?? CaseState()
  }

  /// What is read from the row of a view under a key; nil when there is none.
  func value<Value>(
    _ view: DeskView, _ key: [UInt8], _ transaction: borrowing some Reading & ~Copyable,
    _ read: (inout RowReader) throws(RowError) -> Value
  ) throws(ViewsError) -> Value? {
    let bytes: [UInt8]?
    do throws(LMDBError) { bytes = try transaction.bytes(table(view), key) } catch { throw .storage(error) }
    guard let bytes else { return nil }
    var row = RowReader(bytes)
    do throws(RowError) { return try read(&row) } catch { throw .row(error) }
  }

  /// The number of the case with exactly this code, in any spelling of its letters.
  public func number(
    ofCode code: String, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> UInt64? {
    try number(ofCodeKey: CodesView.key(code), transaction)
  }

  func number(
    ofCodeKey key: [UInt8], _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> UInt64? {
    try transaction.bytes(table(CodesView.view), key).map { bigEndianNumber($0) }
  }

  /// The next free serial of the day: one more than the greatest.
  public func nextSerial(
    on day: CalendarDay, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Int {
    let prefix = RegisterView.prefix(day)
    var serial = 0
    try transaction.scan(
      table(RegisterView.view), from: prefix + bigEndian(UInt32.max) + bigEndian(UInt64.max), .descending
    ) { key, _ in
      let bytes = [UInt8](copying: key)
      if bytes.starts(with: prefix) { serial = Int(bigEndianNumber(bytes[4..<8])) }
      return .stop
    }
    return serial + 1
  }

  /// The greatest serial of all days up to this one; 0 when there is none.
  public func greatestSerial(
    through day: CalendarDay, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> UInt32 {
    var greatest: UInt32 = 0
    var end: [UInt8]? = RegisterView.prefix(day) + bigEndian(UInt32.max) + bigEndian(UInt64.max)
    while let from = end {
      end = nil
      try transaction.scan(table(RegisterView.view), from: from, .descending) { key, _ in
        let bytes = [UInt8](copying: key)
        greatest = max(greatest, UInt32(truncatingIfNeeded: bigEndianNumber(bytes[4..<8])))
        // The last of a day is its greatest: on before its first. No case has number 0, so each look is at an earlier day.
        end = Array(bytes[..<4]) + bigEndian(UInt32(0)) + bigEndian(UInt64(0))
        return .stop
      }
    }
    return greatest
  }

  /// When the newest erasure was recorded.
  public func newestErasure(_ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Timestamp? {
    try transaction.last(table(ErasedView.view)).map { OrderedKey.time(of: $0.key.prefix(8)) }
  }

  /// The cases that were erased since an instant, that instant included, in the order in which it was recorded.
  public func erasures(
    since instant: Timestamp, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [(recordedAt: Timestamp, number: UInt64)] {
    var erasures: [(recordedAt: Timestamp, number: UInt64)] = []
    try transaction.scan(table(ErasedView.view), from: OrderedKey.time(instant)) { key, _ in
      let bytes = [UInt8](copying: key)
      erasures.append((OrderedKey.time(of: bytes.prefix(8)), OrderedKey.number(bytes)))
      return .next
    }
    return erasures
  }

  /// How many cases there are.
  public func caseCount(_ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Int {
    try transaction.count(table(CasesView.view))
  }

  /// Every row of every table, the store's own included, in order: to compare views with views.
  public func rows(
    _ transaction: borrowing some Reading & ~Copyable,
    _ body: (_ table: String, _ key: [UInt8], _ value: [UInt8]) -> Void
  ) throws(LMDBError) {
    for table in everyTable {
      try transaction.scan(table, from: nil) { key, value in
        body(table.name, [UInt8](copying: key), [UInt8](copying: value))
        return .next
      }
    }
  }
}
