/// What is known, at a restore, of the codes that the lost events may have given out.
public struct LostCodes: Hashable, Sendable {
  /// The days of the last event that is known and of the restore, in any order.
  public var lastEvent: CalendarDay
  public var today: CalendarDay
  /// The greatest serial that is known to be given out, or was left free by a restore that is lost itself.
  public var greatest: UInt32
  /// How far above it codes begin.
  public var step: Int

  public init(lastEvent: CalendarDay, today: CalendarDay, greatest: UInt32, step: Int) {
    self.lastEvent = lastEvent
    self.today = today
    self.greatest = greatest
    self.step = step
  }

  /// - Parameter floor: under which codes of this office do not begin already.
  public func floor(above floor: UInt32) -> SerialFloor {
    // Serials have 32 bits in the views, and there is to be room above.
    SerialFloor(
      first: min(lastEvent, today), last: max(lastEvent, today),
      serial: min(UInt32(clamping: Int(max(greatest, floor)) + step), 4_000_000_000))
  }
}
