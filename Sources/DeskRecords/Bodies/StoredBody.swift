import Desk

/// The stored form of one kind of event: its number in the record, and its fields.
protocol StoredBody {
  /// The field of the record in which it stands.
  static var number: Int { get }
  /// What the fields are read into.
  static var blank: Self { get }
  /// The lowest schema of records that can say it.
  var schema: UInt32 { get }
}

/// The facts of a kind of a case's events.
protocol CaseBody: StoredBody {
  /// The fields outside the seal, and those of what is sealed, each by ascending number. Whatever identifies a person, or may,
  /// because somebody wrote it in his own words, stands in `personal`.
  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError)
}

/// The facts of a kind of the office's events, which are about no person and seal nothing.
protocol OfficeBody: StoredBody {
  mutating func fields(_ body: inout some FieldCoder) throws(RecordError)
}
