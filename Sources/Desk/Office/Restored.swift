import EventSourcing

/// What was known of the ledger that is lost.
public struct Restored: Hashable, Sendable {
  /// How many events it had at least, and the root of its tree then, in base64. 0 and nothing when nobody knew its end.
  public var knownSize: UInt64
  public var knownRoot: String
  /// How many events were put back: those between the two are lost.
  public var size: UInt64
  /// Who knew: the origin of a checkpoint, or `views`; nobody when its end is unknown.
  public var witness: String
  /// Nobody knew how far the lost ledger went.
  public var isEndUnknown: Bool
  /// Which codes may have been given out by the events that are lost; nil in records of earlier releases.
  public var floor: SerialFloor?
  /// How many cases were erased again by the office's list of erasures; nil when there was no list.
  public var erasures: UInt64?

  public init(
    knownSize: UInt64, knownRoot: String, size: UInt64, witness: String, isEndUnknown: Bool = false,
    floor: SerialFloor? = nil, erasures: UInt64? = nil
  ) {
    self.knownSize = knownSize
    self.knownRoot = knownRoot
    self.size = size
    self.witness = witness
    self.isEndUnknown = isEndUnknown
    self.floor = floor
    self.erasures = erasures
  }

  /// Keys that have signed before it sign nothing after it: nobody can say what the lost events let them sign.
  public var needsNewSigningKey: Bool { isEndUnknown || [Self.views, Self.signedHeads].contains(witness) }

  /// Witnesses that are no key: what the views had seen, and the record of what was signed.
  public static let views = "views"
  public static let signedHeads = "signed-heads"
}

/// Codes that may have been given out though the ledger does not know of them, and are not given again.
///
/// `first` is the day of the last event that is known, `last` that of the restore. Receipts that are recorded after it for
/// any day up to `last` obey: the lost events may have had one for an earlier day, too.
public struct SerialFloor: Hashable, Sendable {
  public var first: CalendarDay
  public var last: CalendarDay
  /// Serials begin after it.
  public var serial: UInt32

  public init(first: CalendarDay, last: CalendarDay, serial: UInt32) {
    self.first = first
    self.last = last
    self.serial = serial
  }
}

extension Restored: OfficeFacts {
  static var kind: EventKind { .restored }

  func apply(to state: inout OfficeState, at position: Position, recordedAt: Timestamp) {
    if let floor { state.raise(floor) }
    state.lastLoss = position
    if needsNewSigningKey { state.lastBreak = position }
  }
}
