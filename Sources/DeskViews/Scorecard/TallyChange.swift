import Desk

/// How the rows of the tally change, added up before any of them is written.
struct TallyChange {
  private(set) var rows: [TallyView.Count: Int64] = [:]

  mutating func change(from before: CaseState, to after: CaseState) {
    let (old, new) = (TallyView.counts(of: before), TallyView.counts(of: after))
    for count in old where !new.contains(count) { add(-1, count) }
    for count in new where !old.contains(count) { add(1, count) }
  }

  private mutating func add(_ change: Int64, _ count: TallyView.Count) {
    rows[count, default: 0] += change
    guard count.day != nil else { return }
    var total = count
    total.day = nil
    rows[total, default: 0] += change
  }
}
