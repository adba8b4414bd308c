import Desk
import Glibc

/// Whether the machine says that its clock is synchronised, with the reading of the clock of which it was said. The
/// daemon's unit may not ask the kernel, so `motcuad clock-state` asks for it and leaves the answer in a file.
public struct Synchronisation: Hashable, Sendable {
  public static let path = "/run/motcua-clock/state"
  /// The age up to which an answer counts.
  static let microsecondsMax: Int64 = 300_000_000
  /// How far two readings of one clock may be apart, in microseconds.
  static let precision: Int64 = 2_000_000

  public var word: Word
  var reading: ClockReading

  public enum Word: String, Hashable, Sendable {
    case synchronised, unsynchronised
    /// The machine could not be asked.
    case unknown
  }

  /// The word of the machine on its clock as it reads now.
  public init(_ word: Word) {
    self.word = word
    reading = .now
  }

  /// One line: the word, the seconds since the boot, the seconds since 1970.
  public var text: String {
    func seconds(_ microseconds: Int64) -> String {
      let fraction = String(microseconds.magnitude % 1_000_000 + 1_000_000).dropFirst()
      return "\(microseconds < 0 ? "-" : "")\(microseconds.magnitude / 1_000_000).\(fraction)"
    }
    return "\(word.rawValue) \(seconds(reading.sinceBoot)) \(seconds(reading.shown.microseconds))\n"
  }

  /// Nil for what is no such line.
  init?(text: some StringProtocol) {
    let parts = text.split(separator: "\n", omittingEmptySubsequences: false).first?.split(separator: " ") ?? []
    guard parts.count == 3, let word = Word(rawValue: String(parts[0])), let sinceBoot = Double(String(parts[1])),
      let shown = Double(String(parts[2])), abs(sinceBoot) < 1e12, abs(shown) < 1e12
    else { return nil }
    self.word = word
    reading = ClockReading(
      shown: Timestamp(microseconds: Int64(shown * 1e6)), sinceBoot: Int64(sinceBoot * 1e6))
  }

  /// Nil when there is no answer that can be read.
  static func read(_ path: String) -> Synchronisation? {
    // Opened without waiting, whatever lies there.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? Synchronisation(text: String(decoding: bytes[..<count], as: UTF8.self)) : nil
  }

  /// Whether the clock is synchronised that reads so now; nil when the answer is old, or of a clock that has been set
  /// since.
  func isSynchronised(_ now: ClockReading) -> Bool? {
    let age = now.sinceBoot - reading.sinceBoot
    guard word != .unknown, (-Self.precision...Self.microsecondsMax).contains(age),
      abs(now.difference - reading.difference) <= Self.precision
    else { return nil }
    return word == .synchronised
  }
}
