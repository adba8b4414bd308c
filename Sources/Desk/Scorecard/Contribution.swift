/// What one stream adds to the figures: one unit that was counted, as a pure function of the stream's state.
///
/// Two that are equal count twice.
public struct Contribution: Hashable, Sendable {
  /// When it was decided, and so where it counts.
  public enum Moment: Hashable, Sendable {
    /// It happened on this day of the office.
    case day(CalendarDay)
    /// It is dated, and counts once this instant is past, whether it was finished early or is still open then.
    case instant(Timestamp)
  }

  public var unit: CountedUnit
  /// What became of it: a part of its unit, such as `DatePart`.
  public var part: UInt8
  public var at: Moment
  public var kind: CaseKind
  public var channel: Channel?
  /// How long it took, in whole working minutes; nil where a unit has no length.
  public var workingMinutes: UInt32?
  /// The procedure, where the unit is told by procedures.
  public var procedure: String?
  /// Whose it was at the deciding instant, where the unit is somebody's. Who gets the case later does not get the unit.
  public var person: String?
  /// History from another register, which every figure shows apart.
  public var isImported: Bool

  public init(
    _ unit: CountedUnit, part: UInt8, at moment: Moment, kind: CaseKind, channel: Channel? = nil,
    workingMinutes: UInt32? = nil, procedure: String? = nil, person: String? = nil, isImported: Bool
  ) {
    self.unit = unit
    self.part = part
    at = moment
    self.kind = kind
    self.channel = channel
    self.workingMinutes = workingMinutes
    self.procedure = procedure
    self.person = person
    self.isImported = isImported
  }
}

extension Contribution {
  /// Names are the same byte by byte, as they stand in the key of a cell: to Swift two texts are equal that only look the same,
  /// and a cell that did not move live would have moved in a replay.
  public static func == (one: Contribution, other: Contribution) -> Bool {
    one.unit == other.unit && one.part == other.part && one.at == other.at && one.kind == other.kind
      && one.channel == other.channel && one.workingMinutes == other.workingMinutes
      && one.procedure.isSpelt(like: other.procedure) && one.person.isSpelt(like: other.person)
      && one.isImported == other.isImported
  }
}
