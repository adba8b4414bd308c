import Desk

// The one place of this layer that knows all kinds: each hands over to its own file, for writing and for reading.

extension EventKind {
  /// The field of the record in which the kind's body stands.
  var recordNumber: Int {
    switch self {
    case .received: Received.number
    case .consulted: Consulted.number
    case .progressed: Progressed.number
    case .apologised: Apologised.number
    case .resolved: Resolved.number
    case .returned: Returned.number
    case .withdrawn: Withdrawn.number
    case .corrected: Corrected.number
    case .erased: Erased.number
    case .notified: Notified.number
    case .rulesAdopted: RulesAdopted.number
    case .restored: Restored.number
    case .clockAccepted: ClockAccepted.number
    }
  }

  init?(recordNumber: Int) {
    guard Self.byNumber.indices.contains(recordNumber), let kind = Self.byNumber[recordNumber] else { return nil }
    self = kind
  }

  private static let byNumber: [EventKind?] = {
    var kinds = [EventKind?](repeating: nil, count: (allCases.map(\.recordNumber).max() ?? 0) + 1)
    for kind in allCases { kinds[kind.recordNumber] = kind }
    return kinds
  }()
}

extension StoredEvent.Body {
  /// Writes what happened: into the record, and into what it seals.
  ///
  /// - Returns: the lowest schema that can say it.
  func write<Coder: FieldCoder>(
    _ body: inout Coder, personal: inout Coder, keyCommitment: [UInt8]
  ) throws -> UInt32 {
    switch self {
    case .desk(let event):
      switch event.body {
      case .received(let facts):
        let schema = try facts.write(&body, personal: &personal)
        var commitment = keyCommitment
        try Received.commitment(&body, &commitment)
        return schema
      case .consulted(let facts): return try facts.write(&body, personal: &personal)
      case .progressed(let facts): return try facts.write(&body, personal: &personal)
      case .apologised(let facts): return try facts.write(&body, personal: &personal)
      case .resolved(let facts): return try facts.write(&body, personal: &personal)
      case .returned(let facts): return try facts.write(&body, personal: &personal)
      case .withdrawn(let facts): return try facts.write(&body, personal: &personal)
      case .corrected(let facts): return try facts.write(&body, personal: &personal)
      case .erased(let facts): return try facts.write(&body, personal: &personal)
      case .notified(let facts): return try facts.write(&body, personal: &personal)
      }
    case .office(let event, _):
      switch event {
      case .rulesAdopted(let book): return try RulesAdopted(book).write(&body)
      case .restored(let facts): return try facts.write(&body)
      case .clockAccepted(let facts): return try facts.write(&body)
      }
    }
  }

  /// Reads what happened.
  init(
    _ kind: EventKind, _ body: inout FieldReader, personal: inout FieldReader,
    _ circumstances: CaseEvent.Circumstances
  ) throws(RecordError) {
    func event(_ body: CaseEvent.Body) -> Self { .desk(CaseEvent(body, circumstances)) }
    switch kind {
    case .received: self = event(.received(try .read(&body, personal: &personal)))
    case .consulted: self = event(.consulted(try .read(&body, personal: &personal)))
    case .progressed: self = event(.progressed(try .read(&body, personal: &personal)))
    case .apologised: self = event(.apologised(try .read(&body, personal: &personal)))
    case .resolved: self = event(.resolved(try .read(&body, personal: &personal)))
    case .returned: self = event(.returned(try .read(&body, personal: &personal)))
    case .withdrawn: self = event(.withdrawn(try .read(&body, personal: &personal)))
    case .corrected: self = event(.corrected(try .read(&body, personal: &personal)))
    case .erased: self = event(.erased(try .read(&body, personal: &personal)))
    case .notified: self = event(.notified(try .read(&body, personal: &personal)))
    case .rulesAdopted:
      let book = try CanonicalText.decode(RulesAdopted.read(&body).text)
      self = .office(.rulesAdopted(book), circumstances)
    case .restored: self = .office(.restored(try .read(&body)), circumstances)
    case .clockAccepted: self = .office(.clockAccepted(try .read(&body)), circumstances)
    }
  }
}

extension CaseBody {
  fileprivate func write<Coder: FieldCoder>(
    _ body: inout Coder, personal: inout Coder
  ) throws(RecordError) -> UInt32 {
    var facts = self
    try facts.fields(&body, personal: &personal)
    return schema
  }

  fileprivate static func read(_ body: inout FieldReader, personal: inout FieldReader) throws(RecordError) -> Self {
    var facts = blank
    try facts.fields(&body, personal: &personal)
    return facts
  }
}

extension OfficeBody {
  fileprivate func write(_ body: inout some FieldCoder) throws(RecordError) -> UInt32 {
    var facts = self
    try facts.fields(&body)
    return schema
  }

  fileprivate static func read(_ body: inout FieldReader) throws(RecordError) -> Self {
    var facts = blank
    try facts.fields(&body)
    return facts
  }
}
