extension Timestamp {
  /// Reads RFC 3339, `2026-11-26T17:00:00+07:00`; a space for the `T` and up to nine digits of a second are taken too,
  /// of which those past the microsecond are dropped. Nil outside `bounds`.
  public init?(rfc3339 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
      let day = CalendarDay(text: String(decoding: bytes[..<10], as: UTF8.self)),
      let time = TimeOfDay(text: String(decoding: bytes[11..<19], as: UTF8.self))
    else { return nil }
    var rest = bytes[19...]
    var fraction: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard (1...9).contains(digits.count), let value = decimal(digits) else { return nil }
      rest = rest.dropFirst(1 + digits.count)
      fraction = Int64(value)
      for _ in digits.count..<9 { fraction *= 10 }
      fraction /= 1000
    }
    guard let offset = UTCOffset(text: String(decoding: rest, as: UTF8.self)) else { return nil }
    let instant = Timestamp(microseconds: day.at(time, offset).microseconds + fraction)
    guard Timestamp.bounds.contains(instant) else { return nil }
    self = instant
  }

  /// RFC 3339 at the offset, with microseconds only when there are any.
  public func rfc3339(at offset: UTCOffset) -> String {
    String(unsafeUninitializedCapacity: Self.rfc3339BytesMax) { buffer in
      var text = OutputSpan(buffer: buffer, initializedCount: 0)
      append(rfc3339At: offset, to: &text)
      return text.finalize(for: buffer)
    }
  }

  /// How many bytes that takes at the most.
  public static let rfc3339BytesMax = 56

  /// The same, where there is room for it.
  public func append(rfc3339At offset: UTCOffset, to text: inout OutputSpan<UInt8>) {
    let (day, micro) = (day(at: offset), Int(microsecondsOfDay(at: offset)))
    let (seconds, fraction) = (micro / 1_000_000, micro % 1_000_000)
    let (year, month, dayOfMonth) = day.civil
    if 0..<10_000 ~= year {
      text.append(two: year / 100)
      text.append(two: year % 100)
    } else {
      // Outside `bounds`, where nothing is recorded.
      for byte in padded(year, 4).utf8 { text.append(byte) }
    }
    text.append(two: month, after: UInt8(ascii: "-"))
    text.append(two: dayOfMonth, after: UInt8(ascii: "-"))
    text.append(two: seconds / 3600, after: UInt8(ascii: "T"))
    text.append(two: seconds / 60 % 60, after: UInt8(ascii: ":"))
    text.append(two: seconds % 60, after: UInt8(ascii: ":"))
    if fraction != 0 {
      text.append(two: fraction / 10_000, after: UInt8(ascii: "."))
      text.append(two: fraction / 100 % 100)
      text.append(two: fraction % 100)
    }
    let size = abs(offset.minutes)
    text.append(two: size / 60, after: UInt8(ascii: offset.minutes < 0 ? "-" : "+"))
    text.append(two: size % 60, after: UInt8(ascii: ":"))
  }
}

extension OutputSpan<UInt8> {
  @inline(__always)
  fileprivate mutating func append(two number: Int) {
    append(UInt8(truncatingIfNeeded: number / 10) &+ UInt8(ascii: "0"))
    append(UInt8(truncatingIfNeeded: number % 10) &+ UInt8(ascii: "0"))
  }

  @inline(__always)
  fileprivate mutating func append(two number: Int, after mark: UInt8) {
    append(mark)
    append(two: number)
  }
}
