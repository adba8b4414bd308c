import Desk
import DeskViews
import EventSourcing
import TestSupport
import Testing

@Suite("Lists")
struct ListTests {
  /// Nine cases: of lan and minh, of two procedures, open, late, ready, returned, withdrawn.
  private func given() throws -> Register {
    let register = try Register()
    for index in 0..<9 {
      try register.receive(
        "A\(index)", at: "2026-11-16T09:0\(index)", procedure: index % 2 == 0 ? "cai-chinh" : "khai-sinh",
        by: index % 3 == 0 ? "minh" : "lan")
    }
    let now = Fixture.time("2026-11-16T16:00")
    try register.record(.resolve(Resolve()), 1, at: now)
    try register.record(.resolve(Resolve()), 2, at: now)
    try register.record(.return(Return()), 2, at: now)
    try register.record(.withdraw(Withdraw(reason: "đổi ý")), 3, at: now)
    try register.record(.progress(Progress(step: "Thẩm định")), 5, at: now)
    try register.record(.resolve(Resolve(apology: Fixture.apology)), 4, at: Fixture.time("2026-11-17T09:00"))
    return register
  }

  @Test("without a condition, open cases are meant, by their dates")
  func open() throws {
    // Same-day procedures are due on the 16th, the others on the 19th.
    #expect(try given().list(at: "2026-11-16T16:30") == [6, 8, 5, 7, 9])
  }

  @Test("conditions hold at once, and every combination is what a look at each case says", arguments: [1, 2, 100])
  func intersection(limit: Int) throws {
    let register = try given()
    let now = Fixture.time("2026-11-18T09:00")
    for open in [nil, true, false] as [Bool?] {
      for late in [nil, true, false] as [Bool?] {
        for clerk in [nil, "lan", "minh", "khanh"] as [String?] {
          for procedure in [nil, "khai-sinh"] as [String?] {
            for status in [nil] + Status.allCases.map(Optional.some) {
              var filter = CaseFilter()
              (filter.open, filter.late, filter.clerk) = (open, late, clerk)
              (filter.procedure, filter.status) = (procedure, status)
              let expected = register.states.filter { _, state in
                let isMeant = open == nil && late == nil && status == nil ? state.isOpen : true
                return isMeant && (open == nil || open == state.isOpen)
                  && (late == nil || late == Standing(of: state, at: now).isLate)
                  && (clerk == nil || clerk == state.reception?.receiver)
                  && (procedure == nil || procedure == state.reception?.facts.procedure)
                  && (status == nil || status == state.status)
              }
              #expect(try register.list(filter, now, limit: limit).sorted() == expected.keys.sorted(), "\(filter)")
            }
          }
        }
      }
    }
  }

  @Test("late is what ended late and what is open past its date, those that are open first")
  func late() throws {
    let register = try given()
    #expect(try register.list(at: "2026-11-16T17:00") { $0.late = true } == [4])
    #expect(try register.list(at: "2026-11-17T10:00") { $0.late = true } == [6, 8, 4])
    #expect(try register.list(at: "2026-11-17T10:00") { ($0.late, $0.open) = (true, true) } == [6, 8])
    #expect(try register.list(at: "2026-11-20T10:00") { $0.late = true } == [6, 8, 5, 7, 9, 4])
  }

  @Test("due before an instant does not hold what is due exactly then")
  func dueBefore() throws {
    let register = try given()
    #expect(try register.list(at: "2026-11-16T16:00") { $0.dueBefore = Fixture.time("2026-11-16T17:00") }.isEmpty)
    #expect(try register.list(at: "2026-11-16T16:00") { $0.dueBefore = Fixture.time("2026-11-16T17:01") } == [6, 8])
  }

  @Test("a responsible person is asked instead of the receiver, also when that is corrected")
  func responsible() throws {
    let register = try given()
    let correct = Correct(changes: .init(responsible: "khanh"), reason: "phân công lại")
    try register.record(.correct(correct), 6, at: Fixture.time("2026-11-16T16:00"))
    #expect(try register.list(at: "2026-11-16T16:30") { $0.clerk = "khanh" } == [6])
    #expect(try register.list(at: "2026-11-16T16:30") { $0.clerk = "lan" } == [8, 5, 9])
  }

  @Test("a clerk whose name begins another's does not see the other's cases")
  func clerkPrefix() throws {
    let register = try Register()
    let an = try register.receive("A", at: "2026-11-16T09:00", by: "an")
    try register.receive("B", at: "2026-11-16T09:00", by: "anh")
    #expect(try register.list(at: "2026-11-16T10:00") { $0.clerk = "an" } == [an])
  }

  @Test("pages together are the whole, none larger than asked, each case once", arguments: [1, 2, 4, 5, 6])
  func pages(limit: Int) throws {
    let register = try given()
    var pages = DeskViews.list(CaseFilter(), now: Fixture.time("2026-11-16T16:30"))
    var numbers: [UInt64] = []
    while let page = try pages.next(limit: limit, in: register.views) {
      #expect(page.count <= limit)
      numbers += page.map(\.number)
    }
    #expect(numbers == [6, 8, 5, 7, 9])
    #expect(try pages.next(limit: limit, in: register.views) == nil)
  }

  @Test("what is added behind the page that was read comes on a later page")
  func growing() throws {
    let register = try given()
    var pages = DeskViews.list(CaseFilter(), now: Fixture.time("2026-11-16T16:30"))
    #expect(try pages.next(limit: 2, in: register.views)?.map(\.number) == [6, 8])
    let added = try register.receive("B", at: "2026-11-17T09:00")
    var numbers: [UInt64] = []
    while let page = try pages.next(limit: 2, in: register.views) { numbers += page.map(\.number) }
    #expect(numbers == [5, 7, 9, added])
  }
}

@Suite("What to do next")
struct NextTests {
  private func given() throws -> (register: Register, expected: [(DutyReason, UInt64)]) {
    let register = try Register()
    let owed = try register.receive("A", at: "2026-11-10T09:00")
    let overdue = try register.receive("B", at: "2026-11-11T09:00")
    try register.record(
      .apologise(Apologise(Fixture.apology, newDue: .day(Fixture.day("2026-11-30")))), overdue,
      at: Fixture.time("2026-11-17T09:00"))
    let ready = try register.receive("C", at: "2026-11-16T09:00")
    try register.record(.resolve(Resolve()), ready, at: Fixture.time("2026-11-17T09:00"))
    let open = try register.receive("D", at: "2026-11-18T08:00", by: "minh")
    let today = try register.receive("E", at: "2026-11-18T08:00", procedure: "khai-sinh")
    let urgent = try register.receive("F", at: "2026-11-18T08:30") { $0.urgent = "nhập viện" }
    let done = try register.receive("G", at: "2026-11-18T08:00")
    try register.record(.withdraw(Withdraw(reason: "đổi ý")), done, at: Fixture.time("2026-11-18T08:30"))
    return (
      register,
      [
        (.apologyOwed, owed), (.overdue, overdue), (.handOver, ready), (.urgent, urgent), (.dueToday, today),
        (.open, open),
      ]
    )
  }

  @Test(
    "broken dates first, then what is overdue, results to hand over, urgent, due today, the rest; each once",
    arguments: [1, 2, 100])
  func order(limit: Int) throws {
    let (register, expected) = try given()
    let duties = try register.next(at: Fixture.time("2026-11-18T09:00"), limit: limit)
    #expect(duties.map(\.number) == expected.map(\.1))
    #expect(duties.map(\.reason) == expected.map(\.0))
  }

  @Test("a clerk's own are the same, less the others'")
  func mine() throws {
    let (register, expected) = try given()
    let now = Fixture.time("2026-11-18T09:00")
    #expect(try register.next(clerk: "minh", at: now).map(\.number) == [expected[5].1])
    #expect(try register.next(clerk: "lan", at: now).map(\.number) == expected[..<5].map(\.1))
  }

  @Test("a late result without its apology is owed one, not handed over")
  func lateResult() throws {
    let register = try Register()
    let number = try register.receive("A", at: "2026-11-10T09:00")
    let now = Fixture.time("2026-11-18T09:00")
    try register.record(.resolve(Resolve(apology: Fixture.apology)), number, at: now)
    #expect(try register.next(at: now).map(\.reason) == [.handOver])
    try register.record(.correct(Correct(voids: Version(2), reason: "ghi nhầm thư xin lỗi")), number, at: now)
    #expect(try register.next(at: now).map(\.reason) == [.apologyOwed])
  }
}
