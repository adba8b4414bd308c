import Desk

/// How the cells change, added up before any of them is written: the difference of what a case contributes after an event
/// and before it, in which what stands twice counts twice.
struct CellChange {
  private(set) var cells: [[UInt8]: Int64] = [:]

  mutating func change(from before: CaseState, to after: CaseState) {
    // Most events have nothing to do with what is counted.
    if after.hasReception(of: before), before.erasure == nil, after.erasure == nil,
      after.hasEntries(of: before, where: { $0.concernsFigures })
    {
      return
    }
    change(from: before.contributions, to: after.contributions)
  }

  mutating func change(from old: [Contribution], to new: [Contribution]) {
    if old == new { return }
    var added = new
    for contribution in old {
      if let index = added.firstIndex(of: contribution) {
        added.remove(at: index)
      } else {
        add(-1, contribution)
      }
    }
    for contribution in added { add(1, contribution) }
  }

  private mutating func add(_ change: Int64, _ cell: Contribution) {
    cells[CellsView.key(cell), default: 0] += change
    guard cell.unit.keepsTotals else { return }
    cells[CellsView.total(cell.unit, cell.kind, cell.part), default: 0] += change
    if cell.isImported { cells[CellsView.importedTotal(cell.unit, cell.kind, cell.part), default: 0] += change }
  }
}
