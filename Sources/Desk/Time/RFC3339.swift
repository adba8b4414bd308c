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
    let micro = microsecondsOfDay(at: offset)
    let seconds = Int(micro / 1_000_000)
    let fraction = Int(micro % 1_000_000)
    var text: [UInt8] = []
    text.reserveCapacity(40)
    day(at: offset).append(to: &text)
    text.append(UInt8(ascii: "T"))
    appendPadded(seconds / 3600, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    appendPadded(seconds / 60 % 60, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    appendPadded(seconds % 60, 2, to: &text)
    if fraction != 0 {
      text.append(UInt8(ascii: "."))
      appendPadded(fraction, 6, to: &text)
    }
    offset.append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
