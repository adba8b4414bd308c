public import EventSourcing

/// What later decisions need to know of the office. Its books are not here: they stand in the ledger, each at its position.
public struct OfficeState: Hashable, Sendable {
  public var version = Version.none
  /// Where the rules in force were adopted; `Position.start` before any were.
  public var rules = Position.start
  /// Every prefix that codes of this office ever began with, sorted.
  public var prefixes: [String] = []
  /// Codes that may have been given out by events that are lost. What another floor covers is not among them.
  public var floors: [SerialFloor] = []
  /// Where the last loss is recorded.
  public var lastLoss: Position?
  /// Where the last loss is recorded that makes a new signing key necessary.
  public var lastBreak: Position?
  /// The clock that was accepted last.
  public var lastClock: AcceptedClock?

  public init() {}

  /// Codes of that day begin after it.
  public func serialFloor(on day: CalendarDay) -> UInt32 {
    floors.lazy.filter { day <= $0.last }.map(\.serial).max() ?? 0
  }

  public var greatestFloor: UInt32 { floors.lazy.map(\.serial).max() ?? 0 }

  mutating func raise(_ floor: SerialFloor) {
    func covers(_ one: SerialFloor, _ other: SerialFloor) -> Bool {
      one.last >= other.last && one.serial >= other.serial
    }
    if floors.contains(where: { covers($0, floor) }) { return }
    floors.removeAll { covers(floor, $0) }
    floors.append(floor)
  }
}
