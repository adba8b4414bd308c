public import EventSourcing

extension CaseState {
  /// What the receipt of a case says, and where it stands in the ledger.
  ///
  /// It is most of a state, nearly all of it texts, and the same after nearly every event. So all copies hold it together,
  /// and one that is changed gets its own.
  public struct Reception: Hashable, Sendable {
    @usableFromInline struct Said: Hashable, Sendable {
      @usableFromInline var version: Version
      @usableFromInline var facts: Received
      @usableFromInline var at: Timestamp
      @usableFromInline var offset: UTCOffset
      @usableFromInline var receiver: String
      @usableFromInline var imported: Import?
      @usableFromInline var rules: Position

      @usableFromInline init(
        version: Version, facts: Received, at: Timestamp, offset: UTCOffset, receiver: String, imported: Import?,
        rules: Position
      ) {
        self.version = version
        self.facts = facts
        self.at = at
        self.offset = offset
        self.receiver = receiver
        self.imported = imported
        self.rules = rules
      }
    }

    @usableFromInline final class Held: Sendable {
      @usableFromInline let said: Said

      @usableFromInline init(_ said: Said) { self.said = said }
    }

    @usableFromInline var held: Held

    public init(
      version: Version, facts: Received, at: Timestamp, offset: UTCOffset, receiver: String, imported: Import?,
      rules: Position
    ) {
      held = Held(
        Said(
          version: version, facts: facts, at: at, offset: offset, receiver: receiver, imported: imported, rules: rules))
    }

    /// Which event it is: as a rule the first.
    public var version: Version {
      @inlinable get { held.said.version }
      set {
        var said = held.said
        said.version = newValue
        held = Held(said)
      }
    }

    public var facts: Received {
      @inlinable _read { yield held.said.facts }
      _modify {
        var said = held.said
        defer { held = Held(said) }
        yield &said.facts
      }
    }

    @inlinable public var at: Timestamp { held.said.at }
    @inlinable public var offset: UTCOffset { held.said.offset }
    @inlinable public var receiver: String { held.said.receiver }
    /// How it came in from another register; nil for a receipt of the office's own.
    @inlinable public var imported: Import? { held.said.imported }
    /// The rules that the case was received under.
    @inlinable public var rules: Position { held.said.rules }

    public var day: CalendarDay { at.day(at: offset) }
    public var isImported: Bool {
      if case .some = held.said.imported { true } else { false }
    }

    /// Whether both are one copy, and so the same byte by byte. It costs nothing to ask; two that say the same need not be.
    @inlinable
    public func isTriviallyIdentical(to other: Reception) -> Bool { held === other.held }

    public static func == (one: Reception, other: Reception) -> Bool {
      one.held === other.held || one.held.said == other.held.said
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(held.said) }
  }

  /// Whether the receipt is the one of another state, as far as that can be told without reading it.
  @inlinable
  public func hasReception(of other: CaseState) -> Bool {
    guard case .some(let own) = reception, case .some(let its) = other.reception else {
      if case .none = reception, case .none = other.reception { return true }
      return false
    }
    return own.isTriviallyIdentical(to: its)
  }
}
