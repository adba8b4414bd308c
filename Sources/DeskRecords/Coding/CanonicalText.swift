import FoundationEssentials
public import Desk

/// The rules as the ledger keeps them: JSON with sorted keys, the same text for the same rules on every machine.
public enum CanonicalText {
  public static func encode(_ book: RuleBook) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(book), as: UTF8.self)
  }

  public static func decode(_ text: String) throws(RecordError) -> RuleBook {
    do {
      return try JSONDecoder().decode(RuleBook.self, from: Data(text.utf8))
    } catch {
      throw .malformed("rules: \(error)")
    }
  }
}
