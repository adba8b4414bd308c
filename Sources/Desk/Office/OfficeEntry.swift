public import EventSourcing

/// An event of the office with its place in the ledger, by which what comes later names it.
public struct OfficeEntry: Hashable, Sendable {
  public var event: OfficeEvent
  public var circumstances: CaseEvent.Circumstances
  public var position: Position

  public init(_ event: OfficeEvent, _ circumstances: CaseEvent.Circumstances, at position: Position) {
    self.event = event
    self.circumstances = circumstances
    self.position = position
  }
}
