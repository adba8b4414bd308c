/// Rút hồ sơ: the citizen takes the request back.
public struct Withdrawn: Hashable, Sendable {
  /// Who asked for it: the applicant where nobody else was named. Nil where no applicant is known, or it is erased.
  public var by: String?
  public var reason: String

  public init(by: String? = nil, reason: String) {
    self.by = by
    self.reason = reason
  }
}

public struct Withdraw: Hashable, Sendable {
  /// Who asks for it; nil means the applicant.
  public var by: String?
  public var reason: String

  public init(by: String? = nil, reason: String) {
    self.by = by
    self.reason = reason
  }
}

extension CaseDecider {
  func withdraw(_ command: Withdraw, _ state: CaseState, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    try refuseEnded(state)
    if let resolution = state.resolution {
      throw .alreadyResolved(code: state.code, outcome: resolution.facts.outcome, at: resolution.at)
    }
    try refuseCrossing(state, at: at)
    let by = try FieldText.by.checked(command.by) ?? state.reception?.facts.applicant
    return [.withdrawn(Withdrawn(by: by, reason: try FieldText.reason.required(command.reason)))]
  }
}

extension Withdrawn: CaseFacts {
  static let kind = EventKind.withdrawn
  static let isVoidable = true
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    let withdrawal = CaseState.Withdrawal(at: circumstances.occurredAt, day: circumstances.occurredDay)
    state.keep(.withdrawn(withdrawal))
  }
}

extension CaseState {
  public struct Withdrawal: Hashable, Sendable {
    public var at: Timestamp
    public var day: CalendarDay

    public init(at: Timestamp, day: CalendarDay) {
      self.at = at
      self.day = day
    }
  }

  public var withdrawal: Withdrawal? {
    latest { if case .withdrawn(let withdrawal) = $0 { withdrawal } else { nil } }
  }
}

extension CaseState.Effect {
  var isWithdrawal: Bool { if case .withdrawn = self { true } else { false } }
}
