public import EventSourcing

/// One thing that happened in a case, with the circumstances that every event bears.
public struct CaseEvent: Hashable, Sendable {
  public enum Body: Hashable, Sendable {
    case received(Received)
    case consulted(Consulted)
    case progressed(Progressed)
    case apologised(Apologised)
    case resolved(Resolved)
    case returned(Returned)
    case withdrawn(Withdrawn)
    case corrected(Corrected)
    case erased(Erased)
    case notified(Notified)
  }

  /// What is the same for all events of one command.
  public struct Circumstances: Hashable, Sendable {
    /// The daemon's clock.
    public var recordedAt: Timestamp
    /// What the clerk says, or the imported register.
    public var occurredAt: Timestamp
    /// The office's offset then, which makes days of the instants.
    public var offset: UTCOffset
    public var actor: Actor
    /// Why it was recorded later than it happened.
    public var lateEntryReason: String?
    public var isImported: Bool
    /// The register that it was imported from, if that has a name.
    public var register: String?
    /// The position of the `rulesAdopted` in force.
    public var rules: Position

    public init(
      recordedAt: Timestamp, occurredAt: Timestamp, offset: UTCOffset, actor: Actor, lateEntryReason: String? = nil,
      isImported: Bool = false, register: String? = nil, rules: Position
    ) {
      self.recordedAt = recordedAt
      self.occurredAt = occurredAt
      self.offset = offset
      self.actor = actor
      self.lateEntryReason = lateEntryReason
      self.isImported = isImported
      self.register = register
      self.rules = rules
    }

    public var occurredDay: CalendarDay { occurredAt.day(at: offset) }
    /// The office's day on which it was recorded. What is recorded at once happens then, also while the ledger is ahead of
    /// the office's clock; of what is recorded late then, nothing but the ledger's time is known.
    var enteredDay: CalendarDay { enteredAt.day(at: offset) }
    /// The office's time at which it was recorded, as far as it is known in the same way.
    var enteredAt: Timestamp { lateEntryReason == nil && !isImported ? occurredAt : recordedAt }
  }

  public var circumstances: Circumstances
  public var body: Body
  /// What was promised with it that the facts do not say.
  public var promises: [Promised]

  public init(_ body: Body, _ circumstances: Circumstances, promises: [Promised] = []) {
    self.body = body
    self.circumstances = circumstances
    self.promises = promises
  }
}

extension CaseEvent.Body {
  /// The one switch of this layer over the kinds of a case's events: it lends the facts to whoever asks, who finds what the
  /// kind's own file says of them.
  func lendFacts<Visitor: FactsVisitor>(to visitor: Visitor, _ subject: inout Visitor.Subject) {
    switch self {
    case .received(let facts): visitor.visit(facts, &subject)
    case .consulted(let facts): visitor.visit(facts, &subject)
    case .progressed(let facts): visitor.visit(facts, &subject)
    case .apologised(let facts): visitor.visit(facts, &subject)
    case .resolved(let facts): visitor.visit(facts, &subject)
    case .returned(let facts): visitor.visit(facts, &subject)
    case .withdrawn(let facts): visitor.visit(facts, &subject)
    case .corrected(let facts): visitor.visit(facts, &subject)
    case .erased(let facts): visitor.visit(facts, &subject)
    case .notified(let facts): visitor.visit(facts, &subject)
    }
  }
}
