/// Trả kết quả: the result is in somebody's hands.
public struct Returned: Hashable, Sendable {
  /// Who took it: the applicant where nobody else was named. Nil where it is erased.
  public var to: String?
  /// By what authority somebody else took it.
  public var authority: String?

  public init(to: String? = nil, authority: String? = nil) {
    self.to = to
    self.authority = authority
  }
}

public struct Return: Hashable, Sendable {
  /// Nil means the applicant.
  public var to: String?
  /// By what authority somebody else takes it.
  public var authority: String?
  public var apology: Apology?

  public init(to: String? = nil, authority: String? = nil, apology: Apology? = nil) {
    self.to = to
    self.authority = authority
    self.apology = apology
  }
}

extension CaseDecider {
  func `return`(_ command: Return, _ state: CaseState, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    try refuseEnded(state)
    guard let resolution = state.resolution else {
      throw .notResolved(code: state.code, due: state.due ?? context.now)
    }
    // The result decided between on time and late; a hand-over cannot change that, whenever it was.
    if at < resolution.at { throw .beforeReceipt(at, receivedAt: resolution.at, of: state.decision?.by) }
    let applicant = state.reception?.facts.applicant
    guard let taker = try FieldText.to.checked(command.to) ?? applicant else {
      throw .fieldMissing(FieldText.to.rawValue)
    }
    let authority = try FieldText.authority.checked(command.authority)
    // Somebody else takes a result only by an authority that is named.
    if let applicant, taker.folded != applicant.folded, authority == nil {
      throw .fieldMissing(FieldText.authority.rawValue)
    }
    return try settling(command.apology, state, at: resolution.at) + [
      .returned(Returned(to: taker, authority: authority))
    ]
  }
}

extension Returned: CaseFacts {
  static let kind = EventKind.returned
  static let isVoidable = true
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    state.keep(.returned(CaseState.Handover(to: to, at: circumstances.occurredAt)))
  }
}

extension CaseState {
  public struct Handover: Hashable, Sendable {
    public var to: String?
    public var at: Timestamp

    public init(to: String?, at: Timestamp) {
      self.to = to
      self.at = at
    }

    mutating func forget() { to = nil }
  }

  public var handover: Handover? {
    latest { if case .returned(let handover) = $0 { handover } else { nil } }
  }
}

extension CaseState.Effect {
  var isHandover: Bool { if case .returned = self { true } else { false } }
}
