public import Desk
import DeskRecords
import DeskViews
public import EventSourcing
import EventStore
import LMDB
import Synchronization

/// What goes on beside the desk's own work, for those who ask how the daemon is doing.
public final class Maintenance: Sendable {
  /// How far the new views have come.
  public struct Rebuild: Hashable, Sendable {
    public var position: Position
    public var end: Position

    public init(position: Position, end: Position) {
      self.position = position
      self.end = end
    }
  }

  private let running = Mutex<Rebuild?>(nil)

  public var rebuild: Rebuild? { running.withLock { $0 } }

  /// Begins a rebuild; false when one is running already.
  func begin(_ rebuild: Rebuild) -> Bool {
    running.withLock { state in
      guard state == nil else { return false }
      state = rebuild
      return true
    }
  }

  func set(_ rebuild: Rebuild) { running.withLock { $0 = rebuild } }
  func end() { running.withLock { $0 = nil } }
}

/// Two rebuilds at once would only wait for each other.
public struct RebuildRunning: Error {}

extension DeskService {
  public var rebuilding: Maintenance.Rebuild? { maintenance.rebuild }

  /// Builds all views anew beside the live ones while commands and questions go on, and then lets the new ones answer.
  /// Whoever was erased before is neither in the new views nor in their file, so that a rebuild is the scrub, too.
  ///
  /// It takes as long as a replay takes: call it from a thread of its own.
  ///
  /// - Parameter report: called after each block; throws to give up, which leaves everything as it was.
  /// - Throws: `RebuildRunning` when one is running already.
  public func rebuild(_ report: (Maintenance.Rebuild) throws -> Void = { _ in }) throws {
    guard maintenance.begin(.init(position: .start, end: signal.position)) else { throw RebuildRunning() }
    defer { maintenance.end() }
    // The new views take about what the old ones do.
    try writer.requireSpace(for: store.views.bytesOnDisk)
    // The views are begun on the writer's thread: between two commits an erasure is whole, its event recorded and its
    // key destroyed, or has not begun.
    let fresh = try writer.refusingForRoom {
      try betweenCommits(needsClock: false) { [self] in
        let (fresh, now, position) = (try store.makeViews(now: buildingAt.microseconds), buildingAt, signal.position)
        try fresh.environment.write { transaction throws(LMDBError) in
          try fresh.setBuilt(at: now.microseconds, after: position, transaction)
        }
        return try DeskViews(fresh)
      }
    }
    do {
      // A second round takes what was recorded during the first, so that little is left for the writer to wait for.
      for _ in 0..<2 {
        try Self.catchUp(store, fresh, by: coding) { position in
          let state = Maintenance.Rebuild(position: position, end: max(position, signal.position))
          maintenance.set(state)
          try report(state)
        }
      }
      try betweenCommits(needsReserve: false, needsClock: false) { [store, coding, writer] in
        try Self.catchUp(store, fresh, by: coding) { _ in writer.beat() }
        try store.replaceViews(with: fresh.store) { writer.beat() }
      }
    } catch {
      if store.views !== fresh.store { try store.discard(fresh.store) }
      throw writer.noRoom(error) ?? error
    }
  }

  /// The time at which views that are made now begin, by the ledger's time, under which erasures are recorded, too.
  var buildingAt: Timestamp { max(now, writer.ledgerTime.recordedAt) }

  /// When the oldest erasure was recorded whose traces may still lie in free pages of the views; nil when there are
  /// none. A rebuild scrubs them.
  public func scrubPendingSince() throws -> Timestamp? { try pendingSince(nil) }

  /// The same, but earlier views that are not overwritten yet, and those that `verify` builds, count as well.
  public func tracesPendingSince() throws -> Timestamp? {
    var oldest = store.freed.oldest
    do throws(StoreError) {
      if let age = try ScratchDirectory.oldestViews(in: store.directory) {
        let at = buildingAt.microseconds - Int64(age) * 1_000_000
        oldest = .init(at: min(oldest?.at ?? at, at), after: .start)
      }
    } catch {
      // A directory that cannot be looked at, for want of a file descriptor, may hold such traces.
      oldest = .init(at: .min, after: .start)
    }
    return try pendingSince(oldest)
  }

  /// - Parameter other: when the oldest other file that holds names was begun.
  private func pendingSince(_ other: FreedFiles.Built?) throws -> Timestamp? {
    let (views, now) = (try views, now)
    let transaction = try views.store.environment.beginRead()
    let built = Timestamp(microseconds: min(try views.store.builtAt(transaction), other?.at ?? .max))
    let position = min(try views.store.builtAfter(transaction), other?.after ?? Position(.max))
    for erasure in try views.erasures(since: built, transaction) {
      // The erasure is its case's last event.
      let last = try views.store.positions(of: erasure.number, transaction).last
      guard let last, last > position else { continue }
      if erasure.recordedAt <= now { return erasure.recordedAt }
      // The ledger is ahead of the office's clock, by which scrubs are due, so that the time of the erasure itself
      // counts.
      return try views.state(of: erasure.number, transaction).erasure?.at ?? erasure.recordedAt
    }
    return nil
  }
}
