import Desk

/// The row form of what an event has left in its case's state. What is more than its kind has a file of its own in `Effects`.
protocol EffectRow {
  func write(to row: inout RowWriter)
  init(from row: inout RowReader) throws(RowError)
}

/// The kinds by their numbers, which are of this schema version of the views only.
private enum EffectNumber: UInt8 {
  case consulted = 1
  case progressed, apologised, resolved, returned, withdrawn, notified, corrected
}

// The two switches over effects: each hands over to the kind's own file.
extension StateCoding {
  static func put(_ effect: CaseState.Effect, _ row: inout RowWriter) {
    func put(_ number: EffectNumber, _ kept: some EffectRow) {
      row.put(number.rawValue)
      kept.write(to: &row)
    }
    switch effect {
    case .consulted: row.put(EffectNumber.consulted.rawValue)
    case .progressed: row.put(EffectNumber.progressed.rawValue)
    case .apologised(let apology): put(.apologised, apology)
    case .resolved(let resolution): put(.resolved, resolution)
    case .returned(let handover): put(.returned, handover)
    case .withdrawn(let withdrawal): put(.withdrawn, withdrawal)
    case .notified(let notification): put(.notified, notification)
    case .corrected(let reassignment): put(.corrected, reassignment)
    }
  }

  static func effect(_ row: inout RowReader) throws(RowError) -> CaseState.Effect {
    guard let number = EffectNumber(rawValue: try row.number()) else { throw RowError() }
    return switch number {
    case .consulted: .consulted
    case .progressed: .progressed
    case .apologised: .apologised(try CaseState.Apology(from: &row))
    case .resolved: .resolved(try CaseState.Resolution(from: &row))
    case .returned: .returned(try CaseState.Handover(from: &row))
    case .withdrawn: .withdrawn(try CaseState.Withdrawal(from: &row))
    case .notified: .notified(try CaseState.Notification(from: &row))
    case .corrected: .corrected(try CaseState.Reassignment(from: &row))
    }
  }
}
