import Foundation
import Testing

@testable import Varlink

/// What our own coder writes and reads, held against Foundation's.
@Suite("Typed values become JSON and back")
struct CodingTests {
  struct Everything: Codable, Hashable {
    enum Colour: String, Codable { case red, green }

    struct Inner: Codable, Hashable {
      var name: String
      var numbers: [Int]
    }

    /// Encodes as a text of its own.
    struct Text: Codable, Hashable {
      var text: String

      init(text: String) { self.text = text }
      init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
      }
    }

    var yes = true
    var no: Bool?
    var int = -42
    var small: Int8 = -128
    var large: UInt64 = .max
    var least: Int64 = .min
    var fraction = 0.1
    var whole = 3.0
    var colour = Colour.green
    var missing: String?
    var text = "Nguyễn \"Thị\" \\ Hoa / \n\t\r\u{8}\u{c}\u{1}\u{1f}\u{7f} 🙂"
    var empty = ""
    var own = Text(text: "một cửa")
    var inner: Inner? = Inner(name: "a", numbers: [])
    var inners = [Inner(name: "b", numbers: [1, 2, 3]), Inner(name: "", numbers: [])]
    var nested: [[String]] = [[], ["x"], ["y", "z"]]
    var optionals: [Int?] = [1, nil, 3]
    var map = ["k": 1, "ß": 2]
  }

  @Test("given a value of every kind, when it is encoded, then Foundation reads the same value")
  func foundationReads() throws {
    let value = Everything()
    let text = try Coding.encode(value)
    #expect(try JSONDecoder().decode(Everything.self, from: Data(text)) == value)
    #expect(try StrictJSON.parse(text).kind == .object)
  }

  @Test("given a value of every kind, when Foundation encodes it, then it is read as the same value")
  func readsFoundation() throws {
    let value = Everything()
    let text = try JSONEncoder().encode(value)
    #expect(try Coding.decode(Everything.self, from: Array(text)) == value)
  }

  @Test("given a value of every kind, when its members are sorted, then the text is Foundation's, byte for byte")
  func sorted() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let value = Everything()
    #expect(
      String(decoding: try Coding.encodeSorted(value), as: UTF8.self)
        == String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  @Test("given the same value twice, then its text is the same: members stand in the order of their declaration")
  func declared() throws {
    struct Pair: Encodable {
      var second = 2
      var first = 1
    }
    #expect(String(decoding: try Coding.encode(Pair()), as: UTF8.self) == #"{"second":2,"first":1}"#)
    #expect(String(decoding: try Coding.encodeSorted(Pair()), as: UTF8.self) == #"{"first":1,"second":2}"#)
  }

  @Test("given containers that are nested by hand, then each is closed where the next begins")
  func nested() throws {
    struct Nested: Encodable {
      enum Key: String, CodingKey { case a, b, c, d }

      func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        var a = object.nestedContainer(keyedBy: Key.self, forKey: .a)
        try a.encode(1, forKey: .b)
        var list = a.nestedUnkeyedContainer(forKey: .c)
        try list.encode("x")
        try list.encodeNil()
        var inner = list.nestedContainer(keyedBy: Key.self)
        try inner.encode(true, forKey: .a)
        try object.encodeNil(forKey: .b)
        try 7.encode(to: object.superEncoder(forKey: .d))
      }
    }
    #expect(
      String(decoding: try Coding.encode(Nested()), as: UTF8.self)
        == #"{"a":{"b":1,"c":["x",null,{"a":true}]},"b":null,"d":7}"#)
    struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }
    #expect(try Coding.encode([Nothing()]) == Array("[{}]".utf8))
  }

  @Test(
    "given JSON that is not of the type, then it is refused with the place of the value",
    arguments: [
      (#"{"name":"a"}"#, "numbers"), (#"{"name":null,"numbers":[]}"#, "byte 8"),
      (#"{"name":1,"numbers":[]}"#, "byte 8"), (#"{"name":"a","numbers":[1,"2"]}"#, "byte 25"),
      (#"{"name":"a","numbers":[1.0]}"#, "byte 23"), (#"{"name":"a","numbers":[1e2]}"#, "byte 23"),
      (#"{"name":"a","numbers":[9223372036854775808]}"#, "byte 23"), (#"{"name":"a","numbers":{}}"#, "byte 22"),
      ("[]", "array"), ("", "byte 0"),
      (#"{"name":"a","name":"b","numbers":[]}"#, "byte 12"),
    ])
  func mismatches(text: String, path: String) throws {
    let failure = #expect(throws: Coding.Failure.self) {
      try Coding.decode(Everything.Inner.self, from: Array(text.utf8))
    }
    #expect(failure?.description.contains(path) == true, "\(failure?.description ?? "")")
  }

  @Test("given a number that JSON does not have, then it is not encoded", arguments: [Double.nan, .infinity])
  func noNumber(number: Double) {
    #expect(throws: Coding.Failure.self) { try Coding.encode([number]) }
  }
}
