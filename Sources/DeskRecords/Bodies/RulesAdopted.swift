import Desk

/// The rules as their canonical text, which is what the ledger keeps of them.
struct RulesAdopted: OfficeBody {
  var text: String
  /// An older release passes over members that it does not know, and would decide without a measure that is on.
  private(set) var schema: UInt32 = 1

  init(_ book: RuleBook) {
    text = CanonicalText.encode(book)
    schema = book.rules.measures.schema
  }

  private init() { text = "" }

  static var number: Int { 28 }
  static var blank: RulesAdopted { RulesAdopted() }

  mutating func fields(_ body: inout some FieldCoder) throws(RecordError) {
    try body.text(1, "text", &text)
  }
}
