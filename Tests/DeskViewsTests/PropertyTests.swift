import Desk
import DeskViews
import EventSourcing
import TestSupport
import Testing

@Suite("Whatever is recorded, in any order")
struct PropertyTests {
  @Test(
    "views kept live are the views rebuilt, row for row, and say what a look at each case says",
    arguments: [1, 2, 3, 4] as [UInt64])
  func liveAndRebuilt(seed: UInt64) throws {
    // given a desk after some hundred commands, many of them refused
    var dice = Dice(seed: seed)
    let register = try Register()
    var now = Fixture.time("2026-10-26T08:00")
    for _ in 0..<350 {
      now = now.adding(seconds: Int64.random(in: 60...14_000, using: &dice))
      do {
        let number =
          register.states.isEmpty || Int.random(in: 0..<4, using: &dice) == 0
          ? nil : UInt64.random(in: 1...UInt64(register.states.count), using: &dice)
        let action = number == nil ? beginning(&dice, now) : further(&dice)
        try register.record(action, number, at: now, by: ["lan", "minh"].randomElement(using: &dice) ?? "lan")
      } catch is Rejection {}
    }
    #expect(register.events.count > 150)
    // when they are rebuilt elsewhere from the events
    let rebuilt = try Register()
    for (number, event) in register.events { try rebuilt.apply([event], to: number) }
    // then
    #expect(try register.rows() == rebuilt.rows())
    for at in [now, now.adding(seconds: 86_400 * 3), now.adding(seconds: 86_400 * 40)] {
      try compare(register, at)
    }
    // and each state that was stored is the fold of the case's events
    for (number, state) in register.states {
      let folded = CaseDecider.fold(register.events.filter { $0.number == number }.map(\.event))
      #expect(folded == state)
      #expect(try register.read { views, transaction in try views.state(of: number, transaction) } == state)
    }
  }

  private func beginning(_ dice: inout Dice, _ now: Timestamp) -> CaseCommand.Action {
    let names = ["Nguyễn Thị Hoa", "Đặng Văn Lâm", "Trần Minh"]
    let name = names.randomElement(using: &dice) ?? ""
    switch Int.random(in: 0..<8, using: &dice) {
    case 0: return .receive(Receive(.complaint, applicant: name))
    case 1: return .receive(Receive(.enquiry, applicant: nil))
    case 2: return .enquire(Receive(.enquiry), Consult(question: "?", guidance: "!"))
    case 3:
      let received = now.adding(seconds: -Int64.random(in: 0...900_000, using: &dice))
      let ended = Bool.random(using: &dice) ? received.adding(seconds: 400_000) : nil
      return .importHistory(
        ImportHistory(
          code: "I\(UInt64.random(in: 0...UInt64.max, using: &dice))", channel: .post, subject: "nhập",
          applicant: name, responsible: nil, receivedAt: received, due: received.adding(seconds: 300_000),
          endedAt: ended,
          steps: [.init(Progressed(step: "1"), at: received)]))
    case 4:
      var receive = Receive(.procedure, procedure: "khai-sinh", applicant: name)
      receive.urgent = "gấp"
      return .receive(receive)
    default: return .receive(Receive(.procedure, procedure: "cai-chinh", applicant: name))
    }
  }

  private func further(_ dice: inout Dice) -> CaseCommand.Action {
    let apology = Bool.random(using: &dice) ? Fixture.apology : nil
    switch Int.random(in: 0..<12, using: &dice) {
    case 0: return .consult(Consult(question: "?", guidance: "!"))
    case 1: return .progress(Progress(step: "Thẩm định"))
    case 2: return .apologise(Apologise(Fixture.apology, newDue: .workingDays(Int.random(in: 1...6, using: &dice))))
    case 3: return .apologise(Apologise(Apology(cause: "conduct", text: "Xin lỗi.")))
    case 4, 5: return .resolve(Resolve(apology: apology))
    case 6, 7: return .return(Return(apology: apology))
    case 8: return .withdraw(Withdraw(reason: "đổi ý"))
    case 9: return .correct(Correct(changes: .init(applicant: "Lê Thị Sửa", responsible: "khanh"), reason: "sửa"))
    default: return .correct(Correct(voids: Version(UInt32.random(in: 1...5, using: &dice)), reason: "nhầm"))
    }
  }

  private func compare(_ register: Register, _ now: Timestamp) throws {
    let tally = try register.read { views, transaction in
      try views.tally(now: now, offset: Fixture.offset, transaction)
    }
    #expect(tally == recount(register.states.values, now))
    for columns in tally.values {
      let all = columns.all
      #expect(all.received == all.resolvedOnTime + all.resolvedLate + all.withdrawn + columns.now.open)
    }
    func numbers(_ isMeant: (CaseState) -> Bool) -> [UInt64] {
      register.states.filter { isMeant($0.value) }.keys.sorted()
    }
    var late = CaseFilter()
    late.late = true
    #expect(try register.list(late, now, limit: 7).sorted() == numbers { Standing(of: $0, at: now).isLate })
    #expect(try register.list(CaseFilter(), now, limit: 7).sorted() == numbers(\.isOpen))
    let duties = try register.next(at: now, limit: 7)
    let isDuty: (CaseState) -> Bool = { $0.isOpen || ($0.resolution != nil && !$0.isEnded) }
    #expect(duties.map(\.number).sorted() == numbers(isDuty))
    #expect(duties.map(\.reason.rawValue) == duties.map(\.reason.rawValue).sorted { rank($0) < rank($1) })
  }

  /// Due today and open are one run, by date.
  private func rank(_ reason: Int) -> Int { min(reason, DutyReason.dueToday.rawValue) }

  /// The tally as somebody would count it with the cases on the table.
  private func recount(_ states: some Collection<CaseState>, _ now: Timestamp) -> [TallyView.Group: Columns] {
    let today = now.day(at: Fixture.offset)
    var tally = Dictionary(uniqueKeysWithValues: TallyView.Group.allCases.map { ($0, Columns()) })
    func count(_ group: TallyView.Group, _ day: CalendarDay, _ counter: WritableKeyPath<Counts, Int>) {
      tally[group]?.all[keyPath: counter] += 1
      if day == today { tally[group]?.today[keyPath: counter] += 1 }
      if day == today.adding(-1) { tally[group]?.yesterday[keyPath: counter] += 1 }
      if day <= today, day >= today.startOfWeek { tally[group]?.thisWeek[keyPath: counter] += 1 }
      if day <= today, day >= today.startOfMonth { tally[group]?.thisMonth[keyPath: counter] += 1 }
    }
    for state in states {
      guard let receipt = state.receipt else { continue }
      let group: TallyView.Group =
        switch receipt.facts.kind {
        case .enquiry: .enquiries
        case .complaint: .complaints
        case .procedure, .assistance: .cases
        }
      let standing = Standing(of: state, at: now)
      count(group, receipt.day, \.received)
      if let withdrawal = state.withdrawal {
        count(group, withdrawal.day, \.withdrawn)
        if withdrawal.at > receipt.facts.due { count(group, withdrawal.day, \.withdrawnLate) }
      } else if let resolution = state.resolution {
        count(group, resolution.day, standing.isLate ? \.resolvedLate : \.resolvedOnTime)
      } else {
        tally[group]?.now.open += 1
        if standing.isLate { tally[group]?.now.openLate += 1 }
      }
      if standing.owesApology { tally[group]?.now.apologiesOwed += 1 }
    }
    return tally
  }
}
