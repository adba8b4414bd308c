public import Desk
public import EventSourcing
import EventStore
public import LMDB

extension DeskViews {
  /// The state of the office; the empty state before its first event.
  public func office(_ transaction: borrowing some Reading & ~Copyable) throws(ViewsError) -> OfficeState {
    try value(OfficeView.view, OfficeView.stateKey, transaction, OfficeCoding.state) ?? OfficeState()
  }

  /// Whether rules were adopted at this position.
  public func isAdoption(
    _ position: Position, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Bool {
    try transaction.contains(table(OfficeView.view), OfficeView.key(.rules, position))
  }

  /// The last accepted clock for which `body` is true, from the newest to the oldest; nil when there is none.
  public func lastClock(
    _ transaction: borrowing some Reading & ~Copyable, where body: (AcceptedClock) -> Bool
  ) throws(ViewsError) -> AcceptedClock? {
    var found: AcceptedClock?
    var failure: RowError?
    do throws(LMDBError) {
      try transaction.scan(
        table(OfficeView.view), from: OfficeView.key(.clock, Position(.max)), .descending
      ) { key, value in
        let key = [UInt8](copying: key)
        guard key.first == OfficeView.Part.clock.rawValue else { return .stop }
        var row = RowReader([UInt8](copying: value))
        do throws(RowError) {
          let clock = try OfficeCoding.clock(&row, at: Position(bigEndianNumber(key.dropFirst())))
          guard body(clock) else { return .next }
          found = clock
        } catch { failure = error }
        return .stop
      }
    } catch {
      throw .storage(error)
    }
    if let failure { throw .row(failure) }
    return found
  }
}
