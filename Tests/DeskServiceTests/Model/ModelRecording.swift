import Desk
import DeskService
import EventSourcing

extension Model {
  /// Takes note of a command that the desk has recorded.
  ///
  /// - Returns: what should have been answered.
  mutating func record(_ request: CommandRequest, recordedAt: Micros) -> Known {
    let command = request.command
    let occurredAt = command.occurredAt.map { Self.instant($0, now: recordedAt) } ?? recordedAt
    let number: Int
    switch request.target {
    case .newCase: number = cases.count + 1
    case .existing(let typed): number = find(ModelRules.completed(typed, now: recordedAt))?.number ?? 0
    }

    func add(_ what: Event.What, at instant: Micros, isTold: Bool = false) {
      let events = cases[number - 1].events
      cases[number - 1].events.append(
        Event(
          what: what, version: events.count + 1, position: ledger.count + 1, recordedAt: recordedAt,
          occurredAt: instant, by: ModelNames.both(request.actor),
          noticeDue: isTold && office.hasNotices ? office.noticeDue(recordedAt: recordedAt) : nil))
      ledger.append(number)
    }
    func add(_ apology: Apology?, newDue: DateExpression? = nil) {
      guard let apology else { return }
      let file = cases[number - 1]
      let newDue = newDue.map { Self.instant($0, now: recordedAt) }
      let doneAt = file.resolution?.occurredAt ?? occurredAt
      let answers = file.office.causes[apology.cause] == true && (newDue != nil || doneAt > file.due)
      add(.apologised(settles: answers ? file.due : nil, newDue: newDue), at: occurredAt, isTold: newDue != nil)
    }
    func resolve(_ outcome: String, isTold: Bool) {
      add(.resolved(outcome: outcome, closes: false), at: occurredAt, isTold: isTold)
    }

    switch command.action {
    case .receive(let receive):
      open(receive, at: occurredAt, by: request.actor)
      add(.received, at: occurredAt, isTold: office.takesTime(receive.kind, receive.procedure))
    case .enquire(let receive, _):
      open(receive, at: occurredAt, by: request.actor)
      add(.received, at: occurredAt)
      add(.consulted, at: occurredAt)
      // To his face.
      resolve("answered", isTold: false)
    case .importHistory(let history):
      cases.append(
        Case(
          number: number, code: history.code, kind: .procedure, applicant: history.applicant, subject: history.subject,
          responsible: history.responsible, receiver: request.actor.onBehalfOf ?? request.actor.account,
          isImported: true,
          firstDue: history.due.microseconds, office: office))
      add(.received, at: history.receivedAt.microseconds)
      let ended = history.endedAt?.microseconds
      for step in history.steps where ended.map({ step.at.microseconds <= $0 }) ?? true {
        add(.progressed, at: step.at.microseconds)
      }
      if let ended { add(.resolved(outcome: nil, closes: true), at: ended) }
      for step in history.steps where ended.map({ step.at.microseconds > $0 }) ?? false {
        add(.progressed, at: step.at.microseconds)
      }
    case .consult: add(.consulted, at: occurredAt)
    case .progress: add(.progressed, at: occurredAt)
    case .apologise(let apologise): add(apologise.apology, newDue: apologise.newDue)
    case .resolve(let command):
      add(command.apology)
      let kind = cases[number - 1].kind
      resolve("\(command.outcome ?? (kind == .enquiry || kind == .complaint ? .answered : .granted))", isTold: true)
    case .return(let handover):
      add(handover.apology)
      add(.returned, at: occurredAt)
    case .withdraw: add(.withdrawn, at: occurredAt)
    case .correct(let correct):
      add(.corrected, at: occurredAt)
      if let version = correct.voids { cases[number - 1].events[Int(version.rawValue) - 1].counts = false }
      if let applicant = correct.changes.applicant { cases[number - 1].applicant = applicant }
      if let subject = correct.changes.subject { cases[number - 1].subject = subject }
      if let responsible = correct.changes.responsible { cases[number - 1].responsible = responsible }
    case .erase:
      add(.erased, at: occurredAt)
      cases[number - 1].isErased = true
      (cases[number - 1].applicant, cases[number - 1].subject) = (nil, nil)
    case .notify(let notify):
      let of = notify.of.map { Int($0.rawValue) } ?? cases[number - 1].owedNotices.first?.version ?? 0
      let settles = [.handedOver, .delivered, .confirmed].contains(notify.outcome)
      add(.notified(of: of, settles: settles), at: occurredAt)
    }
    lastRecordedAt = recordedAt
    let answer = Known(
      uid: request.actor.uid, text: request.canonicalText, lasting: request.lasting, number: number,
      version: cases[number - 1].events.count, position: ledger.count, recordedAt: recordedAt)
    known[request.id] = answer
    return answer
  }

  private mutating func open(_ receive: Receive, at receivedAt: Micros, by actor: Actor) {
    let due = office.due(office.term(receive.kind, receive.procedure), receivedAt: receivedAt)
    let isName = (receive.applicant ?? "").contains { $0.isLetter || $0.isNumber }
    cases.append(
      Case(
        number: cases.count + 1, code: newCode(receivedAt: receivedAt), kind: receive.kind,
        procedure: receive.procedure, applicant: isName ? receive.applicant : nil, subject: receive.subject,
        responsible: receive.responsible, receiver: actor.onBehalfOf ?? actor.account, isUrgent: receive.urgent != nil,
        firstDue: due.instant, isProvisional: due.isProvisional, office: office))
  }
}
