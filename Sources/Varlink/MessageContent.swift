/// The parameters of a message: a JSON object as somebody made it, or as it came and passed the gate.
enum MessageContent: Hashable, Sendable {
  case text([UInt8])
  case node(JSONNode)

  var bytes: [UInt8] {
    switch self {
    case .text(let bytes): bytes
    case .node(let node): Array(node.bytes)
    }
  }

  func node() throws(StrictJSON.Failure) -> JSONNode {
    switch self {
    case .text(let bytes): try StrictJSON.parse(bytes)
    case .node(let node): node
    }
  }

  static func == (one: MessageContent, other: MessageContent) -> Bool { one.bytes == other.bytes }

  func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
