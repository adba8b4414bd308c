/// One reply as a service sends it.
public struct Reply: Hashable, Sendable {
  private let content: MessageContent
  /// More replies to the same call follow.
  public let continues: Bool
  /// The qualified name of a refusal.
  public let error: String?

  public init(parameters: [UInt8] = emptyObject, continues: Bool = false) {
    self.init(content: .text(parameters), continues: continues, error: nil)
  }

  public init(_ error: VarlinkError) {
    self.init(content: .text(error.parameters), continues: false, error: error.name)
  }

  private init(content: MessageContent, continues: Bool, error: String?) {
    self.content = content
    self.continues = continues
    self.error = error
  }

  /// A JSON object; `{}` when the reply had none or null.
  public var parameters: [UInt8] { content.bytes }

  /// Reads the parameters; those of a reply that came over the wire have passed the gate already.
  /// - Throws: `StrictJSON.Failure` or `InterfaceMismatch`.
  public func read<Parameters: JSONReadable>(_: Parameters.Type = Parameters.self) throws -> Parameters {
    try Parameters(content.node(), unknown: .skipped)
  }

  /// The refusal, when it is one.
  public var failure: VarlinkError? { error.map { VarlinkError(name: $0, parameters: parameters) } }

  /// The frame without its NUL. Strict clients hang up on any key that has nothing to say, so those are left out.
  public func encoded() -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(parameters.count + 96)
    frame.append(UInt8(ascii: "{"))
    if let error {
      frame.append(contentsOf: "\"error\":".utf8)
      JSONWriter.append(error, to: &frame)
      frame.append(UInt8(ascii: ","))
    }
    frame.append(contentsOf: "\"parameters\":".utf8)
    frame.append(contentsOf: parameters)
    if continues { frame.append(contentsOf: ",\"continues\":true".utf8) }
    frame.append(UInt8(ascii: "}"))
    return frame
  }

  /// Reads a frame without its NUL, by the same gate as calls. Unknown keys are passed over: a service may be newer.
  public static func parse(_ frame: [UInt8]) throws(ProtocolViolation) -> Reply {
    let root: JSONNode
    do { root = try StrictJSON.parse(frame) } catch { throw ProtocolViolation(error) }
    guard root.kind == .object else { throw root.violation("a reply is an object") }
    var content = MessageContent.text(emptyObject)
    if let value = root["parameters"], value.kind != .null {
      guard value.kind == .object else { throw value.violation("parameters is not an object") }
      content = .node(value)
    }
    var continues = false
    if let value = root["continues"] { continues = try value.flag("continues") }
    var error: String?
    if let value = root["error"], value.kind != .null {
      guard let name = value.string else { throw value.violation("error is not a string") }
      error = name
    }
    if error != nil && continues { throw root.violation("an error that continues") }
    return Reply(content: content, continues: continues, error: error)
  }
}

/// A message and the NUL that ends it.
public enum VarlinkFrame {
  public static func encode(_ call: Call) -> [UInt8] { ended(call.encoded()) }
  public static func encode(_ reply: Reply) -> [UInt8] { ended(reply.encoded()) }

  /// In place: a long answer is not copied for the sake of one byte.
  private static func ended(_ frame: consuming [UInt8]) -> [UInt8] {
    frame.append(0)
    return frame
  }
}
