import Desk
import DeskViews
import EventSourcing
import TestSupport
import Testing

@Suite("Search")
struct SearchTests {
  @Test(
    "a name is found without accents, in any case and order, composed or not",
    arguments: ["nguyen thi hoa", "Nguyễn Thị Hoa", "HOA NGUYEN", "hoa", "Nguye\u{302}\u{303}n", " nguyen,  hoa! "])
  func name(text: String) throws {
    let register = try Register()
    let hoa = try register.receive("Nguyễn Thị Hoa", at: "2026-11-18T09:00")
    try register.receive("Trần Văn Minh", at: "2026-11-18T09:05")
    #expect(try register.search(text) == [hoa])
  }

  @Test("Đặng is found by dang, and đ by d")
  func crossedD() throws {
    let register = try Register()
    let dang = try register.receive("Đặng Đình Đức", at: "2026-11-18T09:00")
    for text in ["dang", "Đặng", "dinh", "duc", "d"] { #expect(try register.search(text) == [dang], "\(text)") }
  }

  @Test(
    "every beginning of every word of the name, the subject and the code finds the case; the middle of one does not")
  func beginnings() throws {
    let register = try Register()
    let number = try register.receive("Nguyễn Thị Hoa", at: "2026-11-18T09:00") { $0.subject = "sửa ngày sinh" }
    for word in ["nguyen", "thi", "hoa", "sua", "ngay", "sinh", "h56", "261118", "0001"] {
      for count in 1...word.count {
        let text = String(word.prefix(count))
        #expect(try register.search(text) == [number], "\(text)")
      }
    }
    for text in ["guyen", "oa", "hoaa", "1118"] { #expect(try register.search(text).isEmpty, "\(text)") }
  }

  @Test("every beginning finds the case in scripts where one letter is several scalars, too")
  func otherScripts() throws {
    let register = try Register()
    let number = try register.receive("ກຳປູ ກິ", at: "2026-11-18T09:00")
    for text in ["ກ", "ກຳ", "ກຳປ", "ກຳປູ", "ກິ"] { #expect(try register.search(text) == [number], "\(text)") }
  }

  @Test("several words must all be there")
  func intersection() throws {
    let register = try Register()
    let hoa = try register.receive("Nguyễn Thị Hoa", at: "2026-11-18T09:00") { $0.subject = "khai sinh" }
    let lan = try register.receive("Nguyễn Thị Lan", at: "2026-11-18T09:01") { $0.subject = "khai tử" }
    #expect(try register.search("nguyen thi") == [hoa, lan])
    #expect(try register.search("nguyen lan") == [lan])
    #expect(try register.search("khai thi sinh") == [hoa])
    #expect(try register.search("hoa lan").isEmpty)
  }

  @Test(
    "a case is told once, however many of its words begin so and however small the pages are",
    arguments: [1, 2, 3, 100])
  func once(limit: Int) throws {
    let register = try Register()
    var numbers: [UInt64] = []
    for index in 0..<7 { numbers.append(try register.receive("Nga Nguyễn Ngọc N\(index)", at: "2026-11-18T09:00")) }
    #expect(try register.search("n", limit: limit).sorted() == numbers)
    #expect(try register.search("ng nguyen", limit: limit).sorted() == numbers)
    #expect(try register.search("ng n3", limit: limit) == [numbers[3]])
  }

  @Test("text without a word finds nothing", arguments: ["", "  ", "-.-", "\u{301}"])
  func noWords(text: String) throws {
    let register = try Register()
    try register.receive("Nguyễn Thị Hoa", at: "2026-11-18T09:00")
    #expect(try register.search(text).isEmpty)
  }

  @Test("a corrected name is found by the new one only")
  func corrected() throws {
    let register = try Register()
    let number = try register.receive("Nguyễn Thị Hoa", at: "2026-11-18T09:00")
    let correct = Correct(changes: .init(applicant: "Nguyễn Thị Hòe"), reason: "ghi nhầm tên")
    try register.record(.correct(correct), number, at: Fixture.time("2026-11-18T10:00"))
    #expect(try register.search("hoe") == [number])
    #expect(try register.search("hoa").isEmpty)
    #expect(try register.search("nguyen thi") == [number])
  }

  @Test("a word of 300 bytes is found by its beginning and by itself")
  func longWord() throws {
    let register = try Register()
    let word = String(repeating: "x", count: 300)
    let number = try register.receive(word, at: "2026-11-18T09:00")
    for count in [1, 199, 200, 201, 300] { #expect(try register.search(String(word.prefix(count))) == [number]) }
  }
}
