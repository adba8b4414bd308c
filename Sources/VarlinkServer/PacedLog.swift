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

  public let logger: Logger
  private let said = Mutex<[Entry: Said]>([:])
  private let pause = Duration.seconds(60)
  /// How many entries are remembered. At that number, those that are older than `pause` are dropped.
  private let entriesMax = 1024

  public init(_ logger: Logger) {
    self.logger = logger
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
    let now = ContinuousClock.now
    let entry = Entry(message: message, uid: uid, subject: subject)
    let unsaid: Int? = said.withLock { said in
      if let known = said[entry], known.at + pause > now {
        said[entry]?.unsaid += 1
        return nil
      }
      if said.count >= entriesMax { said = said.filter { $0.value.at + pause > now } }
      let unsaid = said[entry]?.unsaid ?? 0
      if said.count < entriesMax || said[entry] != nil { said[entry] = Said(at: now) }
      return unsaid
    }
    guard let unsaid else { return }
    var metadata = metadata
    if let uid { metadata["uid"] = "\(uid)" }
    if unsaid > 0 { metadata["more"] = "\(unsaid)" }
    logger.log(level: level, "\(message)", metadata: metadata)
  }
}
