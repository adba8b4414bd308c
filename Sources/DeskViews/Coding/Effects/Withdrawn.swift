import Desk

extension CaseState.Withdrawal: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(at)
    row.put(day.number)
  }

  init(from row: inout RowReader) throws(RowError) {
    self.init(at: try row.time(), day: CalendarDay(number: try row.number()))
  }
}
