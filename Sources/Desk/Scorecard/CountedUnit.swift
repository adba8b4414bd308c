/// What is counted. Indicators that count the same thing share the unit, so that their numerators and denominators agree
/// by how they are made.
public enum CountedUnit: String, Sendable, CaseIterable {
  /// A request that was handed in.
  case receptions
  /// A case that came to its end: decided, or withdrawn.
  case endings
  /// A date that was promised to a citizen.
  case dates

  /// Whether its parts are also summed over all days.
  public var keepsTotals: Bool {
    switch self {
    case .receptions, .endings: true
    case .dates: false
    }
  }

  /// Every part that it can have.
  public var parts: [UInt8] {
    switch self {
    case .receptions: ReceptionPart.allCases.map(\.rawValue)
    case .endings: EndingPart.allCases.map(\.rawValue)
    case .dates: DatePart.allCases.map(\.rawValue)
    }
  }

  func contribute(_ state: CaseState, to contributions: inout [Contribution]) {
    switch self {
    case .receptions: state.contributeReceptions(to: &contributions)
    case .endings: state.contributeEndings(to: &contributions)
    case .dates: state.contributeDates(to: &contributions)
    }
  }
}

extension CaseState {
  /// Everything that this case adds to the figures.
  public var contributions: [Contribution] {
    var contributions: [Contribution] = []
    contributions.reserveCapacity(4)
    for unit in CountedUnit.allCases { unit.contribute(self, to: &contributions) }
    return contributions
  }
}
