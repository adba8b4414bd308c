public import Desk

/// The tally of states that are told one after the other, in memory: what the view keeps, counted anew.
public struct TallyFold: Sendable {
  private let now: Timestamp
  private let today: CalendarDay
  private var counts: [TallyView.Count: Int] = [:]
  private var standings: [TallyView.Group: Standings] = [:]

  public init(now: Timestamp, offset: UTCOffset) {
    self.now = now
    today = now.day(at: offset)
  }

  public mutating func add(_ state: CaseState) {
    guard let receipt = state.receipt else { return }
    for count in TallyView.counts(of: state) { counts[count, default: 0] += 1 }
    let standing = Standing(of: state, at: now)
    let group = TallyView.Group(receipt.facts.kind)
    if state.isOpen {
      standings[group, default: Standings()].open += 1
      if standing.isLate { standings[group, default: Standings()].openLate += 1 }
    }
    if standing.owesApology { standings[group, default: Standings()].apologiesOwed += 1 }
  }

  public var tally: [TallyView.Group: Columns] {
    var tally: [TallyView.Group: Columns] = [:]
    for group in TallyView.Group.allCases {
      var columns = Columns(on: today) { days in
        func sum(_ counter: TallyView.Counter) -> Int {
          counts.reduce(0) { sum, entry in
            guard entry.key.group == group, entry.key.counter == counter else { return sum }
            guard let days else { return sum + entry.value }
            return entry.key.day.map { days.contains($0) } ?? false ? sum + entry.value : sum
          }
        }
        return Counts(
          received: sum(.received), resolvedOnTime: sum(.resolvedOnTime), resolvedLate: sum(.resolvedLate),
          withdrawn: sum(.withdrawn), withdrawnLate: sum(.withdrawnLate))
      }
      columns.now = standings[group] ?? Standings()
      tally[group] = columns
    }
    return tally
  }
}
