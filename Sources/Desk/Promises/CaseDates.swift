import EventSourcing

extension CaseState {
  /// The date that decides between on time and late, whatever kind of promise it is.
  public var firstDate: Promise? {
    guard case .some(let reception) = reception else { return nil }
    let kind: Promise.Kind =
      switch reception.facts.kind {
      case .procedure, .assistance: .firstDate
      case .enquiry: .enquiryAnswer
      case .complaint: .complaintAnswer
      }
    return Promise(
      kind, madeBy: reception.version, since: reception.at, due: reception.facts.due, to: reception.facts.applicant,
      holder: clerk, settled: decision)
  }

  /// What settles the dates of a case: its result, else the citizen's withdrawal.
  var decision: Promise.Settlement? {
    for entry in entries.reversed() {
      if case .resolved(let resolution) = entry.effect {
        return Promise.Settlement(by: entry.version, at: resolution.at, .done)
      }
    }
    return settledByLeaving
  }

  /// What ends every promise that is open still: nobody waits any more.
  var settledByLeaving: Promise.Settlement? {
    for entry in entries.reversed() {
      if case .withdrawn(let withdrawal) = entry.effect {
        return Promise.Settlement(by: entry.version, at: withdrawal.at, .withdrawn)
      }
    }
    // Only what has ended is erased, and nothing is recorded after it.
    return erasure.map { Promise.Settlement(by: version, at: $0.at, .unknown) }
  }
}
