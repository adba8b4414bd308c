import Desk
import Testing

@Suite("Texts that pass for others")
struct ScriptsTests {
  @Test("letters of one script are no mixture, with digits, signs and marks beside them")
  func one() {
    for text in [
      "", "H56.26.07-261118-0001", "Đơn số 1/2019", "Đo\u{31B}n", "\u{41D}56-1", "\u{397}-7", "ʼa-1", "令和3", "A-令和3",
      "令和3-A", "カ-か-1",
    ] {
      #expect(text.mixedScripts == nil, "\(text)")
    }
  }

  @Test(
    "letters of two scripts are, whichever comes first, and so are digits of two: named are those that are not Latin")
  func two() {
    #expect("\u{41D}a".mixedScripts == .letters(.latin, .cyrillic, ["\u{41D}"]))
    #expect("\u{41D}\u{421}1-A\u{421}".mixedScripts == .letters(.latin, .cyrillic, ["\u{41D}", "\u{421}"]))
    #expect("H56\u{41D}".mixedScripts == .letters(.latin, .cyrillic, ["\u{41D}"]))
    #expect("A\u{391}".mixedScripts == .letters(.latin, .greek, ["\u{391}"]))
    #expect("\u{391}\u{410}".mixedScripts == .letters(.greek, .cyrillic, ["\u{410}"]))
    // Cherokee, and a letter of formulas: of none that the table knows by name.
    #expect("A\u{13AA}".mixedScripts == .letters(.latin, .other, ["\u{13AA}"]))
    #expect("A令\u{410}".mixedScripts == .letters(.eastAsian, .cyrillic, ["\u{410}"]))
    #expect("令\u{410}".mixedScripts == .letters(.eastAsian, .cyrillic, ["\u{410}"]))
    #expect("A-1\u{661}".mixedScripts == .digits(["\u{661}"]))
    #expect("\u{661}-1".mixedScripts == .digits(["\u{661}"]))
  }

  @Test("what looks alike comes to the same, and what does not does not")
  func alike() {
    let code = "H56.26.07-261118-0001"
    for other in [
      "h56.26.07-261118-0001", "\u{41D}56.26.07-261118-0001", "\u{43D}56.26.07-261118-0001",
      "\u{397}56.26.07-261118-0001", "H56.26.O7-26ll18-000I", "H56\u{2024}26.07\u{2212}261118\u{2013}0001",
      "\u{FF28}56.26.07-261118-0001", "\u{1D5DB}56.26.07-261118-0001", "H56.26.07-261118-000\u{661}",
    ] {
      #expect(other.lookAlike == code.lookAlike, "\(other)")
    }
    for other in ["H56.26.08-261118-0001", "G56.26.07-261118-0001", "H56.26.07 261118-0001"] {
      #expect(other.lookAlike != code.lookAlike, "\(other)")
    }
  }
}
