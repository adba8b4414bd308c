import Desk
import DeskInterface
import DeskRecords
import DeskService
import DeskViews
import DeskWire
import EventSourcing

extension Wire.Receipt {
  /// What a command is told. It is no initialiser, because those own what they are given: a copy of the whole state.
  static func of(_ accepted: Accepted, now: Timestamp) -> Wire.Receipt {
    make(accepted, accepted.state, now: now, at: OfficeTime.now)
  }

  /// Each instant is written once.
  private static func make(
    _ accepted: Accepted, _ state: CaseState, now: Timestamp, at offset: UTCOffset
  ) -> Wire.Receipt {
    let standing = Standing(of: state, at: now)
    let due = (state.due ?? now).rfc3339(at: offset)
    var owes: [Wire.Duty] = []
    owes.reserveCapacity(2)
    if standing.owesApology { owes.append(Wire.Duty(kind: .apology, at: due)) }
    if state.isOpen { owes.append(Wire.Duty(kind: .decision, at: due)) }
    if !state.isEnded, let resolution = state.resolution {
      owes.append(Wire.Duty(kind: .handOver, at: resolution.at.rfc3339(at: offset)))
    }
    for notice in state.openNotices {
      owes.append(Wire.Duty(kind: .notice, at: (notice.due ?? notice.since).rfc3339(at: offset)))
    }
    var (code, isProvisional) = ("", false)
    if case .some(let reception) = state.reception {
      (code, isProvisional) = (reception.facts.code, reception.facts.isProvisional)
    }
    return Wire.Receipt(
      code: code, number: Int(accepted.number), version: Int(accepted.version.rawValue),
      position: Int(accepted.position.rawValue), recordedAt: accepted.recordedAt.rfc3339(at: offset),
      repeated: accepted.isRepeated, status: state.status.wire, late: standing.isLate, due: due,
      provisional: isProvisional, owes: owes,
      now: accepted.now < accepted.recordedAt ? accepted.now.rfc3339(at: offset) : nil,
      closedByRegister: state.isClosedByRegister ? true : nil)
  }
}

extension Wire.Event {
  init(_ event: LedgerEvent) {
    self.init(
      event.body, event.circumstances, position: event.position, code: event.code, number: event.number,
      version: event.version, commandID: CommandID.text(event.commandID), isClosed: event.isClosed,
      time: { $0.wire }, rules: { CanonicalText.encode($0) })
  }
}

extension CaseState.Reception {
  /// Who brought it in; nil for one of the office's own.
  var importer: String? { isImported ? receiver : nil }
}

extension Wire.Columns {
  init(_ tally: Tally, _ group: TallyGroup) {
    let (all, imported) = (tally.all[group] ?? Columns(), tally.imported[group] ?? Columns())
    func counts(_ counts: Counts, imported parts: Counts, isNow: Bool = false) -> Wire.Counts {
      let now = isNow ? all.now : nil
      var told = Wire.Counts(
        received: counts.received, resolvedOnTime: counts.resolvedOnTime, resolvedLate: counts.resolvedLate,
        withdrawn: counts.withdrawn, withdrawnLate: counts.withdrawnLate, open: now?.open, openLate: now?.openLate,
        apologiesOwed: now?.apologiesOwed)
      let owed = isNow ? imported.now : Standings()
      if parts != Counts() || owed != Standings() { told.imported = Wire.ImportedCounts(parts, isNow ? owed : nil) }
      return told
    }
    self.init(
      today: counts(all.today, imported: imported.today),
      yesterday: counts(all.yesterday, imported: imported.yesterday),
      thisWeek: counts(all.thisWeek, imported: imported.thisWeek),
      thisMonth: counts(all.thisMonth, imported: imported.thisMonth),
      all: counts(all.all, imported: imported.all, isNow: true))
  }
}

extension Wire.ImportedCounts {
  fileprivate init(_ counts: Counts, _ now: Standings?) {
    self.init(
      received: counts.received, resolvedOnTime: counts.resolvedOnTime, resolvedLate: counts.resolvedLate,
      withdrawn: counts.withdrawn, withdrawnLate: counts.withdrawnLate, open: now?.open, openLate: now?.openLate,
      apologiesOwed: now?.apologiesOwed)
  }
}

extension Wire.Explanation {
  init(_ explanation: Explanation, procedure: Procedure?, now: Timestamp) {
    let (state, book) = (explanation.row.state, explanation.book)
    let facts = state.reception?.facts
    let term = facts?.term ?? .imported
    let days = explanation.calculation.days.map { day in
      var counted = Wire.CountedDay(date: day.day.text, weekday: day.day.weekday, kind: .receipt)
      switch day.kind {
      case .receipt: counted.kind = .known(.receipt)
      case .weekend: counted.kind = .known(.weekend)
      case .dayOff(let name):
        counted.kind = .known(.dayOff)
        counted.note = name.wire
      case .counted(let count, let makeUp):
        counted.kind = .known(.counted)
        counted.count = count
        counted.note = makeUp?.wire
      }
      return counted
    }
    // The first date has no cause; each new one has that of the apology that gave it.
    let causes = [nil] + state.apologies.filter { $0.newDue != nil }.map(\.cause)
    let dates = state.promises.filter { $0.kind.isFirstDate || $0.kind == .newDate }
    let appointments = zip(dates, causes).map { date, cause in
      Wire.Appointment(due: (date.due ?? date.since).wire, cause: cause, madeAt: date.since.wire)
    }
    let notices = state.promises.filter { $0.kind == .notice }
      .map { Wire.Promise($0, of: explanation.row, now: now) }
    self.init(
      code: facts?.code ?? "", receivedAt: state.reception?.at.wire ?? "", term: term.wire,
      rule: term.rule(book.rules).wire, source: term.source(procedure, book.rules), days: term == .imported ? [] : days,
      firstDue: (state.firstDue ?? Timestamp.bounds.lowerBound).wire, provisional: facts?.isProvisional ?? false,
      appointments: appointments, rulesPosition: Int(state.reception?.rules.rawValue ?? 0),
      notices: notices.isEmpty ? nil : notices, importedAt: state.reception?.imported?.at.wire,
      importedBy: state.reception?.importer, importedFrom: state.reception?.imported?.register)
  }
}

extension Term {
  /// The rule that was applied, in words.
  fileprivate func rule(_ rules: RuleSet) -> Desk.Text {
    switch self {
    case .atOnce:
      Desk.Text(
        vi: "Giải quyết ngay trong ngày; nhận sau \(rules.sameDayCutoff.text) thì trả trong ngày làm việc tiếp theo.",
        en: "Settled the same day; received after \(rules.sameDayCutoff.text), on the next working day.")
    case .workingDays(let count):
      Desk.Text(
        vi: "\(count) ngày làm việc, không tính ngày nhận; hết giờ làm việc của ngày cuối.",
        en:
          "\(count) working day\(count == 1 ? "" : "s"), the day of receipt not counted; the end of office hours of the last one."
      )
    case .days(let count):
      Desk.Text(
        vi: "\(count) ngày, không tính ngày nhận; ngày cuối là ngày nghỉ thì chuyển sang ngày làm việc tiếp theo.",
        en:
          "\(count) day\(count == 1 ? "" : "s"), the day of receipt not counted; an end on a day off moves to the next working day."
      )
    case .imported:
      Desk.Text(
        vi: "Hạn do sổ cũ ghi, giữ nguyên khi nhập.",
        en: "The date stood in the register that was imported; it is kept as it was.")
    }
  }

  /// Where the term stands, and where it stands how terms are counted.
  fileprivate func source(_ procedure: Procedure?, _ rules: RuleSet) -> String {
    let term = procedure?.source ?? rules.sources.kinds
    return switch self {
    case .atOnce: "\(term); \(rules.sources.sameDay)"
    case .workingDays, .days: "\(term); \(rules.sources.term)"
    case .imported: ""
    }
  }
}

extension DutyReason {
  var wire: Wire.Reason {
    switch self {
    case .apologyOwed: .apologyOwed
    case .overdue: .overdue
    case .handOver: .handOver
    case .urgent: .urgent
    case .dueToday: .dueToday
    case .open: .open
    }
  }
}
