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
    let (day, micro) = (day(at: offset), Int(microsecondsOfDay(at: offset)))
    let (seconds, fraction) = (micro / 1_000_000, micro % 1_000_000)
    let (year, month, dayOfMonth) = day.civil
    return String(unsafeUninitializedCapacity: 56) { buffer in
      var end = 0
      func put(_ mark: UInt8) {
        buffer[end] = mark
        end += 1
      }
      func put(two number: Int) {
        put(UInt8(ascii: "0") + UInt8(number / 10))
        put(UInt8(ascii: "0") + UInt8(number % 10))
      }
      if 0..<10_000 ~= year {
        put(two: year / 100)
        put(two: year % 100)
      } else {
        // Outside `bounds`, where nothing is recorded.
        for byte in padded(year, 4).utf8 { put(byte) }
      }
      put(UInt8(ascii: "-"))
      put(two: month)
      put(UInt8(ascii: "-"))
      put(two: dayOfMonth)
      put(UInt8(ascii: "T"))
      put(two: seconds / 3600)
      put(UInt8(ascii: ":"))
      put(two: seconds / 60 % 60)
      put(UInt8(ascii: ":"))
      put(two: seconds % 60)
      if fraction != 0 {
        put(UInt8(ascii: "."))
        put(two: fraction / 10_000)
        put(two: fraction / 100 % 100)
        put(two: fraction % 100)
      }
      put(UInt8(ascii: offset.minutes < 0 ? "-" : "+"))
      let size = abs(offset.minutes)
      put(two: size / 60)
      put(UInt8(ascii: ":"))
      put(two: size % 60)
      return end
    }
  }
}
