public import Desk
public import DeskInterface
public import EventSourcing

extension Wire.Event {
  /// An event with its place, in the form in which all programs get it.
  ///
  /// - Parameters:
  ///   - time: writes an instant as whoever presents the event does.
  ///   - rules: writes rules as the ledger keeps them.
  public init(
    _ body: EventBody, _ circumstances: CaseEvent.Circumstances, position: Position, code: String?, number: UInt64,
    version: Version, commandID: String, isClosed: Bool, time: (Timestamp) -> String,
    rules: (RuleBook) throws -> String
  ) rethrows {
    func event(_ type: Wire.EventType) -> Wire.Event {
      Wire.Event(
        position: Int(clamping: position.rawValue), code: code, number: Int(clamping: number),
        version: Int(version.rawValue), type: type, recordedAt: time(circumstances.recordedAt),
        occurredAt: time(circumstances.occurredAt), lateEntryReason: circumstances.lateEntryReason,
        uid: Int(circumstances.actor.uid), account: circumstances.actor.account, role: circumstances.actor.roleWord,
        onBehalfOf: circumstances.actor.onBehalfOf,
        commandId: commandID, rulesPosition: Int(clamping: circumstances.rules.rawValue),
        imported: circumstances.isImported, closed: isClosed ? true : nil,
        stream: Self.stream(of: body, code: code), importedFrom: circumstances.register)
    }
    // The one switch of this layer over the kinds of events: each hands over to its own file.
    switch body {
    case .desk(.received(let facts)):
      self = event(.received)
      received = Wire.Received(facts, time: time)
    case .desk(.consulted(let facts)):
      self = event(.consulted)
      consulted = Wire.Consulted(facts)
    case .desk(.progressed(let facts)):
      self = event(.progressed)
      progressed = Wire.Progressed(facts)
    case .desk(.apologised(let facts)):
      self = event(.apologised)
      apologised = Wire.Apologised(facts, time: time)
    case .desk(.resolved(let facts)):
      self = event(.resolved)
      resolved = Wire.Resolved(facts)
    case .desk(.returned(let facts)):
      self = event(.returned)
      returned = Wire.Returned(facts)
    case .desk(.withdrawn(let facts)):
      self = event(.withdrawn)
      withdrawn = Wire.Withdrawn(facts)
    case .desk(.corrected(let facts)):
      self = event(.corrected)
      corrected = Wire.Corrected(facts)
    case .desk(.erased(let facts)):
      self = event(.erased)
      erased = Wire.Erased(facts)
    case .desk(.notified(let facts)):
      self = event(.notified)
      notified = Wire.Notified(facts)
    case .office(.rulesAdopted(let book)):
      self = event(.rulesAdopted)
      rulesAdopted = try Wire.RulesAdopted(book, text: rules)
    case .office(.restored(let facts)):
      self = event(.restored)
      restored = Wire.Restored(facts)
    case .office(.clockAccepted(let facts)):
      self = event(.clockAccepted)
      clockAccepted = Wire.ClockAccepted(facts, time: time)
    }
  }

  /// Nothing where the other members say it, as clients of every release read them: a code is a case's, and without one it
  /// is the office's.
  private static func stream(of body: EventBody, code: String?) -> Wire.StreamKind? {
    switch body.streamKind {
    case .office: nil
    case .case: code == nil ? .caseStreamKind : nil
    }
  }
}
