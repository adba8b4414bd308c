/// An instant: microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// The earliest and the latest instant that motcua records: the years 1900 to 9999.
  public static let bounds =
    Timestamp(microseconds: -2_208_988_800_000_000)...Timestamp(microseconds: 253_402_300_799_999_999)

  public func adding(seconds: Int64) -> Timestamp {
    Timestamp(microseconds: microseconds + seconds * 1_000_000)
  }

  /// The local day at the offset.
  public func day(at offset: UTCOffset) -> CalendarDay {
    CalendarDay(number: Int32(truncatingIfNeeded: local(offset).floorDivided(by: 86_400_000_000)))
  }

  /// Microseconds since the local midnight.
  public func microsecondsOfDay(at offset: UTCOffset) -> Int64 {
    let local = local(offset)
    return local - local.floorDivided(by: 86_400_000_000) * 86_400_000_000
  }

  private func local(_ offset: UTCOffset) -> Int64 { microseconds + Int64(offset.seconds) * 1_000_000 }
}

extension Int64 {
  func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

/// How far local time is ahead of UTC, in whole minutes; written `+07:00`.
public struct UTCOffset: Hashable, Sendable, TextCodable {
  public let seconds: Int32

  /// Nil outside −18:00 … +18:00.
  public init?(minutes: Int) {
    guard (-1080...1080).contains(minutes) else { return nil }
    seconds = Int32(minutes * 60)
  }

  private init(seconds: Int32) { self.seconds = seconds }

  public static let utc = UTCOffset(seconds: 0)
  public var minutes: Int { Int(seconds) / 60 }

  /// Reads `Z`, `+07:00` or `-03:30`.
  public init?(text: String) {
    if text == "Z" || text == "z" {
      self = .utc
      return
    }
    let bytes = Array(text.utf8)
    guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
      bytes[3] == UInt8(ascii: ":"), let hours = decimal(bytes[1...2]), let minutes = decimal(bytes[4...5]),
      minutes < 60
    else { return nil }
    self.init(minutes: (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes))
  }

  public var text: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  func append(to text: inout [UInt8]) {
    let size = abs(minutes)
    text.append(UInt8(ascii: seconds < 0 ? "-" : "+"))
    appendPadded(size / 60, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    appendPadded(size % 60, 2, to: &text)
  }
}

/// The number that ASCII digits spell; nil for anything else.
func decimal(_ digits: some Collection<UInt8>) -> Int? {
  guard !digits.isEmpty, digits.count <= 9 else { return nil }
  var value = 0
  for digit in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
    value = value * 10 + Int(digit - UInt8(ascii: "0"))
  }
  return value
}

func padded(_ number: Int, _ width: Int) -> String {
  var text: [UInt8] = []
  appendPadded(number, width, to: &text)
  return String(decoding: text, as: UTF8.self)
}

/// The digits of a number, with zeros before them up to the width.
func appendPadded(_ number: Int, _ width: Int, to text: inout [UInt8]) {
  if width == 2, 0..<100 ~= number {
    text.append(UInt8(ascii: "0") + UInt8(number / 10))
    text.append(UInt8(ascii: "0") + UInt8(number % 10))
    return
  }
  if number < 0 { text.append(UInt8(ascii: "-")) }
  let number = number.magnitude
  var unit: UInt = 1
  for _ in 1..<width { unit *= 10 }
  while number / unit >= 10 { unit *= 10 }
  while unit > 0 {
    text.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
    unit /= 10
  }
}
