import EventSourcing

/// Xin lỗi: who is kept waiting is apologised to.
///
/// - Rule: once the latest date is past and nothing is decided, an apology is owed until the case has ended, and nothing
///   late leaves the desk without one. So it is owed since a date that may lie ahead, and has no date of its own. An apology
///   whose cause answers for dates settles it, also before the date; with a new date given, the next one is owed since
///   that.
/// - Source: NĐ 61/2018 art. 19.9; from 1 July 2025 NĐ 118/2025 art. 19.6; the announcement of 4 April 2023, principle 7
///   (dân chờ được xin lỗi).
enum ApologyOwed {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    // The event that gave the date which an apology answers for.
    guard var madeBy = state.reception?.version else { return }
    for entry in state.entries {
      guard case .apologised(let apology) = entry.effect else { continue }
      if let date = apology.settles {
        promises.append(
          Promise(
            .apology, madeBy: madeBy, since: date, due: nil, to: state.reception?.facts.applicant, holder: state.clerk,
            settled: Promise.Settlement(by: entry.version, at: apology.at, .done)))
      }
      if case .some = apology.newDue { madeBy = entry.version }
    }
    if let promise = open(state) { promises.append(promise) }
  }

  /// Whether the one that is open is owed at this instant: it is since the latest date. Asked for every answer to a command,
  /// and so without making the promise.
  static func isOwed(_ state: CaseState, at now: Timestamp) -> Bool {
    guard case .some = state.reception, let due = state.due, now.isPast(due) else { return false }
    return state.mayOweApology
  }

  /// The one that is open; there is at most one.
  static func open(_ state: CaseState) -> Promise? {
    guard state.mayOweApology, let date = state.firstDate else { return nil }
    var promise = Promise(
      .apology, madeBy: date.madeBy, since: date.due ?? date.since, due: nil, to: date.to, holder: date.holder,
      settled: nil)
    for entry in state.entries {
      guard case .apologised(let apology) = entry.effect, let newDue = apology.newDue else { continue }
      (promise.since, promise.madeBy) = (newDue, entry.version)
    }
    return promise
  }
}

extension CaseState {
  /// Whether an apology is owed for the latest date, or will be if the date passes.
  var mayOweApology: Bool {
    guard !isEnded, let due, !hasSettled(due) else { return false }
    // What is decided in time owes none.
    return decision.map { $0.at.isPast(due) } ?? true
  }
}
