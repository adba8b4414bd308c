/// Giải quyết: the result is signed, numbered and lying at the counter.
public struct Resolved: Hashable, Sendable {
  /// Nil for an imported end: the register it came from does not say.
  public var outcome: Outcome?
  public var reason: String?
  public var documentNumber: String?
  public var signedBy: String?
  /// True for an imported end: the register it came from knows no hand-over.
  public var closes: Bool

  public init(
    outcome: Outcome?, reason: String? = nil, documentNumber: String? = nil, signedBy: String? = nil,
    closes: Bool = false
  ) {
    self.outcome = outcome
    self.reason = reason
    self.documentNumber = documentNumber
    self.signedBy = signedBy
    self.closes = closes
  }
}

public struct Resolve: Hashable, Sendable {
  /// Nil means `answered` for an enquiry or a complaint, else `granted`.
  public var outcome: Outcome?
  public var reason: String?
  public var documentNumber: String?
  public var signedBy: String?
  public var apology: Apology?

  public init(_ outcome: Outcome? = nil, reason: String? = nil, apology: Apology? = nil) {
    self.outcome = outcome
    self.reason = reason
    self.apology = apology
  }
}

extension CaseDecider {
  func resolve(_ command: Resolve, _ state: CaseState, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    if let resolution = state.resolution {
      throw .alreadyResolved(code: state.code, outcome: resolution.facts.outcome, at: resolution.at)
    }
    try refuseEnded(state)
    try refuseCrossing(state, at: at)
    let kind = state.reception?.facts.kind
    if kind == .enquiry, !state.isConsulted { throw .consultationMissing(code: state.code) }
    let outcome = command.outcome ?? (kind == .enquiry || kind == .complaint ? .answered : .granted)
    let reason = try FieldText.reason.checked(command.reason)
    // A refusal says why: NĐ 61/2018 art. 19.8.
    if outcome == .refused, reason == nil { throw .fieldMissing(FieldText.reason.rawValue) }
    let facts = Resolved(
      outcome: outcome, reason: reason, documentNumber: try FieldText.documentNumber.checked(command.documentNumber),
      signedBy: try FieldText.signedBy.checked(command.signedBy))
    return try settling(command.apology, state, at: at) + [.resolved(facts)]
  }
}

extension Resolved: CaseFacts {
  static let kind = EventKind.resolved
  static let isVoidable = true
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    let resolution = CaseState.Resolution(
      facts: self, at: circumstances.occurredAt, day: circumstances.occurredDay)
    state.keep(.resolved(resolution))
  }

  mutating func forget() {
    reason = nil
    documentNumber = nil
    signedBy = nil
  }
}

extension CaseState {
  public struct Resolution: Hashable, Sendable {
    public var facts: Resolved
    public var at: Timestamp
    public var day: CalendarDay

    public init(facts: Resolved, at: Timestamp, day: CalendarDay) {
      self.facts = facts
      self.at = at
      self.day = day
    }
  }

  public var resolution: Resolution? {
    latest { if case .resolved(let resolution) = $0 { resolution } else { nil } }
  }
}

extension CaseState.Effect {
  var isResolution: Bool { if case .resolved = self { true } else { false } }
}
