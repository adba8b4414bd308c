public import Desk

/// The days that are asked about, and the instant up to which they can be answered.
public struct ScorecardPeriod: Hashable, Sendable {
  public var days: ClosedRange<CalendarDay>
  public var now: Timestamp
  public var offset: UTCOffset

  public init(_ days: ClosedRange<CalendarDay>, now: Timestamp, offset: UTCOffset) {
    self.days = days
    self.now = now
    self.offset = offset
  }

  /// The last day of which anything can have happened.
  var lastDay: CalendarDay { min(days.upperBound, now.day(at: offset)) }

  /// Dates from here on belong to it.
  var start: Timestamp { days.lowerBound.at(.midnight, offset) }

  /// Dates before this one belong to it and are past. Exactly at a date it is not past, and an open case is in time.
  var end: Timestamp { min(days.upperBound.adding(1).at(.midnight, offset), now) }

  /// Whether what was decided then is counted.
  public func holds(_ moment: Contribution.Moment) -> Bool {
    switch moment {
    case .day(let day): days.lowerBound <= day && day <= lastDay
    case .instant(let instant): start <= instant && instant < end
    }
  }
}

/// Units by part, those of imported history apart.
struct PartCounts {
  private var own: [CountedUnit: [UInt8: Int]] = [:]
  private var imported: [CountedUnit: [UInt8: Int]] = [:]

  mutating func add(_ count: Int, of unit: CountedUnit, part: UInt8, isImported: Bool) {
    if isImported {
      imported[unit, default: [:]][part, default: 0] += count
    } else {
      own[unit, default: [:]][part, default: 0] += count
    }
  }

  /// Every row of the scorecard.
  var figures: [Figure] {
    Indicator.all.map { Figure($0, parts: own[$0.unit] ?? [:], imported: imported[$0.unit] ?? [:]) }
  }
}

/// The scorecard of states that are told one after the other, in memory: what the view keeps, counted anew.
public struct ScorecardFold: Sendable {
  private let period: ScorecardPeriod
  private var counts = PartCounts()

  public init(_ period: ScorecardPeriod) { self.period = period }

  public mutating func add(_ state: CaseState) {
    for contribution in state.contributions where period.holds(contribution.at) {
      counts.add(1, of: contribution.unit, part: contribution.part, isImported: contribution.isImported)
    }
  }

  public var figures: [Figure] { counts.figures }
}
