import EventSourcing

/// Trả kết quả: a result that is ready is put into somebody's hands.
///
/// - Rule: from the result on, without a date; an enquiry ends with its answer, and history from another register knows no
///   hand-over.
/// - Source: the announcement of 4 April 2023, principle 9 (dân nhờ luôn chu đáo): whoever takes the result is named.
enum HandOver {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    guard let decision = state.decision, decision.manner == .done, let resolution = state.resolution,
      !resolution.facts.closes, let facts = state.reception?.facts, facts.kind != .enquiry
    else { return }
    promises.append(
      Promise(
        .handOver, madeBy: decision.by, since: decision.at, due: nil, to: facts.applicant, holder: state.clerk,
        settled: state.handOverSettlement))
  }
}

extension CaseState {
  fileprivate var handOverSettlement: Promise.Settlement? {
    for entry in entries.reversed() {
      if case .returned(let handover) = entry.effect {
        return Promise.Settlement(by: entry.version, at: handover.at, .done)
      }
    }
    return settledByLeaving
  }
}
