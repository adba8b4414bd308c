import EventSourcing
import TestSupport
import Testing

@testable import Desk

@Suite("Words and codes")
struct WordTests {
  @Test(
    "Vietnamese folds to what people type",
    arguments: [
      ("Nguyễn Thị Hoa", "nguyen thi hoa"), ("ĐẶNG Đình Đức", "dang dinh duc"), ("Ưu Ơi Ỷ", "uu oi y"),
      ("Nguye\u{302}\u{303}n", "nguyen"), ("Hòa", "hoa"), ("Hoà", "hoa"), ("Straße", "strase"), ("Кот", "кот"),
    ])
  func folding(text: String, folded: String) { #expect(text.folded == folded) }

  @Test("what is folded stays as it is, whatever letter it was")
  func foldedOnce() {
    for value in UInt32(1)..<0x20000 {
      guard let folded = Unicode.Scalar(value).map({ String($0).folded }) else { continue }
      if !folded.folded.utf8.elementsEqual(folded.utf8) {
        Issue.record("U+\(String(value, radix: 16)) folds to \(folded), and that to \(folded.folded)")
      }
    }
  }

  @Test("a name has a slug exactly when the slug is its own")
  func slugs() {
    let names = [
      "Cải chính", "cai-chinh", "cai chinh", " cai  chinh ", "--cai", "cai-", "Cải chính hộ tịch", "cai", "", " ", "-",
      "ß",
      "Straße", "Кот", "кот", "1.004859", "1-004859", "Nguye\u{302}\u{303}n", "Đ", "d", "a\u{301}", "a",
    ]
    for name in names {
      for slug in names.map(\.slug) { #expect(name.hasSlug(slug) == (name.slug == slug), "\(name), \(slug)") }
    }
  }

  @Test("the words of a code can be searched by")
  func words() {
    #expect("H56.26.07-261118-0001 Nguyễn, nguyễn".foldedWords == ["h56", "26", "07", "261118", "0001", "nguyen"])
  }

  @Test(
    "a code is completed from what people type",
    arguments: [
      ("975", "P-261118-0975"), ("0975", "P-261118-0975"), ("261008-975", "P-261008-0975"), ("12345", "P-261118-12345"),
      ("case-10011", "case-10011"), ("P-261008-0975", "P-261008-0975"),
    ])
  func completed(typed: String, code: String) {
    #expect(CaseCode.completed(typed, prefix: "P", today: Fixture.day("2026-11-18")) == code)
  }

  @Test("a serial has four digits, and a fifth when the day needs it")
  func serials() {
    let day = Fixture.day("2026-10-08")
    #expect(CaseCode.code(prefix: "H15.50.05.13", day: day, serial: 975) == "H15.50.05.13-261008-0975")
    #expect(CaseCode.code(prefix: "P", day: day, serial: 10_000) == "P-261008-10000")
  }

  @Test(
    "dates are read in every form that a command may have",
    arguments: [
      ("+2", "2026-11-20T17:00"), ("2026-11-26", "2026-11-26T17:00"), ("2026-11-26T16:00", "2026-11-26T16:00"),
      ("2026-11-26T09:00:00Z", "2026-11-26T16:00"),
    ])
  func dates(text: String, instant: String) throws {
    let date = try #require(DateExpression(text: text))
    let book = Fixture.book
    #expect(
      date.instant(now: Fixture.time("2026-11-18T09:00"), office: book.office, calendar: book.calendar)
        == Fixture.time(instant))
  }

  @Test(
    "what is no date is not read",
    arguments: ["", "tomorrow", "+0", "+", "26/11/2026", "2026-11-31", "2026-11-26T9:00"])
  func noDates(text: String) { #expect(DateExpression(text: text) == nil) }
}
