public import Desk

/// A case with its number: what every projection is a function of.
public struct CaseRow: Hashable, Sendable {
  public var number: UInt64
  public var state: CaseState

  public init(number: UInt64, state: CaseState) {
    self.number = number
    self.state = state
  }
}

/// One row of a table of the views.
public struct ViewRow: Hashable, Sendable {
  public var key: [UInt8]
  public var value: [UInt8]

  init(_ key: [UInt8], _ value: [UInt8] = []) {
    self.key = key
    self.value = value
  }
}
