/// The 16 bytes that identify a command, and their text, a UUID.
public enum CommandID {
  /// A new id of version 7: it begins with the time, so that the index of commands grows at its right edge.
  public static func make(milliseconds: Int64) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let random = (generator.next() as UInt64, generator.next() as UInt64)
    var id = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * $0)) }
    id += (0..<2).map { UInt8(truncatingIfNeeded: random.0 >> (8 * $0)) }
    id += (0..<8).map { UInt8(truncatingIfNeeded: random.1 >> (8 * $0)) }
    return marked(id, version: 7)
  }

  /// The bytes with the marks of a UUID of that version, which lie over the high bits of the seventh and the ninth.
  public static func marked(_ id: [UInt8], version: UInt8) -> [UInt8] {
    var id = id
    id[6] = id[6] & 0x0F | version << 4
    id[8] = id[8] & 0x3F | 0x80
    return id
  }

  /// Reads `018f…-….`: 32 hexadecimal digits with the four dashes of a UUID.
  public static func bytes(_ text: String) -> [UInt8]? {
    let characters = text.utf8.span
    guard characters.count == 36 else { return nil }
    var id: [UInt8] = []
    id.reserveCapacity(16)
    var index = 0
    while index < 36 {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard characters[index] == UInt8(ascii: "-") else { return nil }
        index += 1
      }
      guard let high = hexDigit(characters[index]), let low = hexDigit(characters[index + 1]) else { return nil }
      id.append(high << 4 | low)
      index += 2
    }
    return id
  }

  private static func hexDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  public static func text(_ id: [UInt8]) -> String {
    func digit(_ value: UInt8) -> UInt8 { value + UInt8(ascii: value < 10 ? "0" : "W") }
    return String(unsafeUninitializedCapacity: 2 * id.count + 4) { text in
      var end = 0
      for index in id.indices {
        if index == 4 || index == 6 || index == 8 || index == 10 {
          text[end] = UInt8(ascii: "-")
          end += 1
        }
        text[end] = digit(id[index] >> 4)
        text[end + 1] = digit(id[index] & 15)
        end += 2
      }
      return end
    }
  }
}
