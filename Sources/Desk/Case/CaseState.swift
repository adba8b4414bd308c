public import EventSourcing

/// What the events of one case add up to. Lateness is not in it: that is a question of the state and the time
/// (`Standing`).
public struct CaseState: Hashable, Sendable {
  /// When a receipt was brought in, and from which register, if that has a name. Who did it is the receiver.
  public struct Import: Hashable, Sendable {
    public var at: Timestamp
    public var register: String?

    public init(at: Timestamp, register: String?) {
      self.at = at
      self.register = register
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
  public var reception: Reception?
  /// What happened since and still counts, in the order in which it was recorded.
  public var entries: [Entry] = []
  /// The promises of the envelopes of events that still count.
  public var promised: [MadePromise] = []
  public var erasure: Erasure?

  public init() {}

  /// The first promised date, which decides between on time and late.
  public var firstDue: Timestamp? {
    if case .some(let reception) = reception { reception.facts.due } else { nil }
  }
  /// The latest appointment, which decides what is owed.
  public var due: Timestamp? { latest { $0.newDue } ?? firstDue }
  public var reappointments: Int { entries.count { $0.effect.newDue != nil } }

  // By patterns: a comparison with nil would copy the value first.
  public var isOpen: Bool {
    guard case .some = reception, case .none = erasure else { return false }
    return !contains { $0.isResolution || $0.isWithdrawal }
  }
  /// Nothing is left to do: handed over, withdrawn, an enquiry that was answered, or closed in the register that it
  /// came from. And erased: only what has ended is erased, though its end may be among events that are lost.
  public var isEnded: Bool {
    if case .some = erasure { true } else { hasEnd }
  }

  private var hasEnd: Bool {
    contains { $0.isHandover || $0.isWithdrawal }
      || resolution.map { $0.facts.closes || reception?.facts.kind == .enquiry } ?? false
  }

  /// Its end is the word of the register that it came from, which knows no hand-over: nobody here handed anything over.
  public var isClosedByRegister: Bool {
    reception?.isImported == true && resolution?.facts.closes == true
      && !contains { $0.isHandover || $0.isWithdrawal }
  }

  public var status: Status {
    if contains({ $0.isWithdrawal }) { return .withdrawn }
    if hasEnd { return .returned }
    if contains({ $0.isResolution }) { return .ready }
    return contains { $0.isProcessing } ? .processing : .received
  }

  /// Who is asked about the case: the responsible person, else who received it.
  public var clerk: String? { reception.map { $0.facts.responsible ?? $0.receiver } }
}
