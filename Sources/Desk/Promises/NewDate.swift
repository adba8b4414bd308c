/// Hẹn lại: a new date, given with an apology.
///
/// - Rule: later than the one before it, on a working day, at most as often as the rules allow. It is a date of its own: the
///   first one stays broken, or is broken when it passes. The latest one decides whether an apology is owed.
/// - Source: NĐ 61/2018 art. 19.9; from 1 July 2025 NĐ 118/2025 art. 19.6.
enum NewDate {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    for entry in state.entries {
      guard case .apologised(let apology) = entry.effect, let due = apology.newDue else { continue }
      promises.append(
        Promise(
          .newDate, madeBy: entry.version, since: apology.at, due: due, to: state.reception?.facts.applicant,
          holder: state.clerk, settled: state.decision))
    }
  }
}
