/// One row of the scorecard: what a figure says, and of what it is made.
public struct Indicator: Sendable {
  public enum Direction: Sendable {
    case moreIsBetter, lessIsBetter
  }

  /// Whose a unit is.
  public enum Whose: Sendable {
    /// The account that held the case at the deciding instant.
    case holder
    case nobody
  }

  /// As the announcement's principles are numbered: `P1` … `P10`, `B` for the five *biết*, `T` for the four *tăng*, `H` for
  /// the four *thể hiện*, `K` for the three *không*.
  public let id: String
  public let name: Text
  /// What it counts, in one sentence.
  public let definition: Text
  /// Where the promise stands.
  public let source: Text
  public let unit: CountedUnit
  public let direction: Direction
  public let whose: Whose
  /// The parts of the unit that are counted, out of those of the denominator.
  public let numerator: [UInt8]
  public let denominator: [UInt8]

  /// Every row. Each is a file in `Indicators`, and a line here.
  public static let all: [Indicator] = [everyDateKept, onlineByOneself, noBrokenDate]
}

/// What an indicator comes to. A denominator of zero is no data, and neither 0 nor 100 %.
public struct Figure: Sendable {
  public let indicator: Indicator
  /// How many units of each part there are.
  public let parts: [UInt8: Int]
  /// The same of history from another register, which is never added to the office's own.
  public let imported: [UInt8: Int]

  public init(_ indicator: Indicator, parts: [UInt8: Int], imported: [UInt8: Int]) {
    self.indicator = indicator
    self.parts = parts
    self.imported = imported
  }

  public var numerator: Int { Self.sum(indicator.numerator, parts) }
  public var denominator: Int { Self.sum(indicator.denominator, parts) }

  private static func sum(_ wanted: [UInt8], _ parts: [UInt8: Int]) -> Int {
    wanted.reduce(0) { $0 + (parts[$1] ?? 0) }
  }
}
