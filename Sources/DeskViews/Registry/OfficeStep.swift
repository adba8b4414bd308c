public import Desk

/// An event of the office with the state that it leaves: what the office's view is a function of.
public struct OfficeStep: Hashable, Sendable {
  public var entry: OfficeEntry
  public var state: OfficeState

  public init(entry: OfficeEntry, state: OfficeState) {
    self.entry = entry
    self.state = state
  }
}
