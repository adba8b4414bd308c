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
    /// How long the last commit took.
    var commit = Duration.zero
    var areLost = false
  }

  /// So many events are a block that is written at once: it takes some milliseconds, which a question may have to wait.
  private static var eventsMax: Int { 256 }
  /// Long enough that one caller alone fills a block with some of his commands, and short enough that nobody sees it.
  private static var delayMax: Duration { .milliseconds(10) }
  /// How long one question makes others likely, at least. On a slow disk it is as long as some commits: whoever asks
  /// during one waits for its end, if the views lacked something before it.
  private static var eagerFor: Duration { .milliseconds(100) }
  private static var eagerCommits: Int { 3 }

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

  /// The views lack so many events now, after a commit that took so long.
  func fall(behindBy count: Int, after commit: Duration) {
    state.withLock { state in
      state.commit = commit
      if state.count == 0 { state.since = .now }
      state.count = count
    }
  }

  /// A block is about to be written: whoever asks from now on asks for the next.
  func begin() {
    guard isAsked.exchange(false, ordering: .acquiringAndReleasing) else { return }
    state.withLock { $0.eagerUntil = .now + max(Self.eagerFor, $0.commit * Self.eagerCommits) }
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
