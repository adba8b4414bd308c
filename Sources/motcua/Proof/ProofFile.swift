import DeskInterface
import Varlink

/// What is proved, as it stands in a file that everybody can check without a daemon.
enum ProofFile: Equatable {
  case events(EventsProof)
  case growth(GrowthProof)

  static let format = "motcua proof 1"

  /// JSON that people can read too: a member a line.
  var text: String {
    var members = [("format", JSONWriter.quoted(Self.format))]
    switch self {
    case .events(let proof):
      let events = proof.events.map { event in
        let path = Self.list(event.path.map(JSONWriter.quoted), indent: 6)
        let record = JSONWriter.quoted(event.record)
        return "{\n      \"position\": \(event.position),\n      \"record\": \(record),\n      \"path\": \(path)\n    }"
      }
      members += [
        ("kind", "\"case\""), ("code", JSONWriter.quoted(proof.code)),
        ("checkpoint", JSONWriter.quoted(proof.checkpoint)), ("verifierKey", JSONWriter.quoted(proof.verifierKey)),
        ("events", Self.list(events, indent: 2)),
      ]
      if let disclosed = proof.disclosed {
        members += [("key", JSONWriter.quoted(disclosed.key)), ("keySlot", "\(disclosed.slot)")]
      }
    case .growth(let proof):
      members += [
        ("kind", "\"consistency\""), ("old", JSONWriter.quoted(proof.old)), ("new", JSONWriter.quoted(proof.new)),
        ("verifierKey", JSONWriter.quoted(proof.verifierKey)),
        ("path", Self.list(proof.path.map(JSONWriter.quoted), indent: 2)),
      ]
    }
    return "{\n" + members.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}\n"
  }

  /// The same on one line. No line of `text` begins or ends inside a string.
  var line: String { text.split(separator: "\n").map(\.trimmed).joined() }

  private static func list(_ items: [String], indent: Int) -> String {
    guard !items.isEmpty else { return "[]" }
    let margin = String(repeating: " ", count: indent)
    return "[\n" + items.map { "\(margin)  \($0)" }.joined(separator: ",\n") + "\n\(margin)]"
  }
}

/// That the events of one case are in the ledger of a checkpoint.
struct EventsProof: Equatable {
  var code: String
  /// The note.
  var checkpoint: String
  var verifierKey: String
  var events: [Wire.ProvedEvent]
  var disclosed: DisclosedKey?
}

/// The key that opens what is sealed of one case.
struct DisclosedKey: Equatable {
  /// In base64.
  var key: String
  var slot: Int
}

/// That the ledger of one checkpoint continues that of an older one.
struct GrowthProof: Equatable {
  /// The notes.
  var old: String
  var new: String
  var verifierKey: String
  var path: [String]
}
