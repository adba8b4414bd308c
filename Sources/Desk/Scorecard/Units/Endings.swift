/// How a case came to its end.
public enum EndingPart: UInt8, Sendable, CaseIterable {
  /// Decided by the first date; exactly at it is on time.
  case onTime = 1
  /// Ended late (trễ hạn).
  case late
  case withdrawn
  /// Withdrawn after the first date.
  case withdrawnLate
  /// Erased, with its end among events that are lost. It is open no more, and nobody can say what became of it.
  case unknown
}

extension CaseState {
  /// One for each case that is open no more, on the day of its end.
  func contributeEndings(to contributions: inout [Contribution]) {
    guard let reception else { return }
    let (part, day): (EndingPart, CalendarDay)
    if let withdrawal {
      (part, day) = (isWithdrawnLate ? .withdrawnLate : .withdrawn, withdrawal.day)
    } else if let resolution {
      (part, day) = (isResolvedLate ? .late : .onTime, resolution.day)
    } else if let erasure {
      (part, day) = (.unknown, erasure.at.day(at: reception.offset))
    } else {
      return
    }
    contributions.append(
      Contribution(
        .endings, part: part.rawValue, at: .day(day), kind: reception.facts.kind, isImported: reception.isImported))
  }
}
