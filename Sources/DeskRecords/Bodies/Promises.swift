import Desk

/// The promises of an event's envelope. To whom they were made is sealed.
enum StoredPromises {
  /// The field of the record in which each of them stands, after the body.
  static let number = 100
  /// The field of `Personal` that says to whom.
  static let personalNumber = 23

  /// The lowest schema of records that can say them; 0 where there are none.
  static func schema(of promises: [Promised]) -> UInt32 {
    var schema: UInt32 = 0
    for promise in promises { schema = max(schema, promise.kind.schema) }
    return schema
  }

  static func fields(_ promise: inout Promised, _ message: inout some FieldCoder) throws(RecordError) {
    try message.word(1, "kind", &promise.kind)
    try message.instant(2, "due", &promise.due)
  }

  static func names(_ personal: inout some FieldCoder, _ names: inout [String]) throws(RecordError) {
    try personal.texts(personalNumber, "promised_to", &names)
  }

  static func write(_ promises: [Promised], _ record: inout FieldWriter) throws(RecordError) {
    for promise in promises {
      var (promise, message) = (promise, FieldWriter(reserving: 16))
      try fields(&promise, &message)
      record.put(number, message.bytes)
    }
  }

  /// Whom they were made to, when anybody is named.
  static func write(namesOf promises: [Promised], _ personal: inout FieldWriter) throws(RecordError) {
    guard promises.contains(where: { $0.to != nil }) else { return }
    var (written, names) = (FieldWriter(reserving: 64), promises.map { $0.to ?? "" })
    try self.names(&written, &names)
    try personal.insert(written.bytes, of: personalNumber)
  }

  static func read(_ parts: [FieldReader], personal: FieldReader) throws(RecordError) -> [Promised] {
    guard !parts.isEmpty else { return [] }
    var (personal, names) = (personal, [String]())
    try self.names(&personal, &names)
    var promises: [Promised] = []
    for (index, part) in parts.enumerated() {
      var (message, promise) = (part, Promised(.notice, due: nil, to: nil))
      try fields(&promise, &message)
      if names.indices.contains(index), !names[index].isEmpty { promise.to = names[index] }
      promises.append(promise)
    }
    return promises
  }
}

extension Promised.Kind {
  /// The schema of records that the word came with.
  fileprivate var schema: UInt32 {
    switch self {
    case .notice: 3
    }
  }
}
