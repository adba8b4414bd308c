import Desk
import DeskRecords
import EventSourcing
import TestSupport

/// Makes up events that nobody would think of: every field missing, empty, short, long or strange.
struct MadeUp {
  var dice: Dice
  /// What stands in everything that somebody says in his own words; made up when nil.
  var words: String?

  init(seed: UInt64, words: String? = nil) {
    dice = Dice(seed: seed)
    self.words = words
  }

  mutating func event(_ kind: EventKind) -> StoredEvent {
    let offset = UTCOffset(minutes: [0, 420, -570, 840][pick(4)]) ?? .utc
    let recordedAt = instant()
    var actor = Actor(uid: UInt32.random(in: 0...UInt32.max, using: &dice), account: text())
    actor.role = pick(3) == 0 ? nil : Role.allCases[pick(Role.allCases.count)]
    actor.onBehalfOf = pick(3) == 0 ? "hoa" : nil
    var circumstances = CaseEvent.Circumstances(
      recordedAt: recordedAt, occurredAt: pick(2) == 0 ? recordedAt : instant(), offset: offset, actor: actor,
      isImported: pick(2) == 0, rules: Position(number()))
    if circumstances.isImported {
      // An empty name is no name.
      circumstances.register = optional().flatMap { $0.isEmpty ? nil : $0 }
    }
    let body: StoredEvent.Body
    switch happened(kind) {
    case .desk(let facts):
      circumstances.lateEntryReason = own()
      let promises = (0..<max(0, pick(4) - 1)).map { _ in
        // An empty name is no name.
        Promised(.notice, due: pick(2) == 0 ? nil : instant(), to: own().flatMap { $0.isEmpty ? nil : $0 })
      }
      body = .desk(CaseEvent(facts, circumstances, promises: promises))
    case .office(let event): body = .office(event, circumstances)
    }
    return StoredEvent(
      stream: number(), version: pick(3) == 0 ? Version(1) : Version(UInt32(truncatingIfNeeded: number())),
      command: .init(id: bytes(), digest: bytes(), digestOfBefore: bytes()), body: body)
  }

  private enum Happened {
    case desk(CaseEvent.Body)
    case office(OfficeEvent)
  }

  private mutating func happened(_ kind: EventKind) -> Happened {
    switch kind {
    case .received:
      .desk(
        .received(
          Received(
            code: text(), kind: CaseKind.allCases[pick(CaseKind.allCases.count)], procedure: optional(),
            procedureEffective: pick(2) == 0 ? nil : day(), applicant: own(), isOrganisation: pick(2) == 0,
            phone: own(), place: own(), subject: own(), channel: Channel.allCases[pick(Channel.allCases.count)],
            papers: (0..<pick(4)).map { _ in own() ?? "" }, handedInBy: own(), authority: own(), help: own(),
            urgent: own(), responsible: optional(),
            term: [.atOnce, .imported, .workingDays(1), .days(999)][pick(4)], due: instant(),
            isProvisional: pick(2) == 0)))
    case .consulted:
      .desk(
        .consulted(
          Consulted(
            question: own() ?? "", guidance: own() ?? "",
            minutes: pick(2) == 0 ? nil : Int(UInt32(truncatingIfNeeded: number())))))
    case .progressed: .desk(.progressed(Progressed(step: own() ?? "", by: own(), group: own())))
    case .apologised:
      .desk(
        .apologised(
          Apologised(
            cause: text(), text: own() ?? "", signatory: own(), letterNumber: own(),
            newDue: pick(2) == 0 ? nil : instant(), answersForDate: pick(2) == 0)))
    case .resolved:
      .desk(
        .resolved(
          Resolved(
            outcome: [nil, .granted, .refused, .answered][pick(4)], reason: own(), documentNumber: own(),
            signedBy: own(), closes: pick(2) == 0)))
    case .returned: .desk(.returned(Returned(to: own(), authority: own())))
    case .withdrawn: .desk(.withdrawn(Withdrawn(by: own(), reason: own() ?? "")))
    case .corrected:
      .desk(
        .corrected(
          Corrected(
            changes: .init(
              applicant: own(), phone: own(), place: own(), subject: own(), responsible: optional()),
            voids: pick(2) == 0 ? nil : Version(UInt32(truncatingIfNeeded: number())), reason: own() ?? "")))
    case .erased: .desk(.erased(Erased(basis: text())))
    case .notified:
      .desk(
        .notified(
          Notified(
            of: Version(UInt32(truncatingIfNeeded: number())),
            channel: NoticeChannel.allCases[pick(NoticeChannel.allCases.count)],
            outcome: NoticeOutcome.allCases[pick(NoticeOutcome.allCases.count)], receipt: own())))
    case .rulesAdopted: .office(.rulesAdopted(book()))
    case .restored:
      .office(
        .restored(
          Restored(
            knownSize: number(), knownRoot: text(), size: number(), witness: text(), isEndUnknown: pick(2) == 0,
            floor: pick(2) == 0
              ? nil : SerialFloor(first: day(), last: day(), serial: UInt32(truncatingIfNeeded: number())),
            erasures: pick(2) == 0 ? nil : number())))
    case .clockAccepted: .office(.clockAccepted(ClockAccepted(shown: instant(), expected: instant())))
    }
  }

  /// With what older releases know, and with a measure on, which they do not.
  private mutating func book() -> RuleBook {
    var book = pick(2) == 0 ? Samples.book : Samples.everyRule
    book.rules.measures.notices = pick(2) == 0
    return book
  }

  mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &dice) }

  /// Of any size, so that every length of a stored number occurs.
  private mutating func number() -> UInt64 { dice.next() >> UInt64(pick(64)) }

  private mutating func day() -> CalendarDay {
    CalendarDay(number: Int32(truncatingIfNeeded: number()) / (pick(2) == 0 ? 1 : -1))
  }

  private mutating func instant() -> Timestamp {
    let bounds = Timestamp.bounds
    return [
      Timestamp(
        microseconds: Int64.random(
          in: bounds.lowerBound.microseconds...bounds.upperBound.microseconds, using: &dice)),
      Timestamp(microseconds: 0), Timestamp(microseconds: -1), bounds.upperBound,
    ][pick(4)]
  }

  private mutating func bytes() -> [UInt8] {
    (0..<[0, 1, 16][pick(3)]).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
  }

  private mutating func text() -> String {
    ["", "a", "Đỗ Thị Hoa", "\u{0}", "👩‍👩‍👧", String(repeating: "ữ", count: pick(120)), "x\u{301}"][pick(7)]
  }

  private mutating func optional() -> String? { pick(3) == 0 ? nil : text() }

  /// What identifies a person, or may.
  private mutating func own() -> String? { words ?? optional() }
}
