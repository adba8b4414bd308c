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
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        text.append(contentsOf: "\\u00".utf8)
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
