import Desk
import DeskInterface
import EventSourcing

// A proved event in the form in which the daemon tells events, so that it reads the same from both.
extension Wire.Event {
  init(_ proved: ProvedEvents.Event, code: String) {
    let circumstances = proved.event.circumstances
    func text(_ instant: Timestamp) -> String { instant.rfc3339(at: circumstances.offset) }
    self.init(
      position: proved.position, code: code, number: Int(clamping: proved.number), version: Int(proved.version),
      type: .received, recordedAt: text(circumstances.recordedAt), occurredAt: text(circumstances.occurredAt),
      lateEntryReason: circumstances.lateEntryReason, uid: Int(circumstances.actor.uid),
      account: circumstances.actor.account, role: circumstances.actor.role,
      commandId: CommandID.text(proved.commandID), rulesPosition: Int(clamping: circumstances.rules.rawValue),
      imported: circumstances.isImported)
    switch proved.event.body {
    case .received(let facts):
      type = .received
      received = Wire.Received(facts, due: text(facts.due))
    case .consulted(let facts):
      type = .consulted
      consulted = Wire.Consulted(question: facts.question, guidance: facts.guidance, minutes: facts.minutes)
    case .progressed(let facts):
      type = .progressed
      progressed = Wire.Progressed(step: facts.step, by: facts.by, group: facts.group)
    case .apologised(let facts):
      type = .apologised
      apologised = Wire.Apologised(
        cause: facts.cause, text: facts.text, signatory: facts.signatory, letterNumber: facts.letterNumber,
        newDue: facts.newDue.map(text))
    case .resolved(let facts):
      type = .resolved
      resolved = Wire.Resolved(
        outcome: facts.outcome.map(Wire.Outcome.init), reason: facts.reason, documentNumber: facts.documentNumber,
        signedBy: facts.signedBy, closes: facts.closes)
    case .returned(let facts):
      type = .returned
      returned = Wire.Returned(to: facts.to, authority: facts.authority)
    case .withdrawn(let facts):
      type = .withdrawn
      withdrawn = Wire.Withdrawn(by: facts.by, reason: facts.reason)
    case .corrected(let facts):
      type = .corrected
      corrected = Wire.Corrected(
        applicant: facts.changes.applicant, phone: facts.changes.phone, place: facts.changes.place,
        subject: facts.changes.subject, responsible: facts.changes.responsible,
        voids: facts.voids.map { Int($0.rawValue) }, reason: facts.reason)
    case .erased(let facts):
      type = .erased
      erased = Wire.Erased(basis: facts.basis)
    }
  }
}

extension Wire.Received {
  fileprivate init(_ facts: Received, due: String) {
    self.init(
      kind: Wire.CaseKind(facts.kind), procedure: facts.procedure, applicant: facts.applicant,
      organisation: facts.isOrganisation, phone: facts.phone, place: facts.place, subject: facts.subject,
      channel: Wire.Channel(facts.channel), papers: facts.papers, handedInBy: facts.handedInBy,
      authority: facts.authority, help: facts.help, urgent: facts.urgent, responsible: facts.responsible,
      term: Wire.Term(facts.term), due: due, provisional: facts.isProvisional)
  }
}

extension Wire.CaseKind {
  fileprivate init(_ kind: CaseKind) {
    self =
      switch kind {
      case .procedure: .procedure
      case .enquiry: .enquiry
      case .complaint: .complaint
      case .assistance: .assistance
      }
  }
}

extension Wire.Channel {
  fileprivate init(_ channel: Channel) {
    self =
      switch channel {
      case .counter: .counter
      case .online: .online
      case .onlineAssisted: .onlineAssisted
      case .post: .post
      case .phone: .phone
      case .home: .home
      case .other: .other
      }
  }
}

extension Wire.Outcome {
  fileprivate init(_ outcome: Outcome) {
    self =
      switch outcome {
      case .granted: .granted
      case .refused: .refused
      case .answered: .answered
      }
  }
}

extension Wire.Term {
  fileprivate init(_ term: Term) {
    switch term {
    case .atOnce: self.init(kind: .atOnce, count: 0)
    case .workingDays(let count): self.init(kind: .workingDays, count: count)
    case .days(let count): self.init(kind: .days, count: count)
    case .imported: self.init(kind: .imported, count: 0)
    }
  }
}
