/// Where a case stands at one instant, for all that says “late” of a case. Whether its dates are broken is asked of its
/// promises.
public struct Standing: Hashable, Sendable {
  /// Ended late (trễ hạn), or open past the first promised date (quá hạn).
  public var isLate: Bool
  /// A promised date is broken and nobody has apologised for it yet.
  public var owesApology: Bool
  /// For a re-appointed case that is finished: whether the later date was kept.
  public var secondDateKept: Bool?

  public init(of state: CaseState, at now: Timestamp) {
    guard let due = state.due else {
      self.init(isLate: false, owesApology: false, secondDateKept: nil)
      return
    }
    self.init(
      isLate: state.isLate(at: now), owesApology: ApologyOwed.isOwed(state, at: now),
      secondDateKept: state.reappointments > 0 ? state.resolution.map { !$0.at.isPast(due) } : nil)
  }

  private init(isLate: Bool, owesApology: Bool, secondDateKept: Bool?) {
    self.isLate = isLate
    self.owesApology = owesApology
    self.secondDateKept = secondDateKept
  }
}

extension CaseState {
  /// Whether the first date is broken. Withdrawn cases are counted apart: the office was not late, the citizen left.
  func isLate(at now: Timestamp) -> Bool {
    // As the first date says it, without making that promise.
    guard let firstDue else { return false }
    guard let decision else { return now.isPast(firstDue) }
    return decision.manner != .withdrawn && decision.at.isPast(firstDue)
  }

  /// Whether the latest appointment is broken and no apology answers for it.
  public func hasBrokenDate(at now: Timestamp) -> Bool {
    guard let due, !hasSettled(due) else { return false }
    if decision?.manner == .withdrawn { return false }
    return (decision?.at ?? now).isPast(due)
  }

  /// Withdrawn after the first promised date.
  public var isWithdrawnLate: Bool {
    guard let withdrawal, let firstDue else { return false }
    return withdrawal.at.isPast(firstDue)
  }
  public var isResolvedLate: Bool {
    guard let resolution else { return false }
    return isLate(at: resolution.at)
  }
}
