import TestSupport
import Testing

@testable import Varlink

@Suite("Eight bytes at a time")
struct PlainTextTests {
  private func isMark(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  @Test("every byte at every place ends a text, or does not, as it does alone")
  func everyByte() {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<20 {
        for filler in [UInt8(ascii: "a"), 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F] {
          // What follows is marked, too, so that no mark behind is taken for one before.
          var bytes = [UInt8](repeating: filler, count: 24)
          bytes[place] = byte
          bytes[21] = UInt8(ascii: "\"")
          #expect(PlainText.end(in: bytes.span, from: 0) == (isMark(byte) || byte >= 0x80 ? place : 21))
          #expect(PlainText.endOfUnescaped(in: bytes.span, from: 0) == (isMark(byte) ? place : 21))
        }
      }
    }
  }

  @Test("any bytes, from any place")
  func anyBytes() {
    let alphabet: [UInt8] = [0, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x61, 0x7F, 0x80, 0xC3, 0xFF]
    var dice = Dice(seed: 14)
    for _ in 0..<3000 {
      let bytes = (0..<dice.upTo(40)).map { _ in dice.upTo(3) > 0 ? 0x61 : dice.pick(alphabet) }
      for start in 0...bytes.count {
        let plain = bytes[start...].firstIndex { isMark($0) || $0 >= 0x80 } ?? bytes.count
        #expect(PlainText.end(in: bytes.span, from: start) == plain)
        #expect(
          PlainText.endOfUnescaped(in: bytes.span, from: start) == bytes[start...].firstIndex(where: isMark)
            ?? bytes.count)
      }
    }
  }

  @Test("a text of any characters is written and read as it is, and its bytes are those of a writer that looks at each")
  func written() throws {
    let pieces = [
      "a", "\"", "\\", "\n", "\u{1}", "\u{1F}", "\u{7F}", "ế", "é", "漢", "😀", "/", "Thẩm tra hồ sơ", "\u{FFFF}",
    ]
    var dice = Dice(seed: 15)
    for _ in 0..<2000 {
      let text = (0..<dice.upTo(12)).map { _ in dice.pick(pieces) }.joined()
      var json = JSONWriter()
      json.write([text])
      var expected = Array("[\"".utf8)
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): expected += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): expected += Array("\\n".utf8)
        case 0..<0x20: expected += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
        default: expected.append(byte)
        }
      }
      expected += Array("\"]".utf8)
      #expect(json.bytes == expected)
      let read = try StrictJSON.parse(json.bytes).elements.first { _ in true }?.string
      #expect(read.map { Array($0.utf8) } == Array(text.utf8))
    }
  }

  @Test("a text of any pieces passes the gate when it is UTF-8, and is plain when it is ASCII")
  func gate() {
    let pieces: [[UInt8]] = [
      [0x61], [0x20], [0x7F], Array("ế".utf8), Array("ư".utf8), Array("漢".utf8), Array("😀".utf8),
      Array("abcdefgh".utf8),
      [0xC3], [0x80], [0xE1, 0xBA], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F], [0xFF], [0xC0, 0x80],
    ]
    var dice = Dice(seed: 16)
    for _ in 0..<5000 {
      // Mostly what is well formed, so that what is not stands anywhere in it.
      let text = (0..<dice.upTo(12)).flatMap { _ in
        dice.upTo(15) > 0 ? pieces[dice.upTo(8)] : dice.pick(pieces)
      }
      let quoted = [UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]
      let read = try? StrictJSON.parse([UInt8(ascii: "[")] + quoted + [UInt8(ascii: "]")])
      #expect((read != nil) == (String(validating: text, as: UTF8.self) != nil), "\(text)")
      #expect(PlainText.isASCII(text.span) == text.allSatisfy { $0 < 0x80 })
      if let read {
        #expect(read.elements.first { _ in true }?.string.map { Array($0.utf8) } == text)
      }
    }
  }

  @Test("numbers are written as Swift says them")
  func numbers() {
    for number in [0, 1, 9, 10, 99, 100, -1, -10, Int.max, Int.min, 1_000_000_000_000_000_000] {
      var json = JSONWriter()
      json.write(number)
      #expect(String(decoding: json.bytes, as: UTF8.self) == "\(number)")
    }
    for number in [0, 10, UInt64.max, 10_000_000_000_000_000_000, 9_999_999_999_999_999_999] {
      var json = JSONWriter()
      json.write(number)
      #expect(String(decoding: json.bytes, as: UTF8.self) == "\(number)")
    }
  }
}
