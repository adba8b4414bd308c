/// How a request came in.
public enum ReceptionPart: UInt8, Sendable, CaseIterable {
  /// Sent by the citizen from an account of his own, without the desk's help.
  case byOneself = 1
  case other
}

extension CaseState {
  /// One for each request, on the day of its receipt.
  func contributeReceptions(to contributions: inout [Contribution]) {
    guard let receipt else { return }
    let part: ReceptionPart = receipt.facts.channel == .online ? .byOneself : .other
    contributions.append(
      Contribution(
        .receptions, part: part.rawValue, at: .day(receipt.day), kind: receipt.facts.kind,
        channel: receipt.facts.channel, procedure: receipt.facts.procedure, isImported: receipt.isImported))
  }
}
