import Desk
import EventSourcing

/// Cases in order of their dates, by what they are waiting for. Lateness is not in it: a range up to now is.
enum DueView: Projection {
  static let name = "due"
  static let view = DeskView(Self.self, version: 1, .differences, owner: .endOfKey)

  /// The first byte of the key, and what the time after it is.
  enum Order: UInt8 {
    /// Open, by the first promised date: those before now are open past due (quá hạn).
    case openByFirstDue = 1
    /// Open, by the latest appointment.
    case openByDue
    /// Would owe an apology once this date is past: those before now do.
    case unsettled
    /// Resolved late (trễ hạn), by the first promised date.
    case resolvedLate
    /// Ready and not handed over, by the end of the processing.
    case ready
    /// Open and urgent, by the latest appointment.
    case urgent
  }

  static func rows(of row: CaseRow) -> [ViewRow] {
    let state = row.state
    guard let facts = state.receipt?.facts, let firstDue = state.firstDue, let due = state.due else { return [] }
    let group = [TallyGroup(facts.kind).rawValue]
    func entry(_ order: Order, _ time: Timestamp) -> ViewRow {
      ViewRow(OrderedKey.key([order.rawValue], time, row.number), group)
    }
    var rows: [ViewRow] = []
    if state.isOpen {
      rows += [entry(.openByFirstDue, firstDue), entry(.openByDue, due)]
      if facts.urgent != nil { rows.append(entry(.urgent, due)) }
    }
    if state.isResolvedLate { rows.append(entry(.resolvedLate, firstDue)) }
    if let resolution = state.resolution, !state.isEnded { rows.append(entry(.ready, resolution.at)) }
    // Open cases break their date by waiting, so they are asked as at the end of time.
    if !state.isEnded, state.hasBrokenDate(at: Timestamp.bounds.upperBound) { rows.append(entry(.unsettled, due)) }
    return rows
  }
}
