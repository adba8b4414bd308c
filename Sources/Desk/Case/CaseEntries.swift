public import EventSourcing

extension CaseState {
  /// What an event of the case has left that still counts, with the version that names it.
  public struct Entry: Hashable, Sendable {
    public var version: Version
    public var effect: Effect

    public init(_ version: Version, _ effect: Effect) {
      self.version = version
      self.effect = effect
    }
  }

  /// What later decisions and the views need of an event, kind by kind. What is large is kept apart, so that a case of many
  /// steps stays small.
  public enum Effect: Hashable, Sendable {
    case consulted
    case progressed
    indirect case apologised(Apology)
    indirect case resolved(Resolution)
    indirect case returned(Handover)
    case withdrawn(Withdrawal)
    case notified(Notification)
    indirect case corrected(Reassignment)

    /// Whether the office has begun with the case.
    var isProcessing: Bool {
      switch self {
      case .consulted: Consulted.beginsProcessing
      case .progressed: Progressed.beginsProcessing
      case .apologised: Apologised.beginsProcessing
      case .resolved: Resolved.beginsProcessing
      case .returned: Returned.beginsProcessing
      case .withdrawn: Withdrawn.beginsProcessing
      case .notified: Notified.beginsProcessing
      case .corrected: Corrected.beginsProcessing
      }
    }

    /// Whether it may make a promise or settle one, or change a date.
    public var concernsPromises: Bool {
      switch self {
      case .apologised, .resolved, .returned, .withdrawn, .notified: true
      case .consulted, .progressed, .corrected: false
      }
    }

    /// Leaves what the record says outside its seal.
    mutating func forget() {
      switch self {
      case .resolved(var resolution):
        resolution.facts.forget()
        self = .resolved(resolution)
      case .returned(var handover):
        handover.forget()
        self = .returned(handover)
      case .corrected(var reassignment):
        reassignment.forget()
        self = .corrected(reassignment)
      case .consulted, .progressed, .apologised, .withdrawn, .notified: break
      }
    }
  }

  /// As the effect of the event that is applied now.
  mutating func keep(_ effect: Effect) { entries.append(Entry(version, effect)) }

  /// Whether what the event of this version left still counts.
  func stands(_ version: Version) -> Bool { entries.contains { $0.version == version } }

  /// The event of this version counts no more.
  mutating func void(_ version: Version) {
    entries.removeAll { $0.version == version }
    promised.removeAll { $0.version == version }
  }

  /// Leaves what the sealed parts of the events do not say: the same state as folding the events without their key.
  mutating func forget() {
    reception?.facts.forget()
    for index in entries.indices { entries[index].effect.forget() }
    for index in promised.indices { promised[index].promised.to = nil }
  }

  /// The last effect of which there is something to say.
  func latest<Value>(_ value: (Effect) -> Value?) -> Value? {
    var index = entries.count
    while index > 0 {
      index -= 1
      if let value = value(entries[index].effect) { return value }
    }
    return nil
  }

  func contains(_ isWanted: (Effect) -> Bool) -> Bool { entries.contains { isWanted($0.effect) } }
}
