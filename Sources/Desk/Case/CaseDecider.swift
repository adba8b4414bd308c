public import EventSourcing

/// Decides about one case. Pure: what it needs to know of the world is in its context.
public struct CaseDecider: Decider {
  public struct Context: Sendable {
    /// The office's time.
    public var now: Timestamp
    /// What the event is recorded under: never earlier than the last one, and so later than now while the ledger is ahead
    /// of a clock that was accepted.
    public var recordedAt: Timestamp
    public var actor: Actor
    /// The rules in force, and their position.
    public var book: RuleBook
    public var rules: Position
    /// The rules that this case was received under; for a new case those in force.
    public var caseBook: RuleBook
    /// The code that a new case gets.
    public var newCode: String
    /// The event that a correction means to void, if there is one at that version.
    public var voidTarget: CaseEvent?
    /// How many events a case may have; nil without a bound. No rule of the office's book: a case does not keep it.
    public var caseEventsMax: Int?

    public init(
      now: Timestamp, recordedAt: Timestamp? = nil, actor: Actor, book: RuleBook, rules: Position, caseBook: RuleBook,
      newCode: String, voidTarget: CaseEvent? = nil, caseEventsMax: Int? = nil
    ) {
      self.now = now
      self.recordedAt = recordedAt ?? now
      self.actor = actor
      self.book = book
      self.rules = rules
      self.caseBook = caseBook
      self.newCode = newCode
      self.voidTarget = voidTarget
      self.caseEventsMax = caseEventsMax
    }
  }

  public let context: Context

  public init(_ context: Context) { self.context = context }

  public static var initialState: CaseState { CaseState() }

  public func decide(_ command: CaseCommand, _ state: CaseState) throws(Rejection) -> [CaseEvent] {
    guard command.expected.allows(state.version) else {
      guard case .exactly(let expected) = command.expected else { return [] }
      throw .versionConflict(code: state.code, expected: expected, actual: state.version)
    }
    if let erasure = state.erasure { throw .caseErased(code: state.code, at: erasure.at, basis: erasure.basis) }
    try refuseWrongBeginning(command.action, state)
    try refuseTooManyEvents(command.action, state)
    if case .importHistory(let history) = command.action { return try importHistory(history, state) }
    let moment = try moment(of: command, state)
    let bodies = try decide(command.action, state, at: moment.occurredAt)
    return bodies.map { CaseEvent($0, moment, promises: notices(of: $0, state)) }
  }

  public static func evolve(_ state: inout CaseState, _ event: CaseEvent) {
    state.version = state.version.next
    event.body.lendFacts(to: Applying(circumstances: event.circumstances), &state)
    for promise in event.promises {
      let made = CaseState.MadePromise(state.version, at: event.circumstances.occurredAt, promise)
      state.promised.append(made)
    }
  }

  /// When it happened and when it is recorded: earlier than now only with a reason, never before the receipt, never in
  /// the future.
  private func moment(of command: CaseCommand, _ state: CaseState) throws(Rejection) -> CaseEvent.Circumstances {
    let reason = try FieldText.reason.checked(command.reason)
    let stated = command.occurredAt?.instant(
      now: context.now, office: context.book.office, calendar: context.book.calendar)
    let occurredAt = stated ?? context.now
    guard occurredAt <= context.now else { throw .inFuture(occurredAt, now: context.now) }
    if occurredAt < context.now {
      guard reason != nil else { throw .backdatingNeedsReason(occurredAt) }
      if let receivedAt = state.reception?.at, occurredAt < receivedAt {
        throw .beforeReceipt(occurredAt, receivedAt: receivedAt)
      }
      try refuseTooFarBack(occurredAt)
    }
    return CaseEvent.Circumstances(
      recordedAt: context.recordedAt, occurredAt: occurredAt, offset: context.book.office.utcOffset,
      actor: context.actor,
      lateEntryReason: stated == nil ? nil : reason, rules: context.rules)
  }

  /// Recording what happened long ago is for a supervisor.
  private func refuseTooFarBack(_ occurredAt: Timestamp) throws(Rejection) {
    guard let daysMax = context.book.rules.backdatingDaysMax, !context.actor.holds(.supervisor) else { return }
    let offset = context.book.office.utcOffset
    let days = Int(context.now.day(at: offset).number - occurredAt.day(at: offset).number)
    if days > daysMax { throw .backdatedTooFar(occurredAt, days: days, daysMax: daysMax) }
  }

  /// What happened may not change sides of a promised date by being recorded later: late does not turn into on time.
  func refuseCrossing(_ state: CaseState, at occurredAt: Timestamp) throws(Rejection) {
    for due in [state.firstDue, state.due].compactMap(\.self) where occurredAt <= due && context.now > due {
      throw .backdatingAcrossDue(occurredAt, due: due)
    }
  }

  /// Nothing is recorded after the end.
  func refuseEnded(_ state: CaseState) throws(Rejection) {
    guard state.isEnded else { return }
    let at = state.handover?.at ?? state.withdrawal?.at ?? state.resolution?.at ?? context.now
    throw .caseEnded(
      code: state.code, status: state.status, at: at, byRegister: state.isClosedByRegister)
  }
}

extension CaseState {
  var code: String { reception?.facts.code ?? "" }
}
