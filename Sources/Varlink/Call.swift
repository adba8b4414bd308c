/// One call as a client sends it.
public struct Call: Hashable, Sendable {
  /// Qualified by its interface.
  public let method: String
  private let content: MessageContent
  /// The client takes more than one reply.
  public let more: Bool
  /// The client takes no reply at all.
  public let oneway: Bool

  public init(method: String, parameters: [UInt8] = emptyObject, more: Bool = false, oneway: Bool = false) {
    self.init(method: method, content: .text(parameters), more: more, oneway: oneway)
  }

  private init(method: String, content: MessageContent, more: Bool, oneway: Bool) {
    self.method = method
    self.content = content
    self.more = more
    self.oneway = oneway
  }

  /// A JSON object; `{}` when the call had none or null.
  public var parameters: [UInt8] { content.bytes }

  /// The interface part of the method's name; nil when there is none.
  public var interface: String? { split?.interface }

  /// The method's name without its interface; nil when there is no interface.
  public var shortMethod: String? { split?.method }

  private var split: (interface: String, method: String)? {
    guard let dot = method.utf8.lastIndex(of: UInt8(ascii: ".")), dot > method.startIndex else { return nil }
    return (String(method[..<dot]), String(method[method.utf8.index(after: dot)...]))
  }
}

/// A frame that is no call or no reply: after it nothing on the connection can be trusted.
public struct ProtocolViolation: Error, Hashable, Sendable, CustomStringConvertible {
  public let reason: String
  /// In bytes from the start of the frame.
  public let offset: Int

  public init(reason: String, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  init(_ failure: StrictJSON.Failure) {
    self.init(reason: failure.reason.rawValue, offset: failure.offset)
  }

  public var description: String { "\(reason) at byte \(offset)" }
}

extension Call {
  /// The frame without its NUL.
  public func encoded() -> [UInt8] {
    var frame = Array("{\"method\":".utf8)
    frame.reserveCapacity(method.utf8.count + parameters.count + 48)
    JSONWriter.append(method, to: &frame)
    frame.append(contentsOf: ",\"parameters\":".utf8)
    frame.append(contentsOf: parameters)
    if more { frame.append(contentsOf: ",\"more\":true".utf8) }
    if oneway { frame.append(contentsOf: ",\"oneway\":true".utf8) }
    frame.append(UInt8(ascii: "}"))
    return frame
  }

  /// Reads a frame without its NUL: the gate first, then the shape of a call.
  ///
  /// An unknown key is refused, because a client that sends one expects something of it.
  /// The node is that of the parameters, to be read without a second pass.
  public static func parse(_ frame: [UInt8]) throws(ProtocolViolation) -> (call: Call, parameters: JSONNode) {
    let root: JSONNode
    do { root = try StrictJSON.parse(frame) } catch { throw ProtocolViolation(error) }
    guard root.kind == .object else { throw ProtocolViolation(reason: "a call is an object", offset: root.offset) }
    var method: String?
    var parameters = noParameters
    var more = false
    var oneway = false
    for (key, value) in root.members {
      if key.isString("method" as StaticString) {
        guard let string = value.string else { throw value.violation("method is not a string") }
        method = string
      } else if key.isString("parameters" as StaticString) {
        switch value.kind {
        case .object: parameters = value
        case .null: break
        default: throw value.violation("parameters is not an object")
        }
      } else if key.isString("more" as StaticString) {
        more = try value.flag("more")
      } else if key.isString("oneway" as StaticString) {
        oneway = try value.flag("oneway")
      } else if key.isString("upgrade" as StaticString) {
        if try value.flag("upgrade") { throw value.violation("upgrade is not offered") }
      } else {
        throw key.violation("an unknown key in a call")
      }
    }
    guard let method else { throw root.violation("a call without a method") }
    if more && oneway { throw root.violation("a call with both more and oneway") }
    return (Call(method: method, content: .node(parameters), more: more, oneway: oneway), parameters)
  }

  private static let noParameters = JSONNode(
    document: JSONDocument(
      bytes: emptyObject, entries: [JSONDocument.Entry(kind: .object, isPlain: true, start: 0, end: 2, next: 1)]),
    index: 0)
}

extension JSONNode {
  func violation(_ reason: String) -> ProtocolViolation { ProtocolViolation(reason: reason, offset: offset) }

  func flag(_ name: String) throws(ProtocolViolation) -> Bool {
    guard let bool else { throw violation("\(name) is neither true nor false") }
    return bool
  }
}
