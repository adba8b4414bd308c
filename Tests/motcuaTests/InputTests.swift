import EventSourcing
import Testing

@testable import motcua

@Suite struct InputTests {
  @Test(
    "dates are taken as people write them, the day first",
    arguments: [
      ("26/11/2026", "2026-11-26"), ("1/2/2026", "2026-02-01"), ("26/11/2026 16:00", "2026-11-26T16:00"),
      ("26/11/2026 7:30", "2026-11-26T07:30"), ("2026-11-26", "2026-11-26"), ("2026-11-26T16:00", "2026-11-26T16:00"),
      ("2026-11-26 16:00:05", "2026-11-26T16:00:05"), ("+2", "+2"), ("+10", "+10"), (" +2 ", "+2"),
      ("29/02/2028", "2028-02-29"),
      ("2026-11-26T16:00:00+07:00", "2026-11-26T16:00:00+07:00"), ("2026-11-26T09:00:00.5z", "2026-11-26T09:00:00.5Z"),
    ])
  func dates(typed: String, wire: String) { #expect(DateInput.wire(typed) == wire) }

  @Test(
    "what is no date is refused",
    arguments: [
      "", "mai", "31/02/2026", "29/02/2026", "11/26/2026", "26/11/26", "26-11-2026", "2026-13-01", "+0", "+", "2", "-2",
      "+1000",
      "26/11/2026 24:00", "26/11/2026 16", "26/11/2026 16:00 x", "2026-11-26T16:00:00+7", "26/11/2026 1a:00",
    ])
  func noDates(typed: String) {
    #expect(DateInput.wire(typed) == nil)
    #expect(throws: Failure.self) { try DateInput.wire(typed, for: "--new-due", language: .en) }
  }

  @Test("a command's id is a UUID of version 7 that begins with the time")
  func commandID() {
    let made = [CommandID.make(milliseconds: 0x0123_4567_89AB), CommandID.make(milliseconds: 0x0123_4567_89AB)]
    for id in made {
      let text = CommandID.text(id)
      #expect(text.wholeMatch(of: /01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil, "\(text)")
      #expect(CommandID.bytes(text) == id)
    }
    #expect(made[0] != made[1])
  }

  @Test("a text is handed over in parts that fit a call, cut between characters, and nothing is lost")
  func parts() {
    let text = String(repeating: "ệ\"\n", count: 1000)
    let parts = TextFile.parts(of: text, bytesMax: 100, encodedBytesMax: 90)
    #expect(parts.joined() == text)
    #expect(parts.count > 1)
    #expect(parts.allSatisfy { $0.utf8.count <= 100 })
    #expect(TextFile.parts(of: "").count == 1)
    let quotes = TextFile.parts(of: String(repeating: "\"", count: 600_000))
    #expect(quotes.allSatisfy { $0.utf8.count * 2 <= 900 << 10 })
  }

  @Test(
    "only codes look like codes",
    arguments: [
      ("975", true), ("0975", true), ("261008-0975", true),
      ("H56.26.07-261008-0975", true), ("Bao giờ xong?", false), ("2 giấy khai sinh 1", false), ("giấy", false),
      ("123456", false),
    ])
  func codes(text: String, isCode: Bool) { #expect(Consult.isCode(text) == isCode) }
}
