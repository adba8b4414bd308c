public import Desk
public import EventSourcing

/// An event as the ledger holds it, with what the ledger needs to know about the command that made it.
public struct StoredEvent: Hashable, Sendable {
  public enum Body: Hashable, Sendable {
    case desk(CaseEvent)
    case office(OfficeEvent, CaseEvent.Circumstances)

    public var kind: EventKind {
      switch self {
      case .desk(let event): event.body.kind
      case .office(let event, _): event.kind
      }
    }

    /// The kind of stream in which it happened.
    public var streamKind: StreamKind {
      switch self {
      case .desk: .case
      case .office: .office
      }
    }
  }

  /// Which command made the event; the same for all its events.
  public struct Command: Hashable, Sendable {
    /// 16 bytes.
    public var id: [UInt8]
    /// Tells two different commands of the same id apart, and says nothing once the key of their stream is destroyed; empty
    /// in what a release before 0.3.0 recorded.
    public var digest: [UInt8]
    /// What those releases recorded in its place, keyed by the master key of then. Nothing is held against it any more: it
    /// is read so that the event can be written as it was.
    public var digestOfBefore: [UInt8]

    public init(id: [UInt8], digest: [UInt8], digestOfBefore: [UInt8] = []) {
      self.id = id
      self.digest = digest
      self.digestOfBefore = digestOfBefore
    }
  }

  public var stream: UInt64
  public var version: Version
  public var command: Command
  public var body: Body
  /// Read without what it seals, because the key is gone or not here.
  public var isClosed = false

  public init(stream: UInt64, version: Version, command: Command, body: Body) {
    self.stream = stream
    self.version = version
    self.command = command
    self.body = body
  }

  public var circumstances: CaseEvent.Circumstances {
    switch body {
    case .desk(let event): event.circumstances
    case .office(_, let circumstances): circumstances
    }
  }

  public var kind: EventKind { body.kind }
  public var isErasure: Bool { kind.isErasure }
}
