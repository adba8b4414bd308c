/// How a request came in.
public enum ReceptionPart: UInt8, Sendable, CaseIterable {
  /// Sent by the citizen from an account of his own, without the desk's help.
  case byOneself = 1
  case other
}

extension CaseState {
  /// One for each request, on the day of its receipt.
  func contributeReceptions(to contributions: inout [Contribution]) {
    guard let reception else { return }
    let part: ReceptionPart = reception.facts.channel == .online ? .byOneself : .other
    contributions.append(
      Contribution(
        .receptions, part: part.rawValue, at: .day(reception.day), kind: reception.facts.kind,
        channel: reception.facts.channel, procedure: reception.facts.procedure, isImported: reception.isImported))
  }
}
