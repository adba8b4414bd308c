import Desk
import DeskService
import EventSourcing

extension Rejection {
  /// The rule by its name, with the field or the obstacle that it is about.
  var rule: String {
    switch self {
    case .fieldMissing(let field): "fieldMissing \(field)"
    case .textTooLong(let field, _, _): "textTooLong \(field)"
    case .textNotAllowed(let field, _): "textNotAllowed \(field)"
    case .notVoidable(_, _, let obstacle): "notVoidable \(obstacle)"
    default: String("\(self)".prefix { $0 != "(" })
    }
  }
}

/// The rules of the desk, each by itself. Which one is told when a command breaks several is not the model's to say.
struct ModelRules {
  let model: Model
  let request: CommandRequest
  let now: Micros
  /// The names of the rules that the command breaks.
  private(set) var broken: Set<String> = []

  private var command: CaseCommand { request.command }
  private var isSupervisor: Bool { ModelOffice.supervisors.contains(request.actor.account) }

  init(_ model: Model, _ request: CommandRequest, now: Micros) {
    (self.model, self.request, self.now) = (model, request, now)
    guard case .existing(let typed) = request.target else {
      begin()
      return
    }
    guard let file = model.find(Self.completed(typed, now: now)) else {
      broken = ["unknownCase"]
      return
    }
    switch command.action {
    case .receive, .enquire, .importHistory: broken = ["codeTaken"]
    default: proceed(file)
    }
    if case .exactly(let version) = command.expected, Int(version.rawValue) != file.events.count {
      broken.insert("versionConflict")
    }
    if file.isErased { broken = broken.intersection(["versionConflict"]).union(["caseErased"]) }
  }

  /// `7` is today's, `261118-7` that day's; what is no such short form stands as it is.
  static func completed(_ typed: String, now: Micros) -> String {
    func padded(_ serial: Substring) -> String { String(repeating: "0", count: max(0, 4 - serial.count)) + serial }
    let parts = typed.split(separator: "-")
    let areDigits = parts.allSatisfy { $0.allSatisfy(\.isNumber) }
    if parts.count == 1, areDigits {
      let today = Almanac.days[Almanac.index(of: now)].text.filter { $0 != "-" }.dropFirst(2)
      return "\(Model.prefix)-\(today)-\(padded(parts[0]))"
    }
    return parts.count == 2 && areDigits ? "\(Model.prefix)-\(parts[0])-\(padded(parts[1]))" : typed
  }

  /// When it is said to have happened.
  var occurredAt: Micros { command.occurredAt.map { Model.instant($0, now: now) } ?? now }

  // MARK: Words

  private mutating func need(_ text: String?, _ field: String, atMost bytesMax: Int, isRequired: Bool = true) {
    let text = text ?? ""
    if text.utf8.count > bytesMax { broken.insert("textTooLong \(field)") }
    if text.contains("\u{202E}") || text.contains("\u{7}") { broken.insert("textNotAllowed \(field)") }
    if isRequired, text.allSatisfy(\.isWhitespace) { broken.insert("fieldMissing \(field)") }
  }

  private func isBlank(_ text: String?) -> Bool { (text ?? "").allSatisfy(\.isWhitespace) }

  // MARK: Times

  private mutating func checkMoment(receivedAt: Micros?) {
    need(command.reason, "reason", atMost: 1000, isRequired: false)
    if occurredAt > now { broken.insert("inFuture") }
    if occurredAt < now, isBlank(command.reason) { broken.insert("backdatingNeedsReason") }
    if let receivedAt, occurredAt < receivedAt { broken.insert("beforeReceipt") }
    let days = Almanac.index(of: now) - Almanac.index(of: min(occurredAt, now))
    if !isSupervisor, let daysMax = model.office.daysBackMax, days > daysMax { broken.insert("backdatedTooFar") }
  }

  /// Late is not turned into on time by being recorded later.
  private mutating func checkSide(of dues: [Micros]) {
    if dues.contains(where: { occurredAt <= $0 && now > $0 }) { broken.insert("backdatingAcrossDue") }
  }

  // MARK: A new case

  private mutating func begin() {
    switch command.action {
    case .importHistory(let history):
      if model.find(history.code) != nil { broken = ["codeTaken"] }
    case .receive(let receive):
      checkReceipt(receive)
      checkMoment(receivedAt: nil)
    case .enquire(let receive, let consult):
      checkReceipt(receive)
      checkMoment(receivedAt: nil)
      need(consult.question, "question", atMost: 1000)
      need(consult.guidance, "guidance", atMost: 4000)
      checkSide(of: [model.office.due(model.office.enquiry, receivedAt: occurredAt).instant])
    default: broken = ["unknownCase"]
    }
  }

  private mutating func checkReceipt(_ receive: Receive) {
    if let procedure = receive.procedure {
      if model.office.procedures[procedure] == nil { broken.insert("unknownProcedure") }
    } else if receive.kind == .procedure {
      broken.insert("fieldMissing procedure")
    }
    need(receive.applicant, "applicant", atMost: 300, isRequired: false)
    // A name without a letter is no name.
    if receive.kind != .enquiry, !(receive.applicant ?? "").contains(where: { $0.isLetter || $0.isNumber }) {
      broken.insert("fieldMissing applicant")
    }
    need(receive.subject, "subject", atMost: 500, isRequired: false)
  }

  // MARK: A case that goes on

  private mutating func proceed(_ file: Model.Case) {
    checkMoment(receivedAt: file.receivedAt)
    switch command.action {
    case .consult(let consult):
      if file.isEnded { broken.insert("caseEnded") }
      need(consult.question, "question", atMost: 1000)
      need(consult.guidance, "guidance", atMost: 4000)
    case .progress(let progress):
      if file.isEnded { broken.insert("caseEnded") }
      need(progress.step, "step", atMost: 500)
    case .apologise(let apologise): check(apologise, file)
    case .resolve(let resolve): check(resolve, file)
    case .return(let handover): check(handover, file)
    case .withdraw(let withdraw):
      if file.isEnded { broken.insert("caseEnded") }
      if file.resolution != nil { broken.insert("alreadyResolved") }
      checkSide(of: [file.firstDue, file.due])
      need(withdraw.reason, "reason", atMost: 1000)
    case .correct(let correct): check(correct, file)
    case .erase(let erase):
      let isHeld = file.procedure.map { model.office.heldProcedures.contains($0) } ?? false
      if !file.isEnded || isHeld { broken.insert("erasureHeld") }
      need(erase.basis, "basis", atMost: 500)
    case .notify(let notify): check(notify, file)
    case .receive, .enquire, .importHistory: break
    }
  }

  private mutating func check(_ notify: Notify, _ file: Model.Case) {
    let version = notify.of.map { Int($0.rawValue) }
    let owed = file.owedNotices
    let event = version == nil && owed.count == 1 ? owed[0] : file.notices.first { $0.version == version }
    guard let event, let due = event.noticeDue else {
      broken.insert("noticeNotOwed")
      return
    }
    if file.isTold(event) { broken.insert("noticeSettled") }
    // Nobody is told of what has not happened.
    if occurredAt < event.occurredAt { broken.insert("beforeReceipt") }
    // Whoever says only that he has tried turns nothing late into on time.
    if ![.sent, .claimed, .failed].contains(notify.outcome) { checkSide(of: [due]) }
    need(notify.receipt, "receipt", atMost: 500, isRequired: false)
  }

  private mutating func check(_ apology: Apology, _ file: Model.Case) {
    need(apology.cause, "cause", atMost: 100)
    need(apology.text, "text", atMost: 4000)
    if file.office.causes[apology.cause] == nil { broken.insert("unknownCause") }
  }

  private mutating func check(_ apologise: Apologise, _ file: Model.Case) {
    if file.isEnded { broken.insert("caseEnded") }
    checkSide(of: [file.firstDue, file.due])
    check(apologise.apology, file)
    guard let answers = file.office.causes[apologise.apology.cause] else { return }
    guard file.isOpen, answers else {
      if apologise.newDue != nil { broken.insert("newDateNotExpected") }
      return
    }
    if !isSupervisor, file.newDates.count >= file.office.newDatesMax { broken.insert("alreadyReappointed") }
    guard let date = apologise.newDue else {
      broken.insert("newDateMissing")
      return
    }
    let newDue = Model.instant(date, now: now)
    if newDue <= file.due || newDue <= now { broken.insert("dateNotLater") }
    if !Almanac.days[Almanac.index(of: newDue)].isWorking { broken.insert("notWorkingDay") }
  }

  /// Nothing late leaves the desk without an apology.
  private mutating func checkApology(_ apology: Apology?, _ file: Model.Case, doneAt: Micros) {
    if let apology { check(apology, file) }
    let answers = apology.flatMap { file.office.causes[$0.cause] } ?? false
    if doneAt > file.due, !file.isSettled(file.due), !answers { broken.insert("apologyOwed") }
  }

  private mutating func check(_ resolve: Resolve, _ file: Model.Case) {
    guard file.isOpen else {
      broken.insert(file.resolution == nil ? "caseEnded" : "alreadyResolved")
      return
    }
    checkSide(of: [file.firstDue, file.due])
    if file.kind == .enquiry, !file.hasConsultation { broken.insert("consultationMissing") }
    need(resolve.reason, "reason", atMost: 1000, isRequired: resolve.outcome == .refused)
    checkApology(resolve.apology, file, doneAt: occurredAt)
  }

  private mutating func check(_ handover: Return, _ file: Model.Case) {
    guard !file.isEnded else {
      broken.insert("caseEnded")
      return
    }
    guard let resolution = file.resolution else {
      broken.insert("notResolved")
      return
    }
    if occurredAt < resolution.occurredAt { broken.insert("beforeReceipt") }
    need(handover.to, "to", atMost: 300, isRequired: file.applicant == nil)
    let isAnother = handover.to.map { !isBlank($0) && !ModelNames.areSame($0, file.applicant ?? $0) } ?? false
    if isAnother, isBlank(handover.authority) { broken.insert("fieldMissing authority") }
    checkApology(handover.apology, file, doneAt: resolution.occurredAt)
  }

  private mutating func check(_ correct: Correct, _ file: Model.Case) {
    let changes = correct.changes
    need(changes.applicant, "applicant", atMost: 300, isRequired: false)
    need(changes.subject, "subject", atMost: 500, isRequired: false)
    let isChange =
      changes.applicant.map { $0 != file.applicant } ?? false || changes.subject.map { $0 != file.subject } ?? false
      || changes.responsible.map { $0 != file.responsible } ?? false
    if !isChange, correct.voids == nil { broken.insert("nothingToCorrect") }
    need(correct.reason, "reason", atMost: 1000)
    guard let version = correct.voids.map({ Int($0.rawValue) }) else { return }
    if let obstacle = obstacle(version, file) { broken.insert("notVoidable \(obstacle)") }
  }

  private func obstacle(_ version: Int, _ file: Model.Case) -> String? {
    guard (1...file.events.count).contains(version) else { return "noSuchEvent" }
    let event = file.events[version - 1]
    switch event.what {
    case .received, .corrected, .erased: return "receiptOrCorrection"
    default: break
    }
    if !event.counts { return "alreadyVoided" }
    if Almanac.index(of: event.recordedAt) != Almanac.index(of: now) { return "notToday" }
    var without = file
    without.events[version - 1].counts = false
    let losesItsResult = without.handover != nil && without.resolution == nil
    let losesItsAdvice = file.kind == .enquiry && without.resolution != nil && !without.hasConsultation
    // A date that was named after another one stands on it.
    let isBuiltOn = file.newDates.count > without.newDates.count && file.newDates.last == without.newDates.last
    let leavesLate =
      !file.isImported && without.isEnded && without.isPast(without.due, now: now) && !without.isSettled(without.due)
    return losesItsResult || losesItsAdvice || isBuiltOn || leavesLate ? "laterEventStands" : nil
  }
}
