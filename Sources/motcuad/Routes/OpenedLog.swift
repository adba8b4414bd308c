import Desk
import Logging
import Synchronization
import VarlinkServer

/// Says in the log who is given much of what tells about people, and how much: whoever takes a register out, at once or
/// case by case, is found there afterwards. What it tells of stays out of the log.
///
/// What an account is given is one run for as long as no minute passes without any. A run of `many` is told when it becomes
/// one, so that nobody outruns it, and again with its sum when it is over.
final class OpenedLog: Sendable {
  /// Cases, events or promises that tell of somebody; more than a screen or a day's list, and less than a register.
  static let many = 500
  static let pause = Duration.seconds(60)

  private struct Run {
    var account: String
    var count = 0
    /// How much of it each method gave.
    var methods: [String: Int] = [:]
    var last: ContinuousClock.Instant

    /// - Returns: the run before, if that was over; and this one, if it has just become one of `many`.
    mutating func add(
      _ count: Int, _ method: String, account: String, at now: ContinuousClock.Instant
    ) -> (over: Run?, begun: Run?) {
      var over: Run?
      if self.account != account || now - last > OpenedLog.pause {
        over = self
        self = Run(account: account, last: now)
      }
      let before = self.count
      self.count += count
      methods[method, default: 0] += count
      last = now
      return (over, before < OpenedLog.many && self.count >= OpenedLog.many ? self : nil)
    }
  }

  private let logger: Logger
  private let runs = Mutex<[UInt32: Run]>([:])

  init(_ logger: Logger) { self.logger = logger }

  func add(_ count: Int, to caller: Caller, at now: ContinuousClock.Instant = .now) {
    guard count > 0 else { return }
    let (account, method) = (caller.actor.account, caller.method)
    let (over, begun) = runs.withLock { runs in
      // In its place, because what it holds would be copied each time otherwise.
      runs[caller.peer.uid, default: Run(account: account, last: now)]
        .add(count, method, account: account, at: now)
    }
    if let over { tell(over, caller.peer.uid, isOver: true) }
    if let begun { tell(begun, caller.peer.uid, isOver: false) }
  }

  /// Tells the runs that are over; all of them when nothing follows any more.
  func settle(all: Bool = false, at now: ContinuousClock.Instant = .now) {
    let over = runs.withLock { runs in
      let over = runs.filter { all || now - $0.value.last > Self.pause }
      for uid in over.keys { runs[uid] = nil }
      return over
    }
    for (uid, run) in over.sorted(by: { $0.key < $1.key }) { tell(run, uid, isOver: true) }
  }

  private func tell(_ run: Run, _ uid: UInt32, isOver: Bool) {
    guard run.count >= Self.many else { return }
    let methods = run.methods.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key.split(separator: ".").last ?? "")=\($0.value)" }.joined(separator: " ")
    logger.notice(
      isOver ? "was given much that tells about people" : "is being given much that tells about people",
      metadata: ["account": "\(run.account)", "uid": "\(uid)", "count": "\(run.count)", "methods": "\(methods)"])
  }
}
