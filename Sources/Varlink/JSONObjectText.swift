/// Writes one JSON object as text, its members in the order in which they are given, so that the same content is the
/// same text every time.
public struct JSONObjectText: Sendable {
  private var text: [UInt8] = [UInt8(ascii: "{")]

  public init() {}

  public mutating func add(_ name: String, _ value: String) {
    begin(name)
    JSONText.append(value, to: &text)
  }

  public mutating func add(_ name: String, _ value: Bool) {
    begin(name)
    text.append(contentsOf: (value ? "true" : "false").utf8)
  }

  public mutating func add(_ name: String, _ value: UInt64) {
    begin(name)
    text.append(contentsOf: String(value).utf8)
  }

  /// - Parameter json: a whole JSON value.
  public mutating func add(_ name: String, json: [UInt8]) {
    begin(name)
    text.append(contentsOf: json)
  }

  /// The object with what was added so far.
  public var bytes: [UInt8] { text + [UInt8(ascii: "}")] }

  private mutating func begin(_ name: String) {
    if text.count > 1 { text.append(UInt8(ascii: ",")) }
    JSONText.append(name, to: &text)
    text.append(UInt8(ascii: ":"))
  }
}
