/// Rút hồ sơ: the citizen takes the request back.
public struct Withdrawn: Hashable, Sendable {
  public var by: String?
  public var reason: String

  public init(by: String? = nil, reason: String) {
    self.by = by
    self.reason = reason
  }
}

public struct Withdraw: Hashable, Sendable {
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
    let by = try FieldText.by.checked(command.by) ?? state.receipt?.facts.applicant
    return [.withdrawn(Withdrawn(by: by, reason: try FieldText.reason.required(command.reason)))]
  }
}
