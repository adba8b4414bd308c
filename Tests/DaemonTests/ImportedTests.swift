import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

@Suite("History of another register", .oneAtATime)
struct ImportedTests {
  private static let header = ImportFileTests.header
  private static let columns = ImportFileTests.mapping
  private static let mapping = "register = \"Sổ một cửa 2019\"\n" + columns

  private static func row(_ code: String, received: String = "2026-11-01T09:00:00+07:00") -> String {
    "\(code),\(received),2026-11-04T17:00:00+07:00,2026-11-05T09:00:00+07:00,Thẩm định,2026-11-02T09:00:00+07:00\n"
  }

  private static func desk() throws -> (RunningDaemon, Connection) {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-30T09:00"]
    let made = try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config)
    try #require(made.status == 0, "\(made.errors)")
    try made.output.write(toFile: daemon.home + "/office.key", atomically: true, encoding: .utf8)
    try daemon.start()
    return (daemon, try daemon.connect())
  }

  @Test(
    "given a file with a code of the office's own form, one that looks like it, one of two scripts and a receipt in 2030, each is a bad row with its reason, and nothing is written"
  )
  func refused() throws {
    let (daemon, desk) = try Self.desk()
    let text =
      Self.header + Self.row("H56.26.07-261101-0001") + Self.row("\u{41D}56.26.07-261101-0002")
      + Self.row("S\u{1ED5}-\u{410}1") + Self.row("B-4", received: "2030-01-01T09:00:00+07:00") + Self.row("B-5")
    let refused = try desk.refusedImport(text, Self.mapping, Wire.ImportRefused.self)
    #expect(refused.badRows.map(\.line) == [2, 3, 4, 5])
    let reasons = refused.badRows.map(\.reasonEn)
    #expect(reasons[0].contains("own_codes = true") && reasons[1].contains("looks like"), "\(reasons)")
    #expect(reasons[2].contains("U+0410") && reasons[3].contains("2030-01-01"), "\(reasons)")
    #expect(zip(reasons, refused.badRows.map(\.reasonVi)).allSatisfy { !$1.isEmpty && $0 != $1 })
    #expect(try desk.ask(Wire.GetStatus()).status.cases == 0)
    let left = try desk.importText(text, mapping: Self.mapping, skipBadRows: true)
    #expect(left.cases == 1 && left.badRows.map(\.line) == [2, 3, 4, 5])
    // given the office's own older register: its codes are taken, those that only look like them are not
    let own = try desk.importText(text, mapping: "own_codes = true\n" + Self.mapping, skipBadRows: true)
    #expect(own.badRows.map(\.line) == [3, 4, 5, 6], "\(own.badRows)")
    #expect(try desk.ask(Wire.Show(code: "H56.26.07-261101-0001")).case.imported)
    _ = daemon
  }

  @Test(
    "an imported case says when it was brought in, by whom and from where: shown, listed, told, explained, on its slip and in what is owed",
    arguments: ["en", "vi"])
  func told(language: String) throws {
    let (daemon, desk) = try Self.desk()
    let open = "B-2,2026-11-27T09:00:00+07:00,2026-12-04T17:00:00+07:00,,Thẩm định,2026-11-27T10:00:00+07:00\n"
    _ = try desk.importText(Self.header + Self.row("B-1") + open, mapping: Self.mapping)
    let own = try desk.receive("Nguyễn Thị Hoa")
    let shown = try desk.ask(Wire.Show(code: "B-1")).case
    #expect(shown.importedAt?.hasPrefix("2026-11-30T09:00") == true)
    #expect(shown.importedBy == "root" && shown.importedFrom == "Sổ một cửa 2019")
    let ownShown = try desk.ask(Wire.Show(code: own.code)).case
    #expect(ownShown.importedAt == nil && ownShown.importedBy == nil && ownShown.importedFrom == nil)
    let events = try desk.pages(Wire.History(code: "B-1")).flatMap(\.events)
    #expect(events.count == 3 && events.allSatisfy { $0.imported && $0.importedFrom == "Sổ một cửa 2019" })
    let owed = try desk.pages(Wire.Owed()).flatMap(\.promises)
    #expect(Set(owed.filter { $0.importedFrom == "Sổ một cửa 2019" }.map(\.code)) == ["B-2"])
    #expect(owed.allSatisfy { ($0.importedAt == nil) == ($0.code == own.code) })
    let client = Client(socket: daemon.socket, language: language)
    let said =
      language == "vi"
      ? ["nhập ", "30/11", "bởi root", "từ “Sổ một cửa 2019”"]
      : ["imported ", "30/11", "by root", "from “Sổ một cửa 2019”"]
    for arguments in [
      ["show", "B-1"], ["history", "B-1"], ["list"], ["list", "--late"], ["next"], ["search", "B"], ["explain", "B-1"],
    ] {
      let told = try client.run(arguments)
      #expect(told.status == 0, "\(told.errors)")
      for part in said { #expect(told.output.contains(part), "\(arguments): \(told.output)") }
    }
    let slip = try client.run("slip", "B-1")
    #expect(slip.output.contains("Ghi theo sổ cũ") && slip.output.contains("Sổ một cửa 2019"), "\(slip.output)")
    let ownTold = try client.run("history", own.code)
    #expect(!ownTold.output.contains(said[0]), "\(ownTold.output)")
  }

  @Test("a mapping that does not name its register is told as one that does not", arguments: ["en", "vi"])
  func unnamed(language: String) throws {
    let (daemon, desk) = try Self.desk()
    _ = try desk.importText(Self.header + Self.row("B-1"), mapping: Self.columns)
    let shown = try desk.ask(Wire.Show(code: "B-1")).case
    #expect(shown.importedAt != nil && shown.importedBy == "root" && shown.importedFrom == nil)
    let told = try Client(socket: daemon.socket, language: language).run("history", "B-1")
    #expect(told.output.contains(language == "vi" ? "từ sổ không ghi tên" : "from a register without a name"))
    let tooLong = "register = \"\(String(repeating: "x", count: 301))\"\n" + Self.columns
    #expect(try desk.refusedImport(Self.header, tooLong, Wire.MappingInvalid.self).reasonEn.contains("register"))
  }

  @Test(
    "a proof of an imported case holds and says that it was imported, when, by whom and from where, sealed or opened",
    arguments: ["en", "vi"])
  func proved(language: String) throws {
    let (daemon, desk) = try Self.desk()
    _ = try desk.importText(Self.header + Self.row("B-1"), mapping: Self.mapping)
    let own = try desk.receive("Nguyễn Thị Hoa")
    let client = Client(socket: daemon.socket, language: language)
    #expect(try client.run("checkpoint").status == 0)
    for (code, flags) in [("B-1", []), ("B-1", ["--open"]), (own.code, [])] {
      let file = daemon.home + "/\(UUID().uuidString).proof"
      let made = try client.run(["prove", code, "--out", file] + flags)
      #expect(made.status == 0, "\(made.errors)")
      let check = ["check-proof", file, "--key", daemon.home + "/office.key"]
      let (told, json) = (try client.run(check), try client.run(check + ["--json"]))
      #expect(told.status == 0 && json.status == 0, "\(told.errors)")
      let sentence = language == "vi" ? "Hồ sơ nhập " : "The case was imported "
      #expect(told.output.contains(sentence) == (code == "B-1"), "\(told.output)")
      #expect(told.output.contains("Sổ một cửa 2019") == (code == "B-1"), "\(told.output)")
      #expect(json.output.contains("\"importedBy\":\"root\"") == (code == "B-1"), "\(json.output)")
      #expect(json.output.contains("\"importedAt\":\"2026-11-30T09:00") == (code == "B-1"), "\(json.output)")
    }
  }

  @Test("the tally says how many of each count were imported, and counts all as before", arguments: ["en", "vi"])
  func counted(language: String) throws {
    let (daemon, desk) = try Self.desk()
    let before = try desk.ask(Wire.Tally())
    #expect(before.cases.all.imported == nil)
    _ = try desk.importText(Self.header + Self.row("B-1") + Self.row("B-2"), mapping: Self.mapping)
    _ = try desk.receive("Nguyễn Thị Hoa")
    let all = try desk.ask(Wire.Tally()).cases
    #expect(all.all.received == 3 && all.all.resolvedLate == 2 && all.all.open == 1)
    let imported = try #require(all.all.imported)
    #expect(imported.received == 2 && imported.resolvedLate == 2 && imported.open == 0 && imported.apologiesOwed == 0)
    #expect(all.today.imported == nil && all.today.received == 1)
    #expect(all.thisMonth.imported?.received == 2 && all.thisMonth.imported?.open == nil)
    // As of before they were brought in, there were none.
    #expect(try desk.ask(Wire.Tally(asOf: "2026-11-30T08:59")).cases.all.received == 0)
    let told = try Client(socket: daemon.socket, language: language).run("tally")
    let name = language == "vi" ? "  nhập từ sổ cũ" : "  imported"
    let rows = told.output.split(separator: "\n").filter { $0.hasPrefix(name) }
    #expect(rows.count == 2, "\(told.output)")
  }
}
