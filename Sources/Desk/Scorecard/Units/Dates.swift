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
    guard let receipt else { return }
    switch receipt.facts.kind {
    case .procedure, .assistance: break
    // Their dates are those of an answer, and belong to other indicators.
    case .enquiry, .complaint: return
    }
    // Whether a date was kept is not known when the end is among events that are lost.
    if erasure != nil, resolution == nil, withdrawal == nil { return }
    func add(_ date: Timestamp, kept: DatePart, broken: DatePart, withdrawn: DatePart) {
      let part: DatePart =
        if let resolution {
          resolution.at <= date ? kept : broken
        } else if let withdrawal {
          withdrawal.at <= date ? withdrawn : broken
        } else {
          broken
        }
      contributions.append(
        Contribution(
          .dates, part: part.rawValue, at: .instant(date), kind: receipt.facts.kind, channel: receipt.facts.channel,
          procedure: receipt.facts.procedure, person: clerk, isImported: receipt.isImported))
    }
    add(receipt.facts.due, kept: .firstKept, broken: .firstBroken, withdrawn: .firstWithdrawn)
    for apology in apologies {
      guard let date = apology.newDue else { continue }
      add(date, kept: .laterKept, broken: .laterBroken, withdrawn: .laterWithdrawn)
    }
  }
}
