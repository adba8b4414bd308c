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

    /// Whether it may change what the case adds to the figures.
    public var concernsFigures: Bool {
      switch self {
      case .apologised, .resolved, .withdrawn, .corrected: true
      // A hand-over comes after the end that is counted.
      case .consulted, .progressed, .returned, .notified: false
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

  /// Whether both states of one case have the same entries, of those that are asked about. What stands there is never
  /// changed but by an erasure, so that the versions tell.
  public func hasEntries(of before: CaseState, where concerns: (Effect) -> Bool) -> Bool {
    guard case .none = erasure, case .none = before.erasure else { return entries == before.entries }
    var (old, new) = (0, 0)
    while true {
      while old < before.entries.count, !concerns(before.entries[old].effect) { old += 1 }
      while new < entries.count, !concerns(entries[new].effect) { new += 1 }
      guard old < before.entries.count, new < entries.count else {
        return old == before.entries.count && new == entries.count
      }
      guard before.entries[old].version == entries[new].version else { return false }
      old += 1
      new += 1
    }
  }

  func contains(_ isWanted: (Effect) -> Bool) -> Bool { entries.contains { isWanted($0.effect) } }
}
