/// A case from another register, with what happened in it and when. Its facts are history: contradictory times are
/// kept.
public struct ImportHistory: Hashable, Sendable {
  public struct Step: Hashable, Sendable {
    public var facts: Progressed
    public var at: Timestamp

    public init(_ facts: Progressed, at: Timestamp) {
      self.facts = facts
      self.at = at
    }
  }

  /// Stays the code of the case.
  public var code: String
  /// What the register is called; nil where nobody says it.
  public var register: String?
  public var channel: Channel
  public var subject: String?
  public var applicant: String?
  public var responsible: String?
  public var receivedAt: Timestamp
  public var due: Timestamp
  /// The end in the other register; nil while open there.
  public var endedAt: Timestamp?
  public var steps: [Step]

  /// How many events it becomes: the receipt, the steps, the end.
  public var eventCount: Int { 1 + steps.count + (endedAt == nil ? 0 : 1) }

  public init(
    code: String, register: String? = nil, channel: Channel, subject: String?, applicant: String?, responsible: String?,
    receivedAt: Timestamp,
    due: Timestamp, endedAt: Timestamp?, steps: [Step]
  ) {
    self.code = code
    self.register = register
    self.channel = channel
    self.subject = subject
    self.applicant = applicant
    self.responsible = responsible
    self.receivedAt = receivedAt
    self.due = due
    self.endedAt = endedAt
    self.steps = steps
  }
}

extension CaseDecider {
  func importHistory(_ history: ImportHistory, _ state: CaseState) throws(Rejection) -> [CaseEvent] {
    if state.reception != nil { throw .codeTaken(code: history.code) }
    func event(_ body: CaseEvent.Body, at: Timestamp) -> CaseEvent {
      CaseEvent(
        body,
        .init(
          recordedAt: context.recordedAt, occurredAt: at, offset: context.book.office.utcOffset, actor: context.actor,
          isImported: true, register: history.register, rules: context.rules))
    }
    let received = Received(
      code: history.code, kind: .procedure, applicant: history.applicant, subject: history.subject,
      channel: history.channel, responsible: history.responsible, term: .imported, due: history.due)
    var events = history.steps.map { event(.progressed($0.facts), at: $0.at) }
    if let endedAt = history.endedAt {
      // Told in the order in which it happened; at the same instant the step comes before the end that it led to.
      let end = event(.resolved(Resolved(outcome: nil, closes: true)), at: endedAt)
      events.insert(end, at: events.firstIndex { $0.circumstances.occurredAt > endedAt } ?? events.endIndex)
    }
    return [event(.received(received), at: history.receivedAt)] + events
  }
}
