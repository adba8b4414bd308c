import Foundation
import Testing
import Varlink

@Suite("A writer writes JSON straight into bytes")
struct WriterTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("members stand as they are given, and what is missing is left out with its name")
  func members() {
    let json = JSONWriter.object {
      $0.member("second", 2)
      $0.member("none", nil as String?)
      $0.member("nobody", nil as [String]?)
      $0.member("first", "1")
      $0.member("list", ["a", "{"])
      $0.member("empty", [] as [Int])
      $0.member("yes", true)
      $0.member("raw", json: Array(#"{"a":[]}"#.utf8))
      $0.member("large", UInt64.max)
    }
    #expect(
      text(json)
        == #"{"second":2,"first":"1","list":["a","{"],"empty":[],"yes":true,"raw":{"a":[]},"large":18446744073709551615}"#
    )
    #expect(text(JSONWriter.object { _ in }) == "{}")
  }

  @Test("a member is its name and what its value alone is written as, at every bound and for every text")
  func alone() {
    let numbers = [0, 1, -1, 9, 10, 99, 100, .max, .min, .max - 1, .min + 1]
    let texts = [
      "", "\"", "\\", "a\"", "\\a", "\u{0}", "\u{1F}", "\u{7F}", "\n\r\t\u{8}\u{C}", "e\u{301}\u{302}",
      "Nguyễn Thị Hoa", "😀🏳️‍🌈",
      "\u{10FFFF}", "\u{2028}", String(repeating: "x", count: 7), String(repeating: "x", count: 8) + "\"",
      String(repeating: "ễ", count: 5000), "{", "[",
    ]
    for (isFirst, lead) in [(true, "{"), (false, #"{"first":true"#)] {
      func written(_ member: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        json.open()
        if !isFirst { json.member("first", true) }
        member(&json)
        return text(json.bytes)
      }
      let comma = isFirst ? "" : ","
      for number in numbers {
        var alone = JSONWriter()
        alone.write(number)
        #expect(text(alone.bytes) == "\(number)")
        #expect(written { $0.member("n", number) } == lead + comma + #""n":\#(number)"#)
      }
      for string in texts {
        #expect(written { $0.member("text", string) } == lead + comma + #""text":"# + JSONWriter.quoted(string))
      }
      for flag in [true, false] { #expect(written { $0.member("flag", flag) } == lead + comma + #""flag":\#(flag)"#) }
      let plain = written { $0.member("plain", plainUpTo: 9) { for byte in "07:00".utf8 { $0.append(byte) } } }
      #expect(plain == lead + comma + #""plain":"07:00""#)
    }
    var greatest = JSONWriter()
    greatest.write(UInt64.max)
    #expect(text(greatest.bytes) == "18446744073709551615")
  }

  @Test("objects in objects and in lists are parted by commas, also behind a text that ends as an object begins")
  func nested() {
    var json = JSONWriter()
    json.open()
    json.member("a", "{")
    json.member("b", "[")
    json.member("c", [Pair(), Pair()])
    json.member("d", Pair())
    json.close()
    #expect(
      text(json.bytes)
        == #"{"a":"{","b":"[","c":[{"second":2,"first":1},{"second":2,"first":1}],"d":{"second":2,"first":1}}"#)
  }

  private struct Pair: JSONWritable {
    func write(to json: inout JSONWriter) {
      json.open()
      if json.isSorted {
        json.member("first", 1)
        json.member("second", 2)
      } else {
        json.member("second", 2)
        json.member("first", 1)
      }
      json.close()
    }
  }

  @Test("whoever writes is told whether the order of names is wanted, at every depth")
  func sorted() {
    #expect(text(Pair().json) == #"{"second":2,"first":1}"#)
    #expect(text(Pair().sortedJSON) == #"{"first":1,"second":2}"#)
    var json = JSONWriter(isSorted: true)
    json.write([Pair()])
    #expect(text(json.bytes) == #"[{"first":1,"second":2}]"#)
  }

  @Test("given any text, then Foundation writes it so too, and reads it as the same")
  func strings() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let all = String(String.UnicodeScalarView((1..<0x2100).compactMap(Unicode.Scalar.init)))
    for string in ["", "Nguyễn \"Thị\" \\ Hoa / \n\t\r\u{8}\u{c}\u{1}\u{1f}\u{7f} 🙂", "e\u{301}", all] {
      #expect(try Data(string.json) == encoder.encode(string))
      #expect(Array(try JSONDecoder().decode(String.self, from: Data(string.json)).utf8) == Array(string.utf8))
      #expect(JSONWriter.quoted(string) == text(string.json))
      #expect(try String(json: string.json).utf8.elementsEqual(string.utf8))
    }
  }

  @Test("a number is read again as it was; one with a fraction never looks like an integer, and infinity is null")
  func numbers() throws {
    for number in [0, 1, -1, .max, .min] as [Int] { #expect(try Int(json: number.json) == number) }
    for number in [0, 1, -0.5, 1e300, .leastNonzeroMagnitude, .pi, 3] as [Double] {
      #expect(try Double(json: number.json) == number)
      #expect(throws: InterfaceMismatch.self) { try Int(json: number.json) }
    }
    #expect(text(3.0.json) == "3.0")
    for number in [Double.nan, .infinity, -.infinity] { #expect(text(number.json) == "null") }
  }
}
