import Desk
import Foundation
import Testing

@Suite("One spelling for each letter")
struct CompositionTests {
  /// Foundation composes by itself on Linux, and takes the lower half of what lies beyond the first plane.
  @Test("every character of the first plane is composed as Foundation composes it, alone and with marks beside it")
  func everyCharacter() {
    var wrong: [String] = []
    for value in UInt32(1)...0xFFFF {
      // What came with Unicode 16 the two may not both know.
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major < 16 else { continue }
      for text in [String(scalar), "\(scalar)\u{302}\u{323}\u{301}", "a\(scalar)\u{31B}"] {
        let expected = text.precomposedStringWithCanonicalMapping
        if !text.composed.unicodeScalars.elementsEqual(expected.unicodeScalars) {
          wrong.append(String(value, radix: 16))
        }
      }
    }
    #expect(wrong == [])
  }

  /// Foundation goes one vowel too far here, and makes the first letter of the next syllable of it.
  @Test("a Korean vowel that no syllable has stays beside its consonant")
  func noSyllable() {
    for (text, expected) in [("\u{1112}\u{1175}", "\u{D788}"), ("\u{1112}\u{1176}", "\u{1112}\u{1176}")] {
      #expect(text.composed.unicodeScalars.elementsEqual(expected.unicodeScalars))
    }
  }

  /// The standard library leaves the marks of such a vowel where the vowel stood. What is right says UAX 15: the marks of a
  /// letter stand in the order of their classes, 129 and 130 before 220 and 230.
  @Test("the marks of a Tibetan vowel take their place among those that stand before it")
  func vowelsOfMarks() {
    for (text, expected) in [
      ("\u{1E9B}\u{323}\u{F81}", "\u{1E9B}\u{F71}\u{F80}\u{323}"), ("x\u{301}\u{F73}", "x\u{F71}\u{F72}\u{301}"),
      ("\u{F80}\u{F81}", "\u{F71}\u{F80}\u{F80}"), ("\u{F74}\u{F75}", "\u{F71}\u{F74}\u{F74}"),
    ] {
      #expect(text.composed.unicodeScalars.elementsEqual(expected.unicodeScalars))
      #expect(text.composed.composed.unicodeScalars.elementsEqual(expected.unicodeScalars))
    }
  }

  @Test(
    "thirty marks on a letter are taken, and the next is refused before anything is composed",
    arguments: ["\u{316}", "\u{301}", "\u{F73}"] as [Unicode.Scalar])
  func rowOfMarks(mark: Unicode.Scalar) throws {
    func text(_ marks: Int) -> String { "e" + String(repeating: Character(mark), count: marks) }
    let (taken, twice) = (text(30), text(30) + text(30))
    #expect(try FieldText.guidance.checked(taken) == taken.composed)
    #expect(try FieldText.guidance.checked(twice) == twice.composed)
    #expect(throws: Rejection.textNotAllowed(field: "guidance", scalar: mark)) {
      try FieldText.guidance.checked(text(31))
    }
  }

  @Test("a text is measured as it is recorded: composed")
  func measured() throws {
    // Five bytes that become three; a phone number has at most 100.
    func text(_ letters: Int) -> String { String(repeating: "e\u{302}\u{301}", count: letters) }
    #expect(try FieldText.phone.required(text(33)).utf8.count == 99)
    #expect(throws: Rejection.textTooLong(field: "phone", bytes: 102, limit: 100)) {
      try FieldText.phone.required(text(34))
    }
  }
}
