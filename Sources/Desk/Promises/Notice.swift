import EventSourcing

/// Thông báo: what is decided about somebody's case is said to him.
///
/// - Rule: made by a receipt that has a slip, by a new date and by a result, where the office has the measure `notices`; an
///   answer that is given at once is said by being given. Due at the end of office hours of the working day on which it is
///   recorded; of what is recorded after them, or on a day off, at that of the next working day. The first notification that
///   surely reached him settles it, or his withdrawal; what is sent, claimed or failed leaves it open. History from another
///   register makes none.
/// - Source: our choice; the law that was read names no time. What is said at all follows the announcement of 4 April 2023,
///   principle 5.
enum Notice {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    for made in state.promised where made.promised.kind == .notice {
      promises.append(
        Promise(
          .notice, madeBy: made.version, since: made.at, due: made.promised.due,
          to: made.promised.to ?? state.reception?.facts.applicant,
          holder: state.clerk, settled: state.noticeSettlement(of: made.version)))
    }
  }

  /// Those that are open. Most cases have none, and nothing else of their promises is asked for.
  static func open(_ state: CaseState) -> [Promise] {
    if state.promised.isEmpty { return [] }
    var notices: [Promise] = []
    add(state, to: &notices)
    return notices.filter(\.isOpen)
  }

  /// Asks an event's facts whether somebody is to be told of them.
  fileprivate struct Asking: FactsVisitor {
    let state: CaseState

    func visit(_ facts: some CaseFacts, _ makesNotice: inout Bool) { makesNotice = facts.makesNotice(in: state) }
  }
}

extension CaseState {
  /// The notices that are owed: at once, until the date of each.
  public var openNotices: [Promise] { Notice.open(self) }
}

extension CaseDecider {
  /// The promise that goes into the envelope of an event. To whom it is made say the facts: it is owed to the applicant.
  ///
  /// - Parameter state: before the command.
  func notices(of body: CaseEvent.Body, _ state: CaseState) -> [Promised] {
    guard context.book.rules.measures.notices else { return [] }
    var makesNotice = false
    body.lendFacts(to: Notice.Asking(state: state), &makesNotice)
    return makesNotice ? [Promised(.notice, due: noticeDue, to: nil)] : []
  }

  private var noticeDue: Timestamp {
    let (office, calendar) = (context.book.office, context.book.calendar)
    let today = context.now.day(at: office.utcOffset)
    let day = calendar.workingDay(onOrAfter: today)
    let due = day.at(office.closes, office.utcOffset)
    if context.now <= due { return due }
    return calendar.workingDay(onOrAfter: day.adding(1)).at(office.closes, office.utcOffset)
  }
}

// What makes it; no other event does.

extension CaseFacts {
  func makesNotice(in _: CaseState) -> Bool { false }
}

extension Received {
  /// Only what takes time gets a slip.
  func makesNotice(in _: CaseState) -> Bool { kind != .enquiry && term != .atOnce }
}

extension Apologised {
  func makesNotice(in _: CaseState) -> Bool { newDue != nil }
}

extension Resolved {
  /// What is received and answered in one command is answered to his face: there is no receipt before it.
  func makesNotice(in state: CaseState) -> Bool {
    if case .some = state.reception { true } else { false }
  }
}

extension CaseState {
  fileprivate func noticeSettlement(of version: Version) -> Promise.Settlement? {
    for entry in entries {
      if case .notified(let notification) = entry.effect, notification.of == version, notification.settles {
        return Promise.Settlement(by: entry.version, at: notification.at, .done)
      }
    }
    return settledByLeaving
  }
}
