/// What became of a date, and whether it was the first one or a later one.
public enum DatePart: UInt8, Sendable, CaseIterable {
  case firstKept = 1
  /// Past, and nothing was decided by then; a later withdrawal does not undo it.
  case firstBroken
  /// Withdrawn by the date, and the citizen did not confirm it: a withdrawal that only the desk tells takes no case out of
  /// the count. Nothing confirms one yet.
  case firstWithdrawn
  case laterKept, laterBroken, laterWithdrawn
}

extension CaseState {
  /// One for each date that was given for a procedure or for help, at that date: the first one, which no apology moves,
  /// and each new one. An open case stands there as broken, which it is if it is still open when the date is past.
  func contributeDates(to contributions: inout [Contribution]) {
    guard let reception else { return }
    switch reception.facts.kind {
    case .procedure, .assistance: break
    // Their dates are those of an answer, and belong to other indicators.
    case .enquiry, .complaint: return
    }
    // Whether a date was kept is not known when the end is among events that are lost.
    if let decision, decision.manner == .unknown { return }
    var dates: [Promise] = []
    FirstDate.add(self, to: &dates)
    NewDate.add(self, to: &dates)
    for date in dates {
      guard let due = date.due else { continue }
      let isFirst = date.kind.isFirstDate
      let part: DatePart =
        if date.settled == nil || date.isBroken(at: due) {
          isFirst ? .firstBroken : .laterBroken
        } else if date.settled?.manner == .withdrawn {
          isFirst ? .firstWithdrawn : .laterWithdrawn
        } else {
          isFirst ? .firstKept : .laterKept
        }
      contributions.append(
        Contribution(
          .dates, part: part.rawValue, at: .instant(due), kind: reception.facts.kind, channel: reception.facts.channel,
          procedure: reception.facts.procedure, person: clerk(at: due), isImported: reception.isImported))
    }
  }
}
