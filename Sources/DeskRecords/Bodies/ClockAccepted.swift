import Desk

extension ClockAccepted: OfficeBody {
  static var number: Int { 31 }
  static var blank: ClockAccepted {
    ClockAccepted(shown: Timestamp(microseconds: 0), expected: Timestamp(microseconds: 0))
  }
  var schema: UInt32 { 2 }

  mutating func fields(_ body: inout some FieldCoder) throws(RecordError) {
    try body.instant(1, "shown", &shown)
    try body.instant(2, "expected", &expected)
  }
}
