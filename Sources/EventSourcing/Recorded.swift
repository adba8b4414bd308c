/// The place of an event in the whole ledger. The first event has position 1; 0 stands before it.
public struct Position: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Before the first event.
  public static let start = Position(0)
  public var next: Position { Position(rawValue + 1) }
  public static func < (left: Position, right: Position) -> Bool { left.rawValue < right.rawValue }
}

/// The place of an event in its stream. The first event has version 1; 0 means that the stream does not exist yet.
public struct Version: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  public static let none = Version(0)
  public var next: Version { Version(rawValue + 1) }
  public static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
}

/// What a command believes of its stream when it is decided.
public enum ExpectedVersion: Hashable, Sendable {
  case any
  case exactly(Version)

  public func allows(_ actual: Version) -> Bool {
    switch self {
    case .any: true
    case .exactly(let expected): expected == actual
    }
  }
}

/// An event with its place in the ledger.
public struct Recorded<Event> {
  public let position: Position
  public let stream: UInt64
  public let version: Version
  public let event: Event

  public init(position: Position, stream: UInt64, version: Version, event: Event) {
    self.position = position
    self.stream = stream
    self.version = version
    self.event = event
  }
}

extension Recorded: Sendable where Event: Sendable {}
extension Recorded: Equatable where Event: Equatable {}
