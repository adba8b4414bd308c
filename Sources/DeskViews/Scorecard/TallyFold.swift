public import Desk

/// The tally of states that are told one after the other, in memory: what the view keeps, counted anew.
public struct TallyFold: Sendable {
  private let now: Timestamp
  private let today: CalendarDay
  public private(set) var tally = Tally()

  public init(now: Timestamp, offset: UTCOffset) {
    self.now = now
    today = now.day(at: offset)
  }

  public mutating func add(_ state: CaseState) {
    guard let reception = state.reception else { return }
    let group = TallyGroup(reception.facts.kind)
    let standing = Standing(of: state, at: now)
    tally.change(group, isImported: reception.isImported) { columns in
      for contribution in state.contributions {
        columns.add(1, of: contribution.unit, part: contribution.part, on: nil, today: today)
        guard case .day(let day) = contribution.at else { continue }
        columns.add(1, of: contribution.unit, part: contribution.part, on: day, today: today)
      }
      if state.isOpen {
        columns.now.open += 1
        if standing.isLate { columns.now.openLate += 1 }
      }
      if standing.owesApology { columns.now.apologiesOwed += 1 }
    }
  }
}
