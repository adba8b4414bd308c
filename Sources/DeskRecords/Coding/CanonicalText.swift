public import Desk
import Varlink

/// The rules as the ledger keeps them: JSON with sorted members, the same text for the same rules on every machine.
public enum CanonicalText {
  public static func encode(_ book: RuleBook) -> String {
    String(decoding: MemberWriter.json(of: book), as: UTF8.self)
  }

  public static func decode(_ text: String) throws(RecordError) -> RuleBook {
    let node: JSONNode
    do throws(StrictJSON.Failure) { node = try StrictJSON.parse(Array(text.utf8)) } catch {
      throw .malformed("rules: \(error)")
    }
    return try MemberReader.read(node)
  }
}
