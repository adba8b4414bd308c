/// The little JSON that the protocol itself writes; what has a type goes through `Coding`.
enum JSONText {
  static func object(_ name: String, _ value: String) -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "{")]
    append(name, to: &text)
    text.append(UInt8(ascii: ":"))
    append(value, to: &text)
    text.append(UInt8(ascii: "}"))
    return text
  }

  static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    let bytes = string.utf8.span
    var written = 0
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
      append(bytes.extracting(written..<index), to: &text)
      written = index + 1
      append(escaping: byte, to: &text)
    }
    append(bytes.extracting(written...), to: &text)
    text.append(UInt8(ascii: "\""))
  }

  private static func append(_ plain: Span<UInt8>, to text: inout [UInt8]) {
    plain.withUnsafeBufferPointer { text.append(contentsOf: $0) }
  }

  private static func append(escaping byte: UInt8, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: text.append(UInt8(ascii: "b"))
    case 0x09: text.append(UInt8(ascii: "t"))
    case 0x0A: text.append(UInt8(ascii: "n"))
    case 0x0C: text.append(UInt8(ascii: "f"))
    case 0x0D: text.append(UInt8(ascii: "r"))
    case 0..<0x20:
      text.append(contentsOf: "u00".utf8)
      for digit in [byte >> 4, byte & 15] { text.append(digit + UInt8(ascii: digit < 10 ? "0" : "W")) }
    default: text.append(byte)
    }
  }
}
