import Desk
import DeskRecords
import EventSourcing
import TestSupport

/// One event of every type with all its fields set, and one with none that may be missing.
enum Samples {
  static let offset = UTCOffset(text: "+07:00") ?? .utc
  static let recordedAt = Timestamp(rfc3339: "2026-11-18T09:00:00.123456+07:00") ?? Timestamp(microseconds: 0)
  static let due = Timestamp(rfc3339: "2026-11-23T17:00:00+07:00") ?? Timestamp(microseconds: 0)
  static let commitment = [UInt8](repeating: 0xC0, count: 32)

  /// Stands in everything that may identify a person, so that a search of the bytes finds what is not sealed.
  static func secret(_ what: String) -> String { "BÍ MẬT \(what)" }

  static func event(_ body: StoredEvent.Body, stream: UInt64 = 258) -> StoredEvent {
    StoredEvent(
      stream: stream, version: Version(3),
      command: .init(id: Array(1...16), digest: [], digestOfBefore: Array(101...116)), body: body)
  }

  static func full(_ body: CaseEvent.Body) -> StoredEvent {
    let actor = Actor(uid: 4_000_000_000, account: "lan", role: .supervisor)
    return event(
      .desk(
        CaseEvent(
          body,
          .init(
            recordedAt: recordedAt, occurredAt: recordedAt.adding(seconds: -3600), offset: offset, actor: actor,
            lateEntryReason: secret("late entry"), isImported: true, rules: Position(7)))))
  }

  static func bare(_ body: CaseEvent.Body) -> StoredEvent {
    event(
      .desk(
        CaseEvent(
          body,
          .init(
            recordedAt: recordedAt, occurredAt: recordedAt, offset: .utc, actor: Actor(uid: 0, account: ""),
            rules: .start))))
  }

  /// The kinds of a case's events; the others are the office's.
  static let kindsOfCase = EventKind.allCases.filter { if case .desk = full($0).body { true } else { false } }
  static let kindsOfOffice = EventKind.allCases.filter { !kindsOfCase.contains($0) }

  /// One event of this kind with all its fields.
  static func full(_ kind: EventKind) -> StoredEvent {
    switch kind {
    case .received:
      full(
        .received(
          Received(
            code: "H56.26.07-261118-0001", kind: .procedure, procedure: "cai-chinh",
            procedureEffective: CalendarDay(text: "2016-01-01"), applicant: secret("applicant"), isOrganisation: true,
            phone: secret("phone"), place: secret("place"), subject: secret("subject"), channel: .onlineAssisted,
            papers: [secret("paper 1"), secret("paper 2")], handedInBy: secret("handed in by"),
            authority: secret("authority"), help: secret("help"), urgent: secret("urgent"), responsible: "minh",
            term: .workingDays(3), due: due, isProvisional: true)))
    case .consulted:
      full(.consulted(Consulted(question: secret("question"), guidance: secret("guidance"), minutes: 15)))
    case .progressed: full(.progressed(Progressed(step: "Thẩm định", by: "minh", group: "tư pháp")))
    case .apologised:
      full(
        .apologised(
          Apologised(
            cause: "late", text: secret("text"), signatory: "Chủ tịch", letterNumber: "12/XL", newDue: due,
            answersForDate: true)))
    case .resolved:
      full(
        .resolved(
          Resolved(
            outcome: .refused, reason: secret("reason"), documentNumber: "34/QĐ", signedBy: "Chủ tịch", closes: true)))
    case .returned: full(.returned(Returned(to: secret("to"), authority: secret("authority"))))
    case .withdrawn: full(.withdrawn(Withdrawn(by: secret("by"), reason: secret("reason"))))
    case .corrected:
      full(
        .corrected(
          Corrected(
            changes: .init(
              applicant: secret("applicant"), phone: secret("phone"), place: secret("place"),
              subject: secret("subject"), responsible: "minh"), voids: Version(2), reason: secret("reason"))))
    case .erased: full(.erased(Erased(basis: "Luật 91/2025/QH15, điều 14")))
    case .notified:
      full(.notified(Notified(of: Version(2), channel: .message, outcome: .delivered, receipt: secret("receipt"))))
    case .rulesAdopted: adopted
    case .restored: restored
    case .clockAccepted: clockAccepted
    }
  }

  /// One event of this kind with no field that may be missing.
  static func bare(_ kind: EventKind) -> StoredEvent {
    switch kind {
    case .received: bare(.received(Received(code: "1", kind: .enquiry, term: .atOnce, due: due)))
    case .consulted: bare(.consulted(Consulted(question: "?", guidance: "!")))
    case .progressed: bare(.progressed(Progressed(step: "1")))
    case .apologised: bare(.apologised(Apologised(cause: "conduct", text: "…", answersForDate: false)))
    case .resolved: bare(.resolved(Resolved(outcome: .granted)))
    case .returned: bare(.returned(Returned()))
    case .withdrawn: bare(.withdrawn(Withdrawn(reason: "…")))
    case .corrected: bare(.corrected(Corrected(changes: .init(), reason: "…")))
    case .erased: bare(.erased(Erased(basis: "…")))
    case .notified: bare(.notified(Notified(of: Version(1), channel: .phone, outcome: .claimed)))
    case .rulesAdopted: adopted
    case .restored: restored
    case .clockAccepted: clockAccepted
    }
  }

  static let book = RuleBook(
    office: Office(
      name: Text(vi: "Xã Thiệu Hóa", en: "Commune"), place: Text(vi: "Thanh Hóa", en: "Thanh Hóa"),
      codePrefix: "H56.26.07", utcOffset: offset, opens: TimeOfDay(text: "07:30") ?? .midnight,
      closes: TimeOfDay(text: "17:00:30") ?? .midnight),
    calendar: WorkingCalendar(
      workingWeekdays: [1, 2, 3, 4, 5], publishedYears: [2026],
      daysOff: [.init(day: CalendarDay(number: 20_781), name: Text(vi: "Ngày “Văn hóa”", en: "Culture/Day \\ \u{7F}"))],
      makeUpDays: [.init(day: CalendarDay(number: 20_687), name: Text(vi: "làm bù", en: "make-up day"))],
      yearly: [.init(month: 1, day: 1, name: Text(vi: "Tết Dương lịch", en: "New Year's Day"))]),
    procedures: [
      procedure("cai-chinh", .workingDays(3), nationalID: "1.004859"), procedure("khai-sinh", .atOnce, nationalID: nil),
      procedure("khieu-nai", .days(30), nationalID: nil),
    ],
    rules: RuleSet(
      version: "2025-07", effective: CalendarDay(number: 20_270), sameDayCutoff: TimeOfDay(text: "15:00") ?? .midnight,
      reappointmentsMax: 1, causes: [.init(id: "late", name: Text(vi: "trễ hẹn", en: "late"), answersForDate: true)],
      enquiryTerm: .atOnce, complaintTerm: .days(30), assistanceTerm: .workingDays(1),
      sources: .init(term: "BLDS", sameDay: "LHT", apology: "NĐ 61", kinds: "-")))

  /// Rules in which nothing is missing.
  static let everyRule: RuleBook = {
    var book = Self.book
    book.rules.backdatingDaysMax = 3
    book.rules.holds = [
      Hold(
        kinds: [.complaint, .procedure], procedures: ["khieu-nai"], cases: ["H56.26.07-261118-0001"],
        reason: Text(vi: "tòa án đang cần", en: "a court needs it"), source: "BLTTDS")
    ]
    return book
  }()

  private static func procedure(_ id: String, _ term: Term, nationalID: String?) -> Procedure {
    Procedure(
      id: id, aliases: ["cải chính", "cc"], nationalID: nationalID,
      name: Text(vi: "Cải chính hộ tịch", en: "Correction"),
      term: term, papers: ["Tờ khai"], fee: Text(vi: "Không", en: "None"), source: "Luật Hộ tịch",
      effective: CalendarDay(number: 16_801), isConfirmed: true)
  }

  static let adopted = event(
    .office(
      .rulesAdopted(book),
      .init(
        recordedAt: recordedAt, occurredAt: recordedAt, offset: offset, actor: Actor(uid: 0, account: "motcua"),
        rules: Position(1))), stream: 0)

  static let restored = event(
    .office(
      .restored(
        Restored(knownSize: 300, knownRoot: "c9RnAVfP4xVNMb2KbG7cSchVt2myEr+x/klltPK/YQs=", size: 200, witness: "views")
      ),
      .init(
        recordedAt: recordedAt, occurredAt: recordedAt, offset: offset, actor: Actor(uid: 0, account: "motcua"),
        rules: Position(1))), stream: 0)

  /// An hour behind the ledger; no release before has written it.
  static let clockAccepted: StoredEvent = {
    var accepted = event(
      .office(
        .clockAccepted(
          ClockAccepted(shown: recordedAt.adding(seconds: -3600), expected: recordedAt.adding(seconds: 30))),
        .init(
          recordedAt: recordedAt, occurredAt: recordedAt.adding(seconds: -3600), offset: offset,
          actor: Actor(uid: 1001, account: "binh", role: .supervisor), rules: Position(1))), stream: 0)
    accepted.command = .init(id: accepted.command.id, digest: accepted.command.digestOfBefore)
    return accepted
  }()
}

extension Samples {
  static let restoredUnknown = event(
    .office(
      .restored(
        Restored(
          knownSize: 0, knownRoot: "", size: 200, witness: "", isEndUnknown: true,
          floor: SerialFloor(first: CalendarDay(number: 20_781), last: CalendarDay(number: 20_786), serial: 1412),
          erasures: 0)),
      .init(
        recordedAt: recordedAt, occurredAt: recordedAt, offset: offset, actor: Actor(uid: 0, account: "motcua"),
        rules: Position(1))), stream: 0)
}

extension PlainSeal {
  static func encode(_ event: StoredEvent) throws -> [UInt8] {
    try RecordCoding.encode(event, slot: event.stream, keyCommitment: Samples.commitment, seal: seal)
  }

  static func decode(_ bytes: [UInt8]) throws -> StoredEvent { try RecordCoding.current.decode(bytes, open: open) }
}
