import Desk
import DeskViews
import EventSourcing
import EventStore
import LMDB
import TestSupport
import Testing

@Suite("Codes and serials")
struct CodeTests {
  private func serial(_ register: Register, _ day: String) throws -> Int {
    try register.read { views, transaction in try views.nextSerial(on: Fixture.day(day), transaction) }
  }

  private func number(_ register: Register, _ code: String) throws -> UInt64? {
    try register.read { views, transaction in try views.number(ofCode: code, transaction) }
  }

  @Test("serials count by the local day of the receipt")
  func byDay() throws {
    let register = try Register()
    let last = try register.receive("A", at: "2026-11-18T23:59")
    let first = try register.receive("B", at: "2026-11-19T00:00")
    try register.receive("C", at: "2026-11-19T00:01")
    #expect(register.code(last) == "H56.26.07-261118-0001")
    #expect(register.code(first) == "H56.26.07-261119-0001")
    #expect(try serial(register, "2026-11-18") == 2)
    #expect(try serial(register, "2026-11-19") == 3)
    #expect(try serial(register, "2026-11-20") == 1)
  }

  @Test("a case recorded later takes the next serial of the day of its receipt")
  func backdated() throws {
    let register = try Register()
    try register.receive("A", at: "2026-11-18T09:00")
    try register.receive("B", at: "2026-11-19T09:00")
    let late = try register.record(
      .receive(Receive(.procedure, procedure: "cai-chinh", applicant: "C")), at: Fixture.time("2026-11-19T10:00"),
      occurred: .local(Fixture.day("2026-11-18"), Fixture.clock("16:00")))
    #expect(register.code(late) == "H56.26.07-261118-0002")
    #expect(try serial(register, "2026-11-19") == 2)
  }

  @Test("an imported case does not move the serials, whatever its code looks like")
  func imported() throws {
    let register = try Register()
    let history = ImportHistory(
      code: "X-261118-7777", channel: .other, subject: nil, applicant: nil, responsible: nil,
      receivedAt: Fixture.time("2026-11-18T09:00"), due: Fixture.time("2026-11-20T17:00"), endedAt: nil, steps: [])
    try register.record(.importHistory(history), at: Fixture.time("2026-11-18T12:00"))
    #expect(try serial(register, "2026-11-18") == 1)
  }

  @Test("a code is found in any spelling of its letters, and not by a part")
  func spelling() throws {
    let register = try Register()
    let first = try register.receive("A", at: "2026-11-18T09:00")
    #expect(try number(register, "h56.26.07-261118-0001") == first)
    #expect(try number(register, "H56.26.07-261118-000") == nil)
    #expect(try number(register, "H56.26.07-261118-00011") == nil)
  }

  @Test("a code of nothing but marks is a code like any other: unknown, or found by itself")
  func marksOnly() throws {
    let register = try Register()
    #expect(try number(register, "\u{301}") == nil)
    let history = ImportHistory(
      code: "\u{301}", channel: .other, subject: nil, applicant: nil, responsible: nil,
      receivedAt: Fixture.time("2026-11-18T09:00"), due: Fixture.time("2026-11-20T17:00"), endedAt: nil, steps: [])
    let imported = try register.record(.importHistory(history), at: Fixture.time("2026-11-18T12:00"))
    #expect(try number(register, "\u{301}") == imported)
  }

  @Test("cases are counted, and a case that is not there has the empty state")
  func count() throws {
    let register = try Register()
    for name in ["A", "B", "C"] { try register.receive(name, at: "2026-11-18T09:00") }
    let transaction = try register.store.views.environment.beginRead()
    #expect(try register.views.caseCount(transaction) == 3)
    #expect(try register.views.state(of: 4, transaction) == CaseState())
    #expect(try register.views.state(of: 2, transaction) == register.states[2])
  }
}
