import Desk

// Values of the desk as fields.
extension FieldCoder {
  /// Microseconds since 1970.
  mutating func instant(_ number: Int, _ name: StaticString, _ value: inout Timestamp) throws(RecordError) {
    var microseconds = value.microseconds
    try integer(number, name, &microseconds)
    value = try Timestamp(stored: microseconds)
  }

  mutating func instant(_ number: Int, _ name: StaticString, _ value: inout Timestamp?) throws(RecordError) {
    var microseconds = value?.microseconds
    try integer(number, name, &microseconds)
    if let microseconds { value = try Timestamp(stored: microseconds) } else { value = nil }
  }

  /// Days since 1970.
  mutating func day(_ number: Int, _ name: StaticString, _ value: inout CalendarDay?) throws(RecordError) {
    var days = value?.number
    try integer(number, name, &days)
    value = days.map { CalendarDay(number: $0) }
  }

  mutating func term(_ number: Int, _ name: StaticString, _ value: inout Term) throws(RecordError) {
    let written = value.text
    var text = written
    try self.text(number, name, &text)
    // What was written, or is read as it was, needs no parsing.
    if text == written { return }
    guard let term = Term(text: text) else { throw .malformed("term \(text)") }
    value = term
  }
}

extension Timestamp {
  /// The years 0 to 10,000: wider than what any command can say, and narrow enough to count days and add terms in.
  private static let readable: ClosedRange<Int64> = -62_167_219_200_000_000...253_433_923_200_000_000

  init(stored microseconds: Int64) throws(RecordError) {
    guard Self.readable.contains(microseconds) else {
      throw .malformed("an instant of \(microseconds) microseconds")
    }
    self.init(microseconds: microseconds)
  }
}
