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
    // and in blocks, as a start builds them
    let inBlocks = try Register()
    for start in stride(from: 0, to: register.events.count, by: 64) {
      try inBlocks.applyBlock(register.events[start...].prefix(64))
    }
    // then
    #expect(try register.rows() == rebuilt.rows())
    #expect(try register.rows() == inBlocks.rows())
    for at in [now, now.adding(seconds: 86_400 * 3), now.adding(seconds: 86_400 * 40)] {
      try compare(register, at)
      try compareFigures(register, at, &dice)
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
    for columns in tally.all.values {
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

  /// The scorecard from the cells is the one that is counted from the cases, over any days and at any instant.
  private func compareFigures(_ register: Register, _ now: Timestamp, _ dice: inout Dice) throws {
    let today = now.day(at: Fixture.offset)
    var periods = [today...today, today.adding(-1)...today.adding(-1), today.adding(-400)...today.adding(400)]
    for _ in 0..<12 {
      let first = today.adding(Int.random(in: -60...10, using: &dice))
      periods.append(first...first.adding(Int.random(in: 0...40, using: &dice)))
    }
    // Dates themselves are the instants at which one may be off.
    let dues = register.states.values.flatMap { [$0.firstDue, $0.due].compactMap(\.self) }.filter { $0 <= now }
    let instants = [now] + (0..<4).compactMap { _ in dues.randomElement(using: &dice) }
    for days in periods {
      for instant in instants {
        let period = ScorecardPeriod(days, now: instant, offset: Fixture.offset)
        let figures = try register.read { views, transaction in try views.figures(period, transaction) }
        var fold = ScorecardFold(period)
        for state in register.states.values { fold.add(state) }
        for (figure, folded) in zip(figures, fold.figures) {
          #expect(figure.parts == folded.parts && figure.imported == folded.imported, "\(figure.indicator.id) \(days)")
        }
        let byID = Dictionary(uniqueKeysWithValues: figures.map { ($0.indicator.id, $0) })
        let recounted = recountDates(register.states.values, days, instant)
        let (k3, b3) = (try #require(byID["K3"]), try #require(byID["B3"]))
        #expect(k3.numerator == recounted.firstNotKept && k3.denominator == recounted.first)
        #expect(b3.numerator == recounted.kept && b3.denominator == recounted.all)
        // The numerator of K3 is the first dates that B3 does not keep.
        let firstKept = b3.parts[DatePart.firstKept.rawValue] ?? 0
        #expect(k3.numerator == recounted.first - firstKept)
      }
    }
    // All that is open past its first date now is broken on the date's day, whatever day that was.
    let all = ScorecardPeriod(today.adding(-4000)...today, now: now, offset: Fixture.offset)
    let (figures, tally) = try register.read { views, transaction in
      (try views.figures(all, transaction), try views.tally(now: now, offset: Fixture.offset, transaction))
    }
    let k3 = try #require(figures.first { $0.indicator.id == "K3" })
    let broken = (k3.parts[DatePart.firstBroken.rawValue] ?? 0) + (k3.imported[DatePart.firstBroken.rawValue] ?? 0)
    let cases = tally.all[.cases] ?? Columns()
    #expect(broken == cases.now.openLate + cases.all.resolvedLate + cases.all.withdrawnLate)
  }

  /// The dates of the office's own procedures and of help, as somebody would count them with the cases on the table.
  private func recountDates(
    _ states: some Collection<CaseState>, _ days: ClosedRange<CalendarDay>, _ now: Timestamp
  ) -> (first: Int, firstNotKept: Int, all: Int, kept: Int) {
    var count = (first: 0, firstNotKept: 0, all: 0, kept: 0)
    for state in states {
      guard let receipt = state.reception, !receipt.isImported else { continue }
      guard receipt.facts.kind == .procedure || receipt.facts.kind == .assistance else { continue }
      for (index, date) in ([receipt.facts.due] + state.apologies.compactMap(\.newDue)).enumerated() {
        guard date < now, days.contains(date.day(at: Fixture.offset)) else { continue }
        let isKept = state.resolution.map { $0.at <= date } ?? false
        count.all += 1
        count.kept += isKept ? 1 : 0
        guard index == 0 else { continue }
        count.first += 1
        count.firstNotKept += isKept ? 0 : 1
      }
    }
    return count
  }

  /// Due today and open are one run, by date.
  private func rank(_ reason: Int) -> Int { min(reason, DutyReason.dueToday.rawValue) }

  /// The tally as somebody would count it with the cases on the table.
  private func recount(_ states: some Collection<CaseState>, _ now: Timestamp) -> Tally {
    let today = now.day(at: Fixture.offset)
    var tally = Tally()
    tally.all = recount(states, now, today)
    tally.imported = recount(states.filter { $0.reception?.isImported == true }, now, today)
    return tally
  }

  private func recount(
    _ states: some Collection<CaseState>, _ now: Timestamp, _ today: CalendarDay
  ) -> [TallyGroup: Columns] {
    var tally = Dictionary(uniqueKeysWithValues: TallyGroup.allCases.map { ($0, Columns()) })
    func count(_ group: TallyGroup, _ day: CalendarDay, _ counter: WritableKeyPath<Counts, Int>) {
      tally[group]?.all[keyPath: counter] += 1
      if day == today { tally[group]?.today[keyPath: counter] += 1 }
      if day == today.adding(-1) { tally[group]?.yesterday[keyPath: counter] += 1 }
      if day <= today, day >= today.startOfWeek { tally[group]?.thisWeek[keyPath: counter] += 1 }
      if day <= today, day >= today.startOfMonth { tally[group]?.thisMonth[keyPath: counter] += 1 }
    }
    for state in states {
      guard let receipt = state.reception else { continue }
      let group: TallyGroup =
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
