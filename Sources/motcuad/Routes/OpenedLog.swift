import Desk
import Logging
import Synchronization
import VarlinkServer

/// Says in the log who is given much of what tells about people, and how much: whoever takes a register out, at once or
/// case by case, is found there afterwards. What it tells of stays out of the log.
///
/// What an account is given is one run for as long as no minute passes without any, and the day's besides, for who takes his
/// time. A run of much is told when it becomes one, so that nobody outruns it, and again with its sum when it is over.
final class OpenedLog: Sendable {
  private enum Span: CaseIterable {
    case unbroken, day

    /// Cases, events or promises that tell of somebody. Without a break it is more than a screen or a day's list, and less
    /// than a register; in a day more than a busy counter looks at.
    var much: Int {
      switch self {
      case .unbroken: 500
      case .day: 5000
      }
    }

    func isOver(_ run: Run, at now: ContinuousClock.Instant) -> Bool {
      switch self {
      case .unbroken: now - run.last > .seconds(60)
      case .day: now - run.began > .seconds(86_400)
      }
    }

    var words: String {
      switch self {
      case .unbroken: ""
      case .day: " within a day"
      }
    }
  }

  private struct Run {
    var account: String
    var began: ContinuousClock.Instant
    var last: ContinuousClock.Instant
    var count = 0
    /// How much of it each method gave.
    var methods: [String: Int] = [:]

    init(of account: String, at now: ContinuousClock.Instant) {
      (self.account, began, last) = (account, now, now)
    }

    /// - Returns: the run before, if that was over; and this one, if it has just come to much.
    mutating func add(
      _ count: Int, _ method: String, account: String, _ span: Span, at now: ContinuousClock.Instant
    ) -> (over: Run?, begun: Run?) {
      var over: Run?
      if self.account != account || span.isOver(self, at: now) {
        over = self
        self = Run(of: account, at: now)
      }
      let before = self.count
      self.count += count
      methods[method, default: 0] += count
      last = now
      return (over, before < span.much && self.count >= span.much ? self : nil)
    }
  }

  private let logger: Logger
  private let runs = Mutex<[Span: [UInt32: Run]]>([:])

  init(_ logger: Logger) { self.logger = logger }

  func add(_ count: Int, to caller: Caller, at now: ContinuousClock.Instant = .now) {
    guard count > 0 else { return }
    let (account, method, uid) = (caller.actor.account, caller.method, caller.peer.uid)
    for span in Span.allCases {
      let (over, begun) = runs.withLock { runs in
        // In its place, because what it holds would be copied each time otherwise.
        runs[span, default: [:]][uid, default: Run(of: account, at: now)]
          .add(count, method, account: account, span, at: now)
      }
      if let over { tell(over, uid, span, isOver: true) }
      if let begun { tell(begun, uid, span, isOver: false) }
    }
  }

  /// Tells the runs that are over; all of them when nothing follows any more.
  func settle(all: Bool = false, at now: ContinuousClock.Instant = .now) {
    for span in Span.allCases {
      let over = runs.withLock { runs in
        let over = runs[span, default: [:]].filter { all || span.isOver($0.value, at: now) }
        for uid in over.keys { runs[span]?[uid] = nil }
        return over
      }
      for (uid, run) in over.sorted(by: { $0.key < $1.key }) { tell(run, uid, span, isOver: true) }
    }
  }

  private func tell(_ run: Run, _ uid: UInt32, _ span: Span, isOver: Bool) {
    guard run.count >= span.much else { return }
    let methods = run.methods.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key.split(separator: ".").last ?? "")=\($0.value)" }.joined(separator: " ")
    logger.notice(
      "\(isOver ? "was" : "is being") given much that tells about people\(span.words)",
      metadata: ["account": "\(run.account)", "uid": "\(uid)", "count": "\(run.count)", "methods": "\(methods)"])
  }
}
