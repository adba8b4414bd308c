import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import LMDB
import TestSupport
import Testing

@Suite("Codes, as people type them")
struct CodeTests {
  @Test("a code is found whole, by day and serial, and by today's serial")
  func shortened() async throws {
    let office = Desktop()
    let number = try await office.during(at: "2026-11-17T09:00") { try await $0.accept(.receive("Hoa")).number }
    try await office.during(at: "2026-11-18T09:00") { service async throws in
      let today = try await service.accept(.receive("Lan")).number
      for code in ["H56.26.07-261117-0001", "h56.26.07-261117-0001", "261117-0001", "261117-1", " 261117-1 "] {
        #expect(try service.find(code).number == number, "\(code)")
      }
      for code in ["1", "0001", "261118-1"] { #expect(try service.find(code).number == today, "\(code)") }
      #expect(try service.rejectionOfFinding("2") == .unknownCase(code: "H56.26.07-261118-0002"))
    }
  }

  @Test("a shortened code that fits an imported case as well is refused with both, and whole codes still work")
  func ambiguous() async throws {
    try await Desktop().during { service async throws in
      let own = try await service.accept(.receive("Hoa"))
      let imported = try await service.accept(.importing("1"))
      let expected = Rejection.ambiguousCode(code: "1", matches: ["1", own.code])
      #expect(try service.rejectionOfFinding("1") == expected)
      let progress = CommandRequest(.existing("1"), .progress(Progress(step: "a")))
      #expect(await service.rejection(progress) == expected)
      #expect(try service.find("0001").number == own.number)
      #expect(try service.find(own.code).number == own.number)
      #expect(imported.number != own.number)
    }
  }

  @Test("a code of nothing is unknown, to a question and to a command, and the desk goes on", arguments: ["=", "= "])
  func nothing(code: String) async throws {
    try await Desktop().during { service async throws in
      #expect(try service.rejectionOfFinding(code) == .unknownCase(code: "="))
      let progress = CommandRequest(.existing(code), .progress(Progress(step: "a")))
      #expect(await service.rejection(progress) == .unknownCase(code: "="))
      try await service.accept(.receive("Hoa"))
    }
  }

  @Test("a serial that an imported case has taken already is passed over")
  func taken() async throws {
    try await Desktop().during { service async throws in
      try await service.accept(.importing("H56.26.07-261118-0001"))
      try await service.accept(.importing("h56.26.07-261118-0002"))
      #expect(try await service.accept(.receive("Hoa")).code == "H56.26.07-261118-0003")
      #expect(try await service.accept(.receive("Lan")).code == "H56.26.07-261118-0004")
    }
  }

  @Test("an imported code that is taken is refused, in any spelling")
  func importTaken() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.accept(.receive("Hoa")).code
      #expect(await service.rejection(.importing(code.lowercased())) == .codeTaken(code: code.lowercased()))
    }
  }

  @Test("a code of nothing but marks is unknown, and the desk goes on", arguments: ["\u{301}", "\u{300}\u{323}"])
  func marksOnly(code: String) async throws {
    try await Desktop().during { service async throws in
      #expect(try service.rejectionOfFinding(code) == .unknownCase(code: code))
      let progress = CommandRequest(.existing(code), .progress(Progress(step: "a")))
      #expect(await service.rejection(progress) == .unknownCase(code: code))
      try await service.accept(.receive("Hoa"))
      #expect(!service.isFailed)
    }
  }

  @Test("after the prefix of the office has changed, codes of both prefixes are found by their ends")
  func prefixes() async throws {
    let office = Desktop()
    let old = try await office.during(at: "2026-11-17T09:00") { try await $0.accept(.receive("Hoa")) }
    try await office.during(book: Fixture.book(prefix: "H56.99")) { service async throws in
      let new = try await service.accept(.receive("Lan"))
      #expect(new.code == "H56.99-261118-0001")
      #expect(try service.find("261117-1").number == old.number)
      #expect(try service.find("1").number == new.number)
    }
  }

  @Test("a command id is read from its text and written back; anything else is not an id")
  func commandIDs() {
    let id = CommandID.make(milliseconds: 1_790_000_000_000)
    #expect(id.count == 16 && id[6] >> 4 == 7 && id[8] >> 6 == 2)
    #expect(CommandID.bytes(CommandID.text(id)) == id)
    #expect(CommandID.bytes(CommandID.text(id).uppercased()) == id)
    for text in [
      "", "0", String(repeating: "-", count: 36), String(repeating: "0", count: 36), CommandID.text(id) + "0",
    ] {
      #expect(CommandID.bytes(text) == nil, "\(text)")
    }
  }
}
