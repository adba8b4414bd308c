public import Logging
import Synchronization

/// Logs the same message about the same user at most once a minute: whoever can fill the log can hide in it.
public final class PacedLog: Sendable {
  private struct Entry: Hashable {
    var message: String
    var uid: UInt32?
    var subject: String
  }

  private struct Said {
    var at: ContinuousClock.Instant
    var unsaid = 0
  }

  private struct State {
    var said: [Entry: Said] = [:]
    /// What came when the table was full, of whomever: said once a minute, too.
    var others: Said?
    /// When the table was looked through for what is old.
    var sweptAt: ContinuousClock.Instant?
  }

  public let logger: Logger
  private let state = Mutex(State())
  private let pause = Duration.seconds(60)
  private let entriesMax: Int
  private let now: @Sendable () -> ContinuousClock.Instant

  public convenience init(_ logger: Logger) { self.init(logger, entriesMax: 1024) { .now } }

  /// - Parameter entriesMax: how many entries are remembered. While there are so many that are younger than a minute, what
  ///   is about none of them is told of together.
  init(_ logger: Logger, entriesMax: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.logger = logger
    self.entriesMax = entriesMax
    self.now = now
  }

  private enum Verdict {
    case said(unsaid: Int)
    /// One for all that found no entry.
    case saidOfOthers(unsaid: Int)
    case unsaid
  }

  /// Logs the message, unless it was logged for the same user and subject within the last minute. How often it was left
  /// out since then stands in the metadata as `more`.
  ///
  /// - Parameters:
  ///   - message: one of a few fixed texts, because each is paced by itself; what varies belongs in the metadata.
  ///   - subject: what the user did it to, one of a few fixed texts as well.
  public func note(
    _ level: Logger.Level, _ message: String, uid: UInt32?, about subject: String = "", _ metadata: Logger.Metadata
  ) {
    var metadata = metadata
    if let uid { metadata["uid"] = "\(uid)" }
    switch judge(Entry(message: message, uid: uid, subject: subject), at: now()) {
    case .unsaid: return
    case .said(let unsaid):
      if unsaid > 0 { metadata["more"] = "\(unsaid)" }
    case .saidOfOthers(let unsaid):
      metadata["others"] = "\(unsaid)"
    }
    logger.log(level: level, "\(message)", metadata: metadata)
  }

  private func judge(_ entry: Entry, at now: ContinuousClock.Instant) -> Verdict {
    state.withLock { state in
      if let known = state.said[entry] {
        if known.at + pause > now {
          state.said[entry]?.unsaid += 1
          return .unsaid
        }
        state.said[entry] = Said(at: now)
        return .said(unsaid: known.unsaid)
      }
      // Looked through once a second at the most, because there may be thousands of messages in one.
      if state.said.count >= entriesMax, state.sweptAt.map({ $0 + .seconds(1) <= now }) ?? true {
        state.sweptAt = now
        state.said = state.said.filter { $0.value.at + pause > now }
      }
      if state.said.count < entriesMax {
        state.said[entry] = Said(at: now)
        return .said(unsaid: 0)
      }
      if let others = state.others, others.at + pause > now {
        state.others?.unsaid += 1
        return .unsaid
      }
      let unsaid = state.others?.unsaid ?? 0
      state.others = Said(at: now)
      return .saidOfOthers(unsaid: unsaid)
    }
  }
}
