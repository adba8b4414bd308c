import Desk

/// Finds the three mistakes on which the TOML parser stops the process instead of reporting them: a table header
/// without a name, a place where a value must stand and none does, and a key of thousands of parts. Everything else is
/// left to the parser.
struct TOMLGuard {
  struct Mistake: Error {
    var line: Int
    var what: Text
  }

  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  /// The brackets that are open, `[` of arrays and `{` of inline tables.
  private var open: [UInt8] = []
  /// How many dots there were since the last thing that is no part of a key.
  private var dots = 0
  private static let dotsMax = 32

  static func check(_ text: String) throws(Mistake) {
    var check = TOMLGuard(bytes: Array(text.utf8))
    try check.run()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func run() throws(Mistake) {
    var isLineStart = true
    while let byte = current {
      try count(byte)
      switch byte {
      case UInt8(ascii: "\n"):
        isLineStart = true
        advance()
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"):
        advance()
        continue
      case UInt8(ascii: "#"): skipComment()
      case UInt8(ascii: "\""), UInt8(ascii: "'"): skipString(byte)
      case UInt8(ascii: "[") where isLineStart && open.isEmpty: try header()
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        open.append(byte)
        advance()
        if byte == UInt8(ascii: "[") { try value(in: byte) }
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        _ = open.popLast()
        advance()
      case UInt8(ascii: ","):
        advance()
        if open.last == UInt8(ascii: "[") { try value(in: UInt8(ascii: "[")) }
      case UInt8(ascii: "="):
        advance()
        try value(in: nil)
      default: advance()
      }
      isLineStart = false
    }
  }

  private mutating func count(_ byte: UInt8) throws(Mistake) {
    switch byte {
    case UInt8(ascii: "."): dots += 1
    case UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): dots = 0
    default: break
    }
    guard dots <= Self.dotsMax else {
      throw Mistake(
        line: line,
        what: Text(vi: "khóa có hơn \(Self.dotsMax) dấu chấm", en: "a key with more than \(Self.dotsMax) dots"))
    }
  }

  private mutating func advance() {
    if current == UInt8(ascii: "\n") { line += 1 }
    index += 1
  }

  private mutating func header() throws(Mistake) {
    advance()
    if current == UInt8(ascii: "[") { advance() }
    while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { advance() }
    guard let byte = current, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || Self.isBare(byte) else {
      throw Mistake(line: line, what: Text(vi: "tên bảng để trống", en: "a table header without a name"))
    }
    while let byte = current, byte != UInt8(ascii: "\n") {
      try count(byte)
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { skipString(byte) } else { advance() }
    }
  }

  /// What follows must begin a value; in an array the array may also end.
  private mutating func value(in bracket: UInt8?) throws(Mistake) {
    let start = line
    while let byte = current {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): advance()
      case UInt8(ascii: "\n") where bracket != nil, UInt8(ascii: "\r") where bracket != nil: advance()
      case UInt8(ascii: "#") where bracket != nil: skipComment()
      case UInt8(ascii: "]") where bracket != nil: return
      case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: "#"), UInt8(ascii: "\n"),
        UInt8(ascii: "\r"):
        throw Mistake(line: start, what: Text(vi: "thiếu giá trị", en: "a value is missing"))
      default: return
      }
    }
    throw Mistake(line: start, what: Text(vi: "thiếu giá trị", en: "a value is missing"))
  }

  private mutating func skipComment() {
    while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { advance() }
  }

  /// A string that is not closed ends with its line (or, of several lines, with the file): the parser reports it.
  private mutating func skipString(_ quote: UInt8) {
    let isLong = bytes[index...].starts(with: [quote, quote, quote])
    for _ in 0..<(isLong ? 3 : 1) { advance() }
    while let byte = current {
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        advance()
        if current != nil { advance() }
      } else if isLong, bytes[index...].starts(with: [quote, quote, quote]) {
        while current == quote { advance() }
        return
      } else if !isLong, byte == quote || byte == UInt8(ascii: "\n") {
        if byte == quote { advance() }
        return
      } else {
        advance()
      }
    }
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
