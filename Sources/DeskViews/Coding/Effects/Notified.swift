import Desk
import EventSourcing

extension CaseState.Notification: EffectRow {
  func write(to row: inout RowWriter) {
    row.put(of.rawValue)
    row.put(at)
    row.put(settles)
  }

  init(from row: inout RowReader) throws(RowError) {
    self.init(of: Version(try row.number()), at: try row.time(), settles: try row.bool())
  }
}
