public import Desk
public import DeskInterface
public import EventSourcing

extension Wire.Event {
  /// What every event bears; what happened is said by `tell` or by whoever knows the office's own events.
  public init(
    _ circumstances: CaseEvent.Circumstances, position: Position, code: String?, number: UInt64, version: Version,
    commandID: String, isClosed: Bool, time: (Timestamp) -> String
  ) {
    self.init(
      position: Int(clamping: position.rawValue), code: code, number: Int(clamping: number),
      version: Int(version.rawValue), type: .received, recordedAt: time(circumstances.recordedAt),
      occurredAt: time(circumstances.occurredAt), lateEntryReason: circumstances.lateEntryReason,
      uid: Int(circumstances.actor.uid), account: circumstances.actor.account, role: circumstances.actor.roleWord,
      onBehalfOf: circumstances.actor.onBehalfOf,
      commandId: commandID, rulesPosition: Int(clamping: circumstances.rules.rawValue),
      imported: circumstances.isImported, closed: isClosed ? true : nil)
  }

  /// Says what happened. `time` writes an instant as whoever tells it does.
  public mutating func tell(_ body: CaseEvent.Body, time: (Timestamp) -> String) {
    switch body {
    case .received(let facts):
      type = .known(.received)
      received = Wire.Received(
        kind: facts.kind.wire, procedure: facts.procedure, applicant: facts.applicant,
        organisation: facts.isOrganisation, phone: facts.phone, place: facts.place, subject: facts.subject,
        channel: facts.channel.wire, papers: facts.papers, handedInBy: facts.handedInBy, authority: facts.authority,
        help: facts.help, urgent: facts.urgent, responsible: facts.responsible, term: facts.term.wire,
        due: time(facts.due), provisional: facts.isProvisional)
    case .consulted(let facts):
      type = .known(.consulted)
      consulted = Wire.Consulted(question: facts.question, guidance: facts.guidance, minutes: facts.minutes)
    case .progressed(let facts):
      type = .known(.progressed)
      progressed = Wire.Progressed(step: facts.step, by: facts.by, group: facts.group)
    case .apologised(let facts):
      type = .known(.apologised)
      apologised = Wire.Apologised(
        cause: facts.cause, text: facts.text, signatory: facts.signatory, letterNumber: facts.letterNumber,
        newDue: facts.newDue.map(time))
    case .resolved(let facts):
      type = .known(.resolved)
      resolved = Wire.Resolved(
        outcome: facts.outcome?.wire, reason: facts.reason, documentNumber: facts.documentNumber,
        signedBy: facts.signedBy, closes: facts.closes)
    case .returned(let facts):
      type = .known(.returned)
      returned = Wire.Returned(to: facts.to, authority: facts.authority)
    case .withdrawn(let facts):
      type = .known(.withdrawn)
      withdrawn = Wire.Withdrawn(by: facts.by, reason: facts.reason)
    case .corrected(let facts):
      type = .known(.corrected)
      corrected = Wire.Corrected(
        applicant: facts.changes.applicant, phone: facts.changes.phone, place: facts.changes.place,
        subject: facts.changes.subject, responsible: facts.changes.responsible,
        voids: facts.voids.map { Int($0.rawValue) }, reason: facts.reason)
    case .erased(let facts):
      type = .known(.erased)
      erased = Wire.Erased(basis: facts.basis)
    }
  }
}
