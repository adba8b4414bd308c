public import EventSourcing

/// Decides about the office itself. Pure: what it needs to know of the world is in its context. Nothing is refused, because
/// whoever asks has looked whether it may be.
public struct OfficeDecider: Decider {
  public struct Context: Sendable {
    /// The office's time.
    public var now: Timestamp
    /// What the event is recorded under: never earlier than the last one.
    public var recordedAt: Timestamp
    public var actor: Actor
    /// The office's offset, as the rules in force say it, or whoever knows as long as there are none.
    public var offset: UTCOffset
    /// The rules in force; nil before any were adopted.
    public var book: RuleBook?
    /// Where the next event of the ledger will stand.
    public var next: Position
    /// What may have been given out by the events that are lost; nil where the loss itself says it, or nobody asks.
    public var lost: LostCodes?

    public init(
      now: Timestamp, recordedAt: Timestamp, actor: Actor, offset: UTCOffset, book: RuleBook?, next: Position,
      lost: LostCodes? = nil
    ) {
      self.now = now
      self.recordedAt = recordedAt
      self.actor = actor
      self.offset = offset
      self.book = book
      self.next = next
      self.lost = lost
    }
  }

  public let context: Context

  public init(_ context: Context) { self.context = context }

  public static var initialState: OfficeState { OfficeState() }

  /// No event when what is asked is done already.
  public func decide(_ command: OfficeCommand, _ state: OfficeState) throws(Never) -> [OfficeEntry] {
    if Self.isDone(command, state, under: context.book) { return [] }
    switch command {
    // Rules are in force from their own event on.
    case .adopt(let book):
      return [entry(.rulesAdopted(book), rules: context.next, offset: book.office.utcOffset)]
    case .restore(var loss):
      if loss.floor == nil { loss.floor = context.lost?.floor(above: state.greatestFloor) }
      return [entry(.restored(loss), rules: state.rules, offset: context.offset)]
    case .acceptClock(let facts): return [entry(.clockAccepted(facts), rules: state.rules, offset: context.offset)]
    }
  }

  private func entry(_ event: OfficeEvent, rules: Position, offset: UTCOffset) -> OfficeEntry {
    OfficeEntry(
      event,
      .init(
        recordedAt: context.recordedAt, occurredAt: context.now, offset: offset, actor: context.actor, rules: rules),
      at: context.next)
  }

  /// Whether the ledger says already what is asked.
  ///
  /// - Parameter book: the rules in force.
  public static func isDone(_ command: OfficeCommand, _ state: OfficeState, under book: RuleBook?) -> Bool {
    switch command {
    case .adopt(let wanted): wanted == book
    // A loss is said after what was put back, and before anything else: one that is said there is this one.
    case .restore(let loss): state.lastLoss.map { $0.rawValue > loss.size } ?? false
    case .acceptClock(let facts): state.lastClock?.facts == facts
    }
  }

  public static func evolve(_ state: inout OfficeState, _ entry: OfficeEntry) {
    state.version = state.version.next
    entry.event.apply(to: &state, at: entry.position, recordedAt: entry.circumstances.recordedAt)
  }
}
