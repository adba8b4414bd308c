import Desk
import EventSourcing

/// How the office's state, and a clock that was accepted, are written in their rows.
enum OfficeCoding {
  static func encode(_ state: OfficeState) -> [UInt8] {
    var row = RowWriter()
    row.put(state.version.rawValue)
    row.put(state.rules.rawValue)
    row.put(state.prefixes) { $0.put($1) }
    row.put(state.floors) { row, floor in
      row.put(floor.first.number)
      row.put(floor.last.number)
      row.put(floor.serial)
    }
    row.put(state.lastLoss) { $0.put($1.rawValue) }
    row.put(state.lastBreak) { $0.put($1.rawValue) }
    row.put(state.lastClock) { row, clock in
      row.put(clock.position.rawValue)
      put(clock, &row)
    }
    return row.bytes
  }

  static func state(_ row: inout RowReader) throws(RowError) -> OfficeState {
    var state = OfficeState()
    state.version = Version(try row.number())
    state.rules = Position(try row.number())
    state.prefixes = try row.array { (row) throws(RowError) in try row.string() }
    state.floors = try row.array { (row) throws(RowError) in
      SerialFloor(
        first: CalendarDay(number: try row.number()), last: CalendarDay(number: try row.number()),
        serial: try row.number())
    }
    state.lastLoss = try row.optional { (row) throws(RowError) in Position(try row.number()) }
    state.lastBreak = try row.optional { (row) throws(RowError) in Position(try row.number()) }
    state.lastClock = try row.optional { (row) throws(RowError) in
      let position = Position(try row.number())
      return try clock(&row, at: position)
    }
    return state
  }

  static func encode(_ clock: AcceptedClock) -> [UInt8] {
    var row = RowWriter()
    put(clock, &row)
    return row.bytes
  }

  static func clock(_ row: inout RowReader, at position: Position) throws(RowError) -> AcceptedClock {
    AcceptedClock(
      position: position, facts: ClockAccepted(shown: try row.time(), expected: try row.time()),
      recordedAt: try row.time())
  }

  private static func put(_ clock: AcceptedClock, _ row: inout RowWriter) {
    row.put(clock.facts.shown)
    row.put(clock.facts.expected)
    row.put(clock.recordedAt)
  }
}
