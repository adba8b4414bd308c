import Desk
import Foundation
import Fuzzing

/// Text as somebody may type it: folded for searching, and checked as a field.
@main
enum FuzzFolding {
  static func main() {
    exit(
      fuzz { start, count in
        check(input: Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
      })
  }
}

private func check(input bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  let folded = text.folded
  require(isSame(folded.folded, folded), "what is folded stays as it is: \(folded.unicodeScalars.map(\.value))")
  // Outside the Latin letters text is folded as it is written, which is NFC wherever it comes in.
  let spellings = [text, text.composed, text.decomposedStringWithCanonicalMapping].map(\.foldedWords)
  if spellings.contains(where: { $0.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } } }) {
    require(Set(spellings).count == 1, "composed and decomposed Latin letters fold alike: \(spellings)")
  }
  let words = text.foldedWords
  require(words == folded.foldedWords, "the words of the folded text are the text's")
  require(Set(words).count == words.count && !words.contains(""), "each word once, and none empty")
  require(isSame(text.composed.composed, text.composed), "what is composed stays as it is: \(text.composed)")
  // Three Tibetan vowels the standard library takes apart too late to compare a text with them.
  if !text.unicodeScalars.contains(where: { [0xF73, 0xF75, 0xF81].contains($0.value) }) {
    require(text.composed == text, "a text and its composed spelling are canonically equal")
  }
  require(text.slug.slug == text.slug, "a slug is its own slug")
  for field in FieldText.allCases {
    guard let checked = try? field.checked(text) else { continue }
    require((try? field.checked(checked)) == checked, "a field that was checked passes again as it is")
  }
  _ = CaseCode.completed(text, prefix: "H56.26.07", today: CalendarDay(number: 20_775))
  _ = CaseCode.serial(of: text)
}

private func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
