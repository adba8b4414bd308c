public import Logging
import Synchronization

/// Logs the same message about the same user at most once a minute: whoever can fill the log can hide in it. What is left
/// out is counted, and the last of it is logged when the minute is over, so that lines and counts add up to all that came.
public final class PacedLog: Sendable {
  private struct Entry: Hashable {
    var message: String
    var uid: UInt32?
    var subject: String
  }

  private struct Line {
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata

    /// The same with a count, unless there is nothing to count.
    func with(_ name: String, _ count: Int) -> Line {
      var line = self
      if count > 0 { line.metadata[name] = "\(count)" }
      return line
    }
  }

  /// What was logged, and what was left out since then.
  private struct Said {
    var at: ContinuousClock.Instant
    var left = 0
    var last: Line?

    mutating func leaveOut(_ line: Line) {
      left += 1
      last = line
    }
  }

  private struct State {
    var said: [Entry: Said] = [:]
    /// What came when the table was full, of whomever: logged once a minute, too.
    var others: Said?
    /// When the table was looked through for what is over.
    var settledAt: ContinuousClock.Instant?
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

  /// Logs the message, unless it was logged for the same user and subject within the last minute. How many others were left
  /// out stands in the metadata: as `more` of the same, as `others` of all that found no place in the table.
  ///
  /// - Parameters:
  ///   - message: one of a few fixed texts, because each is paced by itself; what varies belongs in the metadata.
  ///   - subject: what the user did it to, one of a few fixed texts as well.
  public func note(
    _ level: Logger.Level, _ message: String, uid: UInt32?, about subject: String = "", _ metadata: Logger.Metadata
  ) {
    var line = Line(level: level, message: message, metadata: metadata)
    if let uid { line.metadata["uid"] = "\(uid)" }
    let now = now()
    log(state.withLock { lines(for: line, of: Entry(message: message, uid: uid, subject: subject), &$0, at: now) })
  }

  /// Logs the last of what was left out of minutes that are over, with how many there were besides; call it now and then.
  ///
  /// - Parameter all: also of minutes that are not over, because nothing follows any more.
  public func settle(all: Bool = false) {
    let now = now()
    log(state.withLock { settle(&$0, at: now, all: all) })
  }

  private func log(_ lines: [Line]) {
    for line in lines { logger.log(level: line.level, "\(line.message)", metadata: line.metadata) }
  }

  private func lines(for line: Line, of entry: Entry, _ state: inout State, at now: ContinuousClock.Instant) -> [Line] {
    if let known = state.said[entry] {
      guard known.at + pause <= now else {
        state.said[entry]?.leaveOut(line)
        return []
      }
      state.said[entry] = Said(at: now)
      return [line.with("more", known.left)]
    }
    var lines: [Line] = []
    // Looked through once a second at the most, because there may be thousands of messages in one.
    if state.said.count >= entriesMax, state.settledAt.map({ $0 + .seconds(1) <= now }) ?? true {
      lines = settle(&state, at: now)
    }
    if state.said.count < entriesMax {
      state.said[entry] = Said(at: now)
      return lines + [line]
    }
    guard let others = state.others, others.at + pause > now else {
      let left = state.others?.left ?? 0
      state.others = Said(at: now)
      return lines + [line.with("others", left)]
    }
    state.others?.leaveOut(line)
    return lines
  }

  /// What is to be logged of minutes that are over. With that a minute begins in which it is left out again.
  private func settle(_ state: inout State, at now: ContinuousClock.Instant, all: Bool = false) -> [Line] {
    state.settledAt = now
    var lines: [Line] = []
    for (entry, said) in state.said where all || said.at + pause <= now {
      state.said[entry] = said.last == nil ? nil : Said(at: now)
      if let last = said.last { lines.append(last.with("more", said.left - 1)) }
    }
    if let others = state.others, all || others.at + pause <= now {
      state.others = others.last == nil ? nil : Said(at: now)
      if let last = others.last { lines.append(last.with("others", others.left - 1)) }
    }
    return lines
  }
}
