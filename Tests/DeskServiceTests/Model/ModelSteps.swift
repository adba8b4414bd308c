import Desk
import DeskService
import EventSourcing
import TestSupport

/// One thing that is done to the desk.
enum ModelStep: CustomStringConvertible {
  /// Commands that are under way at once.
  case submit([CommandRequest])
  /// Stops the service and opens it again, with these rules.
  case restart(ModelOffice)
  case rebuild

  var description: String {
    switch self {
    case .submit(let requests): requests.map(Self.text).joined(separator: "\n    with ")
    case .restart(let office): "restart with rules \(office.version)"
    case .rebuild: "rebuild"
    }
  }

  /// What is said, without what is not.
  private static func text(_ request: CommandRequest) -> String {
    "\(request.actor.account), \(request.target): \(request.command)"
      .replacing(/\b(Desk|EventSourcing|CaseCommand|Action|DateExpression)\./, with: "")
      .replacing(/, \w+: (nil|false|\[\]|ExpectedVersion.any)/, with: "")
      .replacing(/x{30,}/, with: "xxx…")
  }
}

/// Makes up the next step. Each has dice of its own, so that a sequence stays what it is when steps before are left out.
struct ModelSteps {
  private var dice: Dice
  private let model: Model
  private let now: Micros

  init(seed: UInt64, index: Int, model: Model, now: Micros) {
    var mixed = Dice(seed: seed)
    dice = Dice(seed: mixed.next() ^ UInt64(index) &* 0x2545_F491_4F6C_DD1D)
    (self.model, self.now) = (model, now)
  }

  /// Where the clock goes before the step: always to a half minute, so that everything that is dated stays on one side of
  /// it while the step lasts.
  static func clock(seed: UInt64, index: Int, model: Model, now: Micros) -> Micros {
    var steps = ModelSteps(seed: ~seed, index: index, model: model, now: now)
    return steps.nextInstant()
  }

  private mutating func nextInstant() -> Micros {
    let minute: Micros = 60_000_000
    let today = Almanac.index(of: now)
    let dues = model.cases.filter(\.isOpen).map(\.due).filter { $0 > now }.sorted()
    var goal = now + minute * Micros(1 + dice.upTo(40))
    switch dice.upTo(100) {
    case 0..<8: if let due = dues.first, due < now + 3 * 86_400_000_000 { goal = due + minute }
    case 8..<14: if let due = dues.first, due < now + 3 * 86_400_000_000 { goal = due - minute }
    case 14..<20: goal = Almanac.instant(today, 15) + dice.pick([-minute, 0, minute])
    case 20..<23: goal = Almanac.instant(today + 1, 0) + dice.pick([-minute, 0])
    case 23..<28: goal = Almanac.instant(today + 1, 8, dice.upTo(60))
    case 28..<31: goal = Almanac.instant(today + 1 + dice.upTo(4), 9)
    default: break
    }
    if goal <= now { goal = now + minute }
    return (goal / minute) * minute + 30_000_000
  }

  mutating func next() -> ModelStep {
    switch dice.upTo(200) {
    case 0: return .rebuild
    case 1..<4: return .restart(dice.chance(50) ? model.office : dice.pick([.first, .second]))
    case 4..<24: return .submit((0..<2 + dice.upTo(3)).map { _ in request() })
    default: return .submit([request()])
    }
  }

  private mutating func request() -> CommandRequest {
    var actor = dice.chance(60) ? Fixture.lan : Fixture.minh
    if actor.account == "minh", dice.chance(25) { actor.onBehalfOf = "khanh" }
    let isNew = model.cases.isEmpty || dice.chance(28)
    let file = isNew ? nil : chosenCase()
    let action = file.map { self.action($0) } ?? beginning()
    var command = CaseCommand(action)
    if dice.chance(25) {
      command.occurredAt = moment(file)
      command.reason = dice.chance(80) ? "mất điện" : dice.pick([nil, " "])
    } else if dice.chance(3) {
      command.reason = dice.pick(["ghi chú", String(repeating: "x", count: 1001)])
    }
    if let file, dice.chance(12) {
      command.expected = .exactly(Version(UInt32(max(0, file.events.count - (dice.chance(60) ? 0 : 1)))))
    }
    var target = CommandRequest.Target.newCase
    if let file { target = .existing(typed(file)) } else if dice.chance(2) { target = .existing("khong-co") }
    var id = (0..<16).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
    var text = Array("\(target) \(command)".utf8)
    // What was accepted before comes again: the same, with another body, or from somebody else.
    if !model.known.isEmpty, dice.chance(8) {
      let old = model.known.keys.sorted { $0.lexicographicallyPrecedes($1) }
      id = dice.pick(old)
      if let known = model.known[id], dice.chance(60) { text = known.text }
    }
    return CommandRequest(target, command, actor: actor, id: id, canonicalText: text)
  }

  private mutating func chosenCase() -> Model.Case {
    // Often the one that was touched last, so that several things happen to a case on one day.
    if dice.chance(35), let number = model.ledger.last, number > 0 { return model.cases[number - 1] }
    return dice.chance(75) ? dice.pick(Array(model.cases.suffix(8))) : dice.pick(model.cases)
  }

  /// The code as somebody may type it.
  private mutating func typed(_ file: Model.Case) -> String {
    let parts = file.code.split(separator: "-").map(String.init)
    guard parts.count == 3, parts[0] == Model.prefix, dice.chance(25) else {
      return dice.chance(10) ? file.code.lowercased() : file.code
    }
    // A serial alone is today's, so it is mostly left to today's cases.
    let isToday = Almanac.index(of: file.receivedAt) == Almanac.index(of: now)
    return dice.chance(isToday ? 40 : 90) ? "\(parts[1])-\(Int(parts[2]) ?? 0)" : "\(Int(parts[2]) ?? 0)"
  }

  private mutating func name() -> String { dice.pick(ModelNames.people.keys.sorted()) }
  private mutating func subject() -> String? { dice.chance(50) ? dice.pick(ModelNames.subjects.keys.sorted()) : nil }

  /// Mostly the text; now and then one that is refused.
  private mutating func words(_ text: String, atMost bytesMax: Int) -> String {
    guard dice.chance(5) else { return text }
    return dice.pick(["", " ", String(repeating: "x", count: bytesMax + 1), "a\u{202E}b", "a\u{7}b"])
  }

  private mutating func apology() -> Apology {
    Apology(
      cause: dice.chance(70) ? "late" : dice.pick(["conduct", "wait", "unknown"]), text: words("Xin lỗi.", atMost: 4000)
    )
  }

  private mutating func beginning() -> CaseCommand.Action {
    let kind = dice.pick([.procedure, .procedure, .procedure, .enquiry, .complaint, .assistance] as [CaseKind])
    if dice.chance(8) { return .importHistory(history()) }
    var receive = Receive(kind, procedure: nil, applicant: dice.chance(95) ? name() : dice.pick([nil, " ", "…"]))
    if let applicant = receive.applicant, dice.chance(50) { receive.applicant = words(applicant, atMost: 300) }
    if kind == .procedure || dice.chance(20) {
      receive.procedure = dice.chance(96) ? dice.pick(["cai-chinh", "khai-sinh", "tro-cap"]) : "la-lung"
    }
    if kind == .procedure, dice.chance(2) { receive.procedure = nil }
    receive.subject = subject()
    receive.responsible = dice.chance(25) ? dice.pick(["lan", "minh", "khanh"]) : nil
    receive.urgent = dice.chance(15) ? "gấp" : nil
    guard kind == .enquiry, dice.chance(40) else { return .receive(receive) }
    return .enquire(receive, Consult(question: words("?", atMost: 1000), guidance: words("!", atMost: 4000)))
  }

  private mutating func history() -> ImportHistory {
    let hour: Micros = 3_600_000_000
    // All of it lies before now, and not before the first day of the almanac.
    let receivedAt = max(Almanac.instant(0, 1), now - hour * Micros(400 + dice.upTo(400)))
    var code = dice.chance(60) ? "NK-\(dice.upTo(50))" : model.newCode(receivedAt: now)
    if dice.chance(10), let file = model.cases.first { code = file.code.lowercased() }
    let steps = (0..<dice.upTo(4)).map { index in
      ImportHistory.Step(
        Progressed(step: "\(index)"), at: Timestamp(microseconds: receivedAt + hour * Micros(index * 50)))
    }
    let due = receivedAt + hour * Micros(10 + dice.upTo(300))
    // Only an import can say that something ended exactly at its date: a clerk who says so later is refused.
    let end = dice.chance(30) ? due + dice.pick([0, 0, 1]) : receivedAt + hour * Micros(dice.upTo(300))
    return ImportHistory(
      code: code, channel: .post, subject: subject(), applicant: name(),
      responsible: dice.chance(50) ? "khanh" : nil, receivedAt: Timestamp(microseconds: receivedAt),
      due: Timestamp(microseconds: due), endedAt: dice.chance(60) ? Timestamp(microseconds: end) : nil, steps: steps)
  }

  private mutating func action(_ file: Model.Case) -> CaseCommand.Action {
    let owes = file.owesApology(now: now) || file.isLate(now: now)
    let apology = dice.chance(owes ? 65 : 10) ? apology() : nil
    // What left the desk late must keep its apology.
    let settled = file.standing.first { event in
      if case .apologised(.some, _) = event.what {
        Almanac.index(of: event.recordedAt) == Almanac.index(of: now)
      } else {
        false
      }
    }
    if file.isEnded, let settled, dice.chance(50) {
      return .correct(Correct(voids: Version(UInt32(settled.version)), reason: "nhầm hồ sơ"))
    }
    // What is ready is mostly handed over, and an end is sometimes taken back, so that the later rules are reached.
    var kind = dice.upTo(100)
    if file.status == "ready", dice.chance(40) { kind = 60 }
    if file.isEnded, dice.chance(40) { kind = 90 }
    switch kind {
    case 0..<12: return .consult(Consult(question: words("?", atMost: 1000), guidance: words("!", atMost: 4000)))
    case 12..<24: return .progress(Progress(step: words("Thẩm định", atMost: 500)))
    case 24..<38:
      let apologise = self.apology()
      let answers = file.office.causes[apologise.cause] == true && file.isOpen
      return .apologise(Apologise(apologise, newDue: dice.chance(answers ? 90 : 10) ? newDue(file) : nil))
    case 38..<56:
      let outcome = dice.chance(30) ? dice.pick([.granted, .refused, .answered] as [Outcome]) : nil
      return .resolve(Resolve(outcome, reason: dice.chance(30) ? "thiếu căn cứ" : nil, apology: apology))
    case 56..<72:
      var to: String?
      if dice.chance(60) { to = dice.chance(50) ? file.applicant.map { ModelNames.typed($0) } : name() }
      return .return(Return(to: to, authority: dice.chance(50) ? "giấy ủy quyền" : nil, apology: apology))
    case 72..<77: return .withdraw(Withdraw(reason: words("đổi ý", atMost: 1000)))
    case 77..<83:
      var changes = Corrected.Changes()
      if dice.chance(60) { changes.applicant = dice.chance(20) ? file.applicant : name() }
      if dice.chance(30) { changes.subject = subject() }
      if dice.chance(30) { changes.responsible = dice.pick(["lan", "minh", "khanh"]) }
      return .correct(Correct(changes: changes, reason: words("ghi nhầm", atMost: 1000)))
    case 83..<94:
      // Mostly today's, because the obstacle that others have is told first.
      let today = Almanac.index(of: now)
      let own = file.events.filter { $0.version > 1 && Almanac.index(of: $0.recordedAt) == today }.map(\.version)
      let version = own.isEmpty || dice.chance(20) ? dice.upTo(file.events.count + 2) : dice.pick(own)
      return .correct(Correct(voids: Version(UInt32(version)), reason: "nhầm hồ sơ"))
    case 94..<98: return .erase(Erase(basis: words("Luật 91/2025/QH15", atMost: 500)))
    case 98:
      let version = dice.pick([1, 1, 1 + dice.upTo(file.events.count + 1)])
      return .notify(
        Notify(
          of: dice.chance(50) ? Version(UInt32(version)) : nil, channel: .phone,
          outcome: dice.pick([.confirmed, .delivered, .sent])))
    default: return .receive(Receive(.procedure, procedure: "cai-chinh", applicant: name()))
    }
  }

  private mutating func newDue(_ file: Model.Case) -> DateExpression {
    let day = { (index: Int) in Fixture.day(Almanac.days[index].text) }
    let (today, due) = (Almanac.index(of: now), Almanac.index(of: file.due))
    switch dice.upTo(10) {
    case 0..<5: return .workingDays(1 + dice.upTo(6))
    case 5: return .day(day(today + dice.upTo(10)))
    case 6: return .day(day(due + dice.upTo(10)))
    case 7: return .local(day(due + dice.upTo(5)), Fixture.clock("09:30"))
    case 8: return .instant(Timestamp(microseconds: file.due + Micros(dice.upTo(3) - 1) * 60_000_000))
    default: return .workingDays(1 + dice.upTo(60))
    }
  }

  /// Exactly at a date, just before and just after it, before the receipt, and yet to come.
  private mutating func moment(_ file: Model.Case?) -> DateExpression {
    let minute: Micros = 60_000_000
    let around = dice.pick([0, 0, 1, -1]) as Micros
    var moments = [now - minute * Micros(1 + dice.upTo(300))]
    if dice.chance(10) { moments = [now + 120 * minute] }
    let today = Almanac.index(of: now)
    if let file {
      moments += [file.firstDue, file.due].map { $0 + around }.filter { $0 < now || dice.chance(10) }
      moments += [file.receivedAt + around, file.receivedAt + minute]
      if let done = file.resolution?.occurredAt { moments.append(done + around) }
    } else {
      // The 15:00 rule, days off, other days' serials.
      let day = max(0, today - dice.upTo(6))
      moments += [
        Almanac.instant(day, 15), Almanac.instant(day, 15) + 1, Almanac.instant(day, 15, 0, 1),
        Almanac.instant(day, 17), Almanac.instant(day, 23, 59),
      ]
      if dice.chance(10) { return .day(Fixture.day(Almanac.days[day].text)) }
    }
    return .instant(Timestamp(microseconds: dice.pick(moments)))
  }
}
