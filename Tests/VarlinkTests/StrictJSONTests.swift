import Testing
import Varlink

@Suite("The strict gate")
struct StrictJSONTests {
  private func failure(of bytes: [UInt8]) -> StrictJSON.Failure? {
    do {
      _ = try StrictJSON.parse(bytes)
      return nil
    } catch { return error }
  }

  @Test(
    "lets every well-formed document through",
    arguments: [
      "{}", "[]", "null", "true", "false", "0", "-0", "-1", "10", "1.5", "-0.0", "1e3", "1E+3", "1e-3", "0e0",
      "\"\"", "\"a\"", " [ 1 , 2 ] ", "\t{\"a\" :\r\n1}\n", "{\"a\":{\"a\":{}}}", "[[],[[]],{}]",
      #""\"\\\/\b\f\n\r\t""#, #""é""#, #""😀""#, #""\uD83D\uDE00""#, #""\uD83D\uDE00😀""#, "\"é\"", "\"Việt Nam\"",
      "\"😀\"",
      "\"\u{7F}\"", "\"\u{10FFFF}\"", "{\"a\":1,\"A\":2}", "{\"\":1,\"a\":2}", "[\"a\",\"a\"]",
      "123456789012345678901234567890", "1e400",
    ])
  func accepts(_ text: String) {
    #expect(failure(of: Array(text.utf8)) == nil)
  }

  @Test(
    "names what is wrong with a text and where",
    arguments: [
      ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
      ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
      ("{\"a\":1,}", .unexpectedByte, 7), ("{\"a\"}", .unexpectedByte, 4), ("{\"a\":}", .unexpectedByte, 5),
      ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1),
      ("{\"a\" 1}", .unexpectedByte, 5), ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6),
      ("{} {}", .trailingBytes, 3), ("1,", .trailingBytes, 1), ("nul", .unexpectedEnd, 3),
      ("nulL", .unexpectedByte, 3), ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
      ("Infinity", .unexpectedByte, 0), ("truee", .trailingBytes, 4), ("01", .invalidNumber, 1),
      ("-01", .invalidNumber, 2), ("-", .unexpectedEnd, 1), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
      ("1.", .unexpectedEnd, 2), ("[1.]", .invalidNumber, 3), ("1e", .unexpectedEnd, 2), ("[1e]", .invalidNumber, 3),
      ("[1e+]", .invalidNumber, 4), ("-a", .invalidNumber, 1), ("0x10", .trailingBytes, 1),
      ("1.2.3", .trailingBytes, 3), ("// c\n1", .unexpectedByte, 0), ("/**/1", .unexpectedByte, 0),
      ("\"a", .unexpectedEnd, 2), ("\"\n\"", .controlCharacter, 1), ("\"\t\"", .controlCharacter, 1),
      ("\"\u{1F}\"", .controlCharacter, 1), (#""\a""#, .invalidEscape, 2), (#""\x41""#, .invalidEscape, 2),
      (#""\u12G4""#, .invalidEscape, 5), (#""\u123"#, .unexpectedEnd, 6), (#""\"#, .unexpectedEnd, 2),
      (#"["\u0000"]"#, .nulCharacter, 2), ("\"\u{0}\"", .nulCharacter, 1), ("{}\u{0}", .nulCharacter, 2),
      ("[\u{0}]", .nulCharacter, 1), (#""\uD800""#, .loneSurrogate, 1), (#""\uDC00""#, .loneSurrogate, 1),
      (#""\uD800\uD800""#, .loneSurrogate, 1), (#""\uD800a""#, .loneSurrogate, 1),
      (#""\uDC00\uD800""#, .loneSurrogate, 1), ("{\"a\":1,\"a\":1}", .duplicateKey, 7),
      ("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}", .duplicateKey, 18), (#"{"a":1,"\u0061":2}"#, .duplicateKey, 7),
      ("{\"é\":1,\"e\u{301}\":2}", .duplicateKey, 8), ("\u{FEFF}{}", .byteOrderMark, 0),
      ("\u{A0}1", .unexpectedByte, 0), ("[1]\u{B}", .trailingBytes, 3),
    ] as [(String, StrictJSON.Reason, Int)])
  func refuses(_ text: String, _ reason: StrictJSON.Reason, _ offset: Int) {
    #expect(failure(of: Array(text.utf8)) == StrictJSON.Failure(reason, at: offset))
  }

  @Test(
    "refuses bytes that are not well-formed UTF-8",
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x80, 0x80, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
      [0xF0, 0x9F, 0x98, 0x28], [0xC3],
    ] as [[UInt8]])
  func refusesUTF8(_ bytes: [UInt8]) {
    #expect(failure(of: [0x22] + bytes + [0x22]) == StrictJSON.Failure(.invalidUTF8, at: 1))
  }

  @Test("refuses every truncation of a valid document")
  func truncations() {
    let text = #"{"a":[1,-2.5e+3,true,false,null],"é😀":{"b":"\u00e9\uD83D\uDE00\n","c":{}},"d":[[""]]}"#
    let bytes = Array(text.utf8)
    #expect(failure(of: bytes) == nil)
    for length in 0..<bytes.count {
      #expect(failure(of: Array(bytes[..<length])) != nil, "\(length) bytes")
    }
  }

  @Test("takes 32 levels and refuses the 33rd, however deep the text goes")
  func depth() {
    func nested(_ count: Int) -> [UInt8] {
      Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
    }
    #expect(failure(of: nested(32)) == nil)
    #expect(failure(of: nested(33)) == StrictJSON.Failure(.tooDeep, at: 32))
    #expect(failure(of: nested(500_000)) == StrictJSON.Failure(.tooDeep, at: 32))
  }

  @Test("finds one duplicate among very many keys without comparing all pairs")
  func manyKeys() {
    let keys = (0..<60_000).map { "\"k\($0)\":0" }
    #expect(failure(of: Array("{\(keys.joined(separator: ","))}".utf8)) == nil)
    #expect(failure(of: Array("{\(keys.joined(separator: ",")),\"k7\":1}".utf8))?.reason == .duplicateKey)
  }

  @Test(
    "refuses a long key that would have to be composed, so that a row of marks costs no more than its length",
    .timeLimit(.minutes(1)))
  func longKeys() {
    let limit = StrictJSON.composedKeyLimit
    func object(_ key: String) -> [UInt8] { Array("{\"a\":{\"\(key)\":1}}".utf8) }
    func marks(_ count: Int) -> String { String(repeating: "\u{301}\u{316}", count: count / 4) }
    #expect(failure(of: object(marks(limit))) == nil)
    #expect(failure(of: object(marks(limit + 4))) == StrictJSON.Failure(.longKey, at: 6))
    #expect(failure(of: object(marks(1 << 20))) == StrictJSON.Failure(.longKey, at: 6))
    // A key of ASCII is not composed, and values are not compared.
    #expect(failure(of: object(String(repeating: "k", count: 1 << 20))) == nil)
    #expect(failure(of: Array("[\"\(marks(1 << 20))\"]".utf8)) == nil)
  }

  @Test("gives access to the values by name, in order, without changing them")
  func nodes() throws {
    let root = try StrictJSON.parse(Array(#" {"a": [1, -7, 2.5], "b\n": "x\u00e9\/😀", "c":{"d":true}, "e":null}"#.utf8))
    #expect(root.members.map { $0.key.string } == ["a", "b\n", "c", "e"])
    #expect(root["a"]?.elements.map(\.integer) == [1, -7, nil])
    #expect(root["a"]?.elements.map(\.double) == [1, -7, 2.5])
    #expect(root["b\n"]?.string == "xé/😀")
    #expect(root["c"]?["d"]?.bool == true)
    #expect(root["e"]?.kind == .null)
    #expect(root["f"] == nil)
    #expect(root["c"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"d":true}"#)
    #expect(root["c"]?.offset == 49)
  }

  @Test("unescapes surrogate pairs and every short escape")
  func escapes() throws {
    let node = try StrictJSON.parse(Array(#""\uD83D\uDE00\"\\\/\b\f\n\r\tA""#.utf8))
    #expect(node.string == "😀\"\\/\u{8}\u{C}\n\r\tA")
  }
}
