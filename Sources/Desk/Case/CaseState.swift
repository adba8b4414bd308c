public import EventSourcing

/// What the events of one case add up to. Lateness is not in it: that is a question of the state and the time
/// (`Standing`).
public struct CaseState: Hashable, Sendable {
  /// When and as which version something was recorded: enough to void it.
  public struct Mark: Hashable, Sendable {
    public var version: Version
    public var recordedDay: CalendarDay

    public init(version: Version, recordedDay: CalendarDay) {
      self.version = version
      self.recordedDay = recordedDay
    }
  }

  public struct Receipt: Hashable, Sendable {
    public var facts: Received
    public var at: Timestamp
    public var offset: UTCOffset
    public var receiver: String
    public var isImported: Bool
    /// The rules that the case was received under.
    public var rules: Position

    public init(
      facts: Received, at: Timestamp, offset: UTCOffset, receiver: String, isImported: Bool, rules: Position
    ) {
      self.facts = facts
      self.at = at
      self.offset = offset
      self.receiver = receiver
      self.isImported = isImported
      self.rules = rules
    }

    public var day: CalendarDay { at.day(at: offset) }
  }

  public struct Apology: Hashable, Sendable {
    public var mark: Mark
    public var cause: String
    public var at: Timestamp
    /// The promised date that it answers for, if it answers for one.
    public var settles: Timestamp?
    public var newDue: Timestamp?

    public init(mark: Mark, cause: String, at: Timestamp, settles: Timestamp?, newDue: Timestamp?) {
      self.mark = mark
      self.cause = cause
      self.at = at
      self.settles = settles
      self.newDue = newDue
    }
  }

  public struct Resolution: Hashable, Sendable {
    public var mark: Mark
    public var facts: Resolved
    public var at: Timestamp
    public var day: CalendarDay

    public init(mark: Mark, facts: Resolved, at: Timestamp, day: CalendarDay) {
      self.mark = mark
      self.facts = facts
      self.at = at
      self.day = day
    }
  }

  public struct Handover: Hashable, Sendable {
    public var mark: Mark
    public var to: String?
    public var at: Timestamp

    public init(mark: Mark, to: String?, at: Timestamp) {
      self.mark = mark
      self.to = to
      self.at = at
    }
  }

  public struct Withdrawal: Hashable, Sendable {
    public var mark: Mark
    public var at: Timestamp
    public var day: CalendarDay

    public init(mark: Mark, at: Timestamp, day: CalendarDay) {
      self.mark = mark
      self.at = at
      self.day = day
    }
  }

  public struct Erasure: Hashable, Sendable {
    public var at: Timestamp
    public var recordedAt: Timestamp
    public var basis: String

    public init(at: Timestamp, recordedAt: Timestamp, basis: String) {
      self.at = at
      self.recordedAt = recordedAt
      self.basis = basis
    }
  }

  public var version: Version = .none
  /// Nil until the case is received.
  public var receipt: Receipt?
  public var consultations: [Mark] = []
  public var steps: [Mark] = []
  public var apologies: [Apology] = []
  public var resolution: Resolution?
  public var handover: Handover?
  public var withdrawal: Withdrawal?
  public var erasure: Erasure?

  public init() {}

  /// The first promised date, which decides between on time and late.
  public var firstDue: Timestamp? { receipt?.facts.due }
  /// The latest appointment, which decides what is owed.
  public var due: Timestamp? { apologies.last { $0.newDue != nil }?.newDue ?? firstDue }
  public var reappointments: Int { apologies.count { $0.newDue != nil } }

  // By patterns: a comparison with nil would copy the value first.
  public var isOpen: Bool {
    if case .some = receipt, case .none = resolution, case .none = withdrawal, case .none = erasure {
      true
    } else {
      false
    }
  }
  /// Nothing is left to do: handed over, withdrawn, an enquiry that was answered, or closed in the register that it
  /// came from. And erased: only what has ended is erased, though its end may be among events that are lost.
  public var isEnded: Bool { hasEnd || erasure != nil }

  private var hasEnd: Bool {
    handover != nil || withdrawal != nil
      || (resolution.map { $0.facts.closes || receipt?.facts.kind == .enquiry } ?? false)
  }

  public var status: Status {
    if withdrawal != nil { return .withdrawn }
    if hasEnd { return .returned }
    if resolution != nil { return .ready }
    return consultations.isEmpty && steps.isEmpty ? .received : .processing
  }

  /// Who is asked about the case: the responsible person, else who received it.
  public var clerk: String? { receipt.map { $0.facts.responsible ?? $0.receiver } }
}
