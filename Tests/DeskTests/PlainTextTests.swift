import TestSupport
import Testing

@testable import Desk

@Suite("What is seen to be right at once")
struct PlainTextTests {
  private func outcome(_ body: () throws(Rejection) -> String?) -> Result<[UInt8]?, Rejection> {
    do throws(Rejection) { return .success(try body().map { Array($0.utf8) }) } catch { return .failure(error) }
  }

  /// By the bytes first, and character by character.
  private func isSame(_ field: FieldText, _ text: String) -> Bool {
    var copy = text
    return outcome { () throws(Rejection) in try field.checked(text) }
      == outcome { () throws(Rejection) in try field.checkedAtLength(&copy) }
  }

  @Test("a field says of every character what it says when it looks closely, wherever the character stands")
  func everyCharacter() {
    var (wrong, plain): ([String], Int) = ([], 0)
    var values = Array(UInt32(0)..<0x700) + Array(0x1E00..<0x2100) + Array(0xFE00...0xFFFF)
    values += [0x34F, 0x115F, 0x1680, 0x17B4, 0x180E, 0x3000, 0x3164, 0xD55C, 0x1D173, 0x1F600, 0xE0001, 0x10FFFF]
    for value in values {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for text in ["\(scalar)", "a\(scalar)", "\(scalar)a", "ế\(scalar)\u{323}b"] {
        for field in [FieldText.phone, .guidance] {
          if field.isPlain(text) { plain += 1 }
          if !isSame(field, text) { wrong.append("\(field) \(String(value, radix: 16)) in \(text.utf8.count) bytes") }
        }
      }
    }
    #expect(wrong == [])
    #expect(plain > 1000)
  }

  @Test("and of any text, long or short", arguments: [1, 2, 3] as [UInt64])
  func anyText(seed: UInt64) {
    var dice = Dice(seed: seed)
    let pieces = [
      "a", "Z", "9", " ", "-", "~", "\t", "\n", "\r", "\u{7F}", "\u{85}", "\u{A0}", "\u{AD}", "\u{2FF}", "\u{300}",
      "\u{301}",
      "\u{323}", "đ", "Ư", "ế", "ỹ", "\u{1E00}", "\u{1EFF}", "\u{1F00}", "–", "“", "\u{2010}", "\u{2027}", "\u{2028}",
      "\u{202E}", "\u{200B}", "\u{FEFF}", "\u{FFFD}", "\u{212B}", "\u{F73}", "\u{1112}\u{1175}", "漢", "😀",
      "Thẩm tra hồ sơ",
    ]
    for _ in 0..<4000 {
      // Most are nearly plain, so that both ways are gone.
      let isNearlyPlain = dice.chance(70)
      var text = ""
      for _ in 0..<dice.upTo(dice.chance(5) ? 120 : 12) {
        text += isNearlyPlain && dice.chance(90) ? dice.pick(["a", "ế", "Đ", " ", "–", "x7"]) : dice.pick(pieces)
      }
      for field in [FieldText.phone, .place, .help] {
        #expect(isSame(field, text), "\(field): \(text.unicodeScalars.map(\.codePointText))")
      }
    }
  }

  @Test("a text is plain up to its bound in bytes, and not past it")
  func bound() throws {
    let most = String(repeating: "ế", count: 33) + "a"
    #expect(FieldText.phone.isPlain(most) && !FieldText.phone.isPlain(most + "b"))
    #expect(throws: Rejection.textTooLong(field: "phone", bytes: 101, limit: 100)) {
      try FieldText.phone.checked(most + "b")
    }
  }

  @Test("a text is folded character by character, and its words and its slug are what is left between other signs")
  func folding() {
    var dice = Dice(seed: 7)
    let pieces = [
      "a", "B", "0", " ", "-", "--", "Đ", "ế", "e\u{302}\u{301}", "ß", "К", "漢", "٣", "😀", "\u{212B}", "½", "\u{301}",
      "İ",
      "cai-chinh",
    ]
    func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII
        ? ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
        : scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
    for _ in 0..<2000 {
      let text = (0..<dice.upTo(40)).map { _ in dice.pick(pieces) }.joined()
      let folded = text.unicodeScalars.map { String($0).folded }.joined()
      #expect(text.folded.utf8.elementsEqual(folded.utf8))
      let words = folded.unicodeScalars.split { !isWord($0) }.map(String.init)
      #expect(text.slug == words.joined(separator: "-"))
      var seen: Set<String> = []
      #expect(text.foldedWords == words.filter { seen.insert($0).inserted })
      #expect(text.hasWord == !words.isEmpty)
    }
  }
}
