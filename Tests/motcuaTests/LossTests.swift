import DeskInterface
import Testing

@testable import motcua

@Suite("What is said of a loss, and of what still opens the erased")
struct LossTests {
  private func line(_ restored: Wire.Restored, _ language: Language) -> String {
    let event = Wire.Event(
      position: 7, number: 0, version: 2, type: .restored, recordedAt: "2026-11-26T17:00:00+07:00",
      occurredAt: "2026-11-26T17:00:00+07:00", uid: 0, account: "root", commandId: "x", rulesPosition: 1,
      imported: false, restored: restored)
    return EventLine.text(event, isVoided: false, showsCode: false, language)
  }

  @Test("a known end, one before the backup's, and an unknown one read differently, with what codes begin after")
  func restored() {
    let known = Wire.Restored(size: 4, knownSize: 6, knownRoot: "r", witness: "motcua/H56")
    #expect(line(known, .en).contains("events 5 to 6 are lost (by a checkpoint of motcua/H56)"))
    let whole = Wire.Restored(size: 4, knownSize: 4, knownRoot: "r", witness: "motcua/H56")
    #expect(line(whole, .en).contains("whole up to event 4 (by a checkpoint of motcua/H56)"))
    #expect(line(whole, .vi).contains("có đủ đến sự kiện 4"))
    let unknown = Wire.Restored(
      size: 4, knownSize: 0, knownRoot: "", witness: "", unknownEnd: true, floorFirst: "2026-11-24",
      floorLast: "2026-11-26", serialFloor: 1412, erasures: 1)
    #expect(line(unknown, .en).contains("what is lost after event 4 is unknown"))
    #expect(line(unknown, .en).contains("codes of days up to 26/11/2026 begin after 1412"))
    #expect(line(unknown, .vi).contains("mã các ngày đến 26/11/2026 bắt đầu sau 1412"))
    #expect(line(unknown, .en).contains("1 case erased again") && !line(unknown, .en).contains("to 0"))
    #expect(line(unknown, .vi).contains("không biết mất bao nhiêu sau sự kiện 4"))
  }

  @Test("an erasure says how many backups of the keys may still open the case, when there are any")
  func erasure() {
    func lines(_ count: Int?, isUnknown: Bool? = nil, _ language: Language) -> [String] {
      ReceiptForm.lines(
        Wire.Receipt(
          code: "H-261123-0001", number: 1, version: 4, position: 9, recordedAt: "2026-11-26T17:00:00+07:00",
          repeated: false, status: .returned, late: false, due: "2026-11-26T17:00:00+07:00", provisional: false,
          owes: [], keyBackups: count,
          keyBackupsUnknown: isUnknown), language)
    }
    #expect(lines(nil, .en).count == 2 && lines(0, .en).count == 2)
    #expect(lines(1, .en).last?.hasPrefix("Up to 1 backup of the keys") == true)
    #expect(lines(nil, isUnknown: true, .en).last?.contains("cannot be told") == true)
    #expect(lines(nil, isUnknown: true, .vi).last?.contains("Không biết còn bao nhiêu") == true)
    #expect(lines(1200, .vi).last?.contains("1.200 bản sao lưu khóa") == true)
  }
}
