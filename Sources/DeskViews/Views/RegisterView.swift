import Desk
import EventSourcing
import EventStore

/// The register by day of receipt: day, serial, number. Cases with a code from elsewhere have serial 0.
enum RegisterView: CaseView {
  static let name = "register"
  static let view = DeskView(Self.self, version: 1, .once, owner: .endOfKey)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    guard let reception = row.state.reception else { return }
    let serial = reception.isImported ? 0 : CaseCode.serial(of: reception.facts.code) ?? 0
    rows.add {
      $0 += prefix(reception.day)
      $0.append(bigEndian: UInt32(serial))
      $0.append(bigEndian: row.number)
    }
  }

  static func prefix(_ day: CalendarDay) -> [UInt8] { bigEndian(UInt32(bitPattern: day.number) ^ 1 << 31) }

  /// The day and the serial of a key.
  static func place(of key: [UInt8]) -> (day: CalendarDay, serial: Int) {
    (day(key.prefix(4)), Int(bigEndianNumber(key[4..<8])))
  }

  static func day(_ prefix: some Sequence<UInt8>) -> CalendarDay {
    CalendarDay(number: Int32(bitPattern: UInt32(truncatingIfNeeded: bigEndianNumber(prefix)) ^ 1 << 31))
  }
}
