import EventSourcing

extension CaseDecider {
  /// How many corrections a case that is full still takes.
  private static var correctionsMax: UInt32 { 100 }

  /// Refuses what a case that has all the events it may have takes no more, because each command reads what is kept of them.
  /// What must still be possible is none of it, and can each be done but a few times: the case comes to its end, what is owed
  /// is settled, and people can be forgotten.
  func refuseTooManyEvents(_ action: CaseCommand.Action, _ state: CaseState) throws(Rejection) {
    guard let eventsMax = context.caseEventsMax, state.version.rawValue >= eventsMax else { return }
    let stands =
      switch action {
      case .receive, .enquire, .importHistory, .erase, .resolve, .return, .withdraw: true
      // An enquiry is not resolved without it.
      case .consult: !state.isConsulted
      case .apologise: Standing(of: state, at: context.now).owesApology
      case .notify(let notify): notify.outcome.settles
      case .correct: state.version.rawValue < UInt32(clamping: eventsMax) + Self.correctionsMax
      case .progress: false
      }
    if !stands { throw .tooManyEvents(code: state.code, events: Int(state.version.rawValue), eventsMax: eventsMax) }
  }
}
