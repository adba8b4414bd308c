import Glibc

/// The ids of commands.
enum CommandID {
  /// A UUID of version 7: it begins with the time, so that the daemon's index of commands grows at its right edge.
  static func make() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return make(
      milliseconds: UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000, random: .random(in: 0 ... .max))
  }

  static func make(milliseconds: UInt64, random: UInt128) -> String {
    let high = milliseconds << 16 | 0x7000 | UInt64(truncatingIfNeeded: random >> 64) & 0x0FFF
    let low = 0x8000_0000_0000_0000 | UInt64(truncatingIfNeeded: random) & 0x3FFF_FFFF_FFFF_FFFF
    return uuid(padded(high) + padded(low))
  }

  /// The text of an id's 16 bytes.
  static func text(_ id: [UInt8]) -> String {
    uuid(id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  }

  private static func uuid(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    return text
  }

  private static func padded(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
