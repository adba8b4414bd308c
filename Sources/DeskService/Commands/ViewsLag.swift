import EventSourcing
import EventStore
import Synchronization

/// How far the views are behind what is recorded, when they get the next block of it, and who waits for them.
final class ViewsLag: Sendable {
  /// Says how far the views have come.
  let applied: CommitSignal
  /// Whether a question waits.
  private let isAsked = Atomic(false)
  private let state = Mutex(State())

  private struct State {
    /// How many events the views lack, and since when they lack the first.
    var count = 0
    var since = SuspendingClock.now
    /// While questions keep coming, the views are written after each group.
    var eagerUntil = SuspendingClock.now
    var areLost = false
  }

  /// So many events are a block that is written at once: it takes some milliseconds, which a question may have to wait.
  private static var eventsMax: Int { 256 }
  /// Long enough that one caller alone fills a block with some of his commands, and short enough that nobody sees it.
  private static var delayMax: Duration { .milliseconds(10) }
  /// How long one question makes others likely.
  private static var eagerFor: Duration { .milliseconds(100) }

  init(_ position: Position) { applied = CommitSignal(position) }

  /// How long until the next block is to be written; nil when there is none to be.
  var left: Duration? {
    let isAsked = isAsked.load(ordering: .acquiring)
    return state.withLock { state in
      guard state.count > 0, !state.areLost else { return nil }
      let now = SuspendingClock.now
      if isAsked || state.count >= Self.eventsMax || now < state.eagerUntil { return .zero }
      return max(.zero, now.duration(to: state.since + Self.delayMax))
    }
  }

  /// The views lack so many events now.
  func fall(behindBy count: Int) {
    state.withLock { state in
      if state.count == 0 { state.since = .now }
      state.count = count
    }
  }

  /// A block is about to be written: whoever asks from now on asks for the next.
  func begin() {
    guard isAsked.exchange(false, ordering: .acquiringAndReleasing) else { return }
    state.withLock { $0.eagerUntil = .now + Self.eagerFor }
  }

  /// The views have all up to a position.
  func catchUp(to position: Position) {
    state.withLock { $0.count = 0 }
    applied.advance(to: position)
  }

  /// A question waits. The caller wakes the thread that writes.
  func ask() { isAsked.store(true, ordering: .releasing) }

  /// The views will never have what they lack: whoever waits for it is told so.
  func lose() {
    state.withLock { $0.areLost = true }
    applied.close()
  }

  var areLost: Bool { state.withLock { $0.areLost } }
}
