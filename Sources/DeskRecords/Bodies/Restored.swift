import Desk

extension Restored: OfficeBody {
  static var number: Int { 30 }
  static var blank: Restored { Restored(knownSize: 0, knownRoot: "", size: 0, witness: "") }
  /// The fields from 5 on came with schema 2.
  var schema: UInt32 { isEndUnknown || floor != nil || erasures != nil ? 2 : 1 }

  mutating func fields(_ body: inout some FieldCoder) throws(RecordError) {
    try body.integer(1, "known_size", &knownSize)
    try body.text(2, "known_root", &knownRoot)
    try body.integer(3, "size", &size)
    try body.text(4, "witness", &witness)
    try body.flag(5, "unknown_end", &isEndUnknown)
    var (first, last, serial) = (floor?.first, floor?.last, floor?.serial ?? 0)
    try body.day(6, "floor_first", &first)
    try body.day(7, "floor_last", &last)
    try body.integer(8, "serial_floor", &serial)
    if let first, let last { floor = SerialFloor(first: first, last: last, serial: serial) } else { floor = nil }
    try body.integer(9, "erasures", &erasures)
  }
}
