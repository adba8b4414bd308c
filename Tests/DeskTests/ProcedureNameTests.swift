import TestSupport
import Testing

@testable import Desk

@Suite("The names of procedures")
struct ProcedureNameTests {
  /// Whom a name means, found by a look at each procedure.
  private func look(_ book: RuleBook, _ name: String, _ day: CalendarDay) -> Procedure? {
    let slug = name.slug
    return book.procedures.filter { $0.effective <= day && $0.names.contains { $0.slug == slug } }
      .max { $0.effective < $1.effective }
  }

  @Test(
    "a name means the same procedure as a look at each of them says, also after the book was changed",
    arguments: [1, 2, 3] as [UInt64])
  func found(seed: UInt64) {
    // given a catalogue in which versions follow each other and names overlap
    var dice = Dice(seed: seed)
    let names = ["cai-chinh", "Cải chính", "khai sinh", "khai-sinh", "1.004859", "Кот", "ket hon", "", "--", "Đ", "d"]
    let days = ["2016-01-01", "2025-07-01", "2026-01-01", "2026-11-16"]
    func made() -> Procedure {
      var procedure = Fixture.procedure(
        dice.pick(names), .days(1 + dice.upTo(900)), aliases: (0..<dice.upTo(3)).map { _ in dice.pick(names) },
        effective: dice.pick(days))
      if dice.chance(30) { procedure.nationalID = dice.pick(names) }
      return procedure
    }
    var book = Fixture.book(procedures: (0..<40).map { _ in made() })
    for _ in 0..<20 {
      // when each name is asked for on each day
      for name in names + ["cải  CHÍNH", "khác"] {
        for day in days + ["2015-01-01", "2027-01-01"] {
          #expect(book.procedure(name, on: Fixture.day(day)) == look(book, name, Fixture.day(day)), "\(name) \(day)")
        }
      }
      // and the book is another
      if dice.chance(50) {
        book.procedures.append(made())
      } else {
        book.procedures[dice.upTo(book.procedures.count)].aliases = [dice.pick(names)]
      }
    }
  }

  @Test("books are equal when all that they say is, and a change of a copy leaves the other as it was")
  func copies() {
    let book = Fixture.book(procedures: [Fixture.procedure("cai-chinh", .days(3))])
    let same = Fixture.book(procedures: [Fixture.procedure("cai-chinh", .days(3))])
    var other = book
    other.rules.measures.notices = true
    #expect(book == same && book.hashValue == same.hashValue)
    #expect(book != other && !book.rules.measures.notices && other.rules.measures.notices)
    other.rules.measures.notices = false
    other.office.codePrefix = "X"
    #expect(book != other && book.office.codePrefix == "H56.26.07" && other.procedures == book.procedures)
  }
}
