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
    #expect(reasons[2].contains("has Cyrillic letters “\u{410}” (U+0410) among Latin letters"), "\(reasons)")
    #expect(
      reasons[3].contains("is 09:00:00 01/01/2030, which is yet to come: the office's clock shows 09:00:00 30/11/2026"),
      "\(reasons)")
    // given a code that begins with the foreign letters, they are named and not the Latin ones
    let mixed = try desk.refusedImport(
      Self.header + Self.row("\u{41D}\u{421}1-ab"), Self.mapping, Wire.ImportRefused.self)
    #expect(
      mixed.badRows.map(\.reasonVi) == [
        "mã \u{41D}\u{421}1-ab có chữ Kirin “\u{41D}” (U+041D), “\u{421}” (U+0421) lẫn với chữ Latinh, nên dễ nhầm với mã khác"
      ])
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
    "codes that ASCII tells apart in plain sight are taken, and a short one is told from the office's own where both fit"
  )
  func taken() throws {
    let (daemon, desk) = try Self.desk()
    let own = try desk.receive("Nguyễn Thị Hoa").code
    let short = own.split(separator: "-").suffix(2).joined(separator: "-")
    let codes = ["HS6.26.07-261118-0001", "H56.26.07_261118_0001", "H56.26.07/261118/0001", "261118-0001", short]
    let taken = try desk.importText(
      Self.header + codes.map { Self.row($0) }.joined(), mapping: Self.mapping)
    #expect(taken.cases == codes.count && taken.badRows.isEmpty, "\(taken)")
    let client = Client(socket: daemon.socket)
    let both = try client.run("show", short)
    #expect(
      both.status == 1 && both.errors.contains(own) && both.errors.contains("→ motcua show =\(short)"), "\(both.said)")
    #expect(try client.run("show", "=\(short)").output.contains(" by root from "))
  }

  /// A row of a case that goes on.
  private static let open =
    "B-2,2026-11-27T09:00:00+07:00,2026-12-04T17:00:00+07:00,,Thẩm định,2026-11-27T10:00:00+07:00\n"

  @Test(
    "an imported case says when it was brought in, by whom and from where: shown, listed, told, explained, on its slip and in what is owed",
    arguments: ["en", "vi"])
  func told(language: String) throws {
    let (daemon, desk) = try Self.desk()
    _ = try desk.importText(Self.header + Self.row("B-1") + Self.open, mapping: Self.mapping)
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

  @Test(
    "an end that only the register tells of is told as closed there, and never as a result that was handed over",
    arguments: ["en", "vi"])
  func closed(language: String) throws {
    let (daemon, desk) = try Self.desk()
    _ = try desk.importText(Self.header + Self.row("B-1") + Self.open, mapping: Self.mapping)
    let client = Client(socket: daemon.socket, language: language)
    let isVietnamese = language == "vi"
    let words = isVietnamese ? "Đã khép theo sổ cũ" : "Closed in its register"
    let handedOver = isVietnamese ? "Đã trả kết quả" : "Result handed over"
    let event = isVietnamese ? "khép theo sổ cũ" : "closed in its register"
    #expect(try client.run("checkpoint").status == 0)
    let proof = daemon.home + "/b.proof"
    #expect(try client.run("prove", "B-1", "--out", proof).status == 0)
    for (arguments, status, expected) in [
      (["show", "B-1"], Int32(0), words), (["list", "--late"], 0, words), (["list", "--status", "returned"], 0, words),
      (["search", "B-1"], 0, words), (["history", "B-1"], 0, event),
      (["check-proof", proof, "--key", daemon.home + "/office.key"], 0, event),
      (["progress", "B-1", "Xem lại"], 1, words), (["correct", "B-1", "--name", "Lan", "--reason", "nhầm"], 0, words),
    ] {
      let told = try client.run(arguments)
      #expect(told.status == status && told.said.contains(expected), "\(arguments): \(told.said)")
      #expect(!told.said.contains(handedOver), "\(arguments): \(told.said)")
    }
    // What the office itself hands over of it is told as that.
    #expect(try client.run("resolve", "B-2").status == 0)
    let returned = try client.run("return", "B-2", "--to", "Lan")
    #expect(returned.status == 0 && returned.output.contains(handedOver), "\(returned.said)")
    #expect(try client.run("show", "B-2").output.contains(handedOver))
    // The wire says what it said.
    #expect(try desk.ask(Wire.Show(code: "B-1")).case.status == .returned)
  }

  @Test(
    "given a register that names no procedure, that is said; who brought it in stands beside no date of its own, and no line is empty",
    arguments: ["en", "vi"])
  func silent(language: String) throws {
    let (daemon, desk) = try Self.desk()
    _ = try desk.importText(Self.header + Self.row("B-1"), mapping: Self.mapping)
    let client = Client(socket: daemon.socket, language: language)
    let isVietnamese = language == "vi"
    let unnamed = isVietnamese ? "sổ cũ không ghi" : "not named in the register"
    let shown = try client.run("show", "B-1").output
    #expect(shown.contains(unnamed), "\(shown)")
    for arguments in [["list", "--late"], ["history", "B-1"]] {
      #expect(try client.run(arguments).output.contains(unnamed))
    }
    let importer = isVietnamese ? "bởi root" : "by root"
    for arguments in [["show", "B-1"], ["list", "--late"], ["history", "B-1"]] {
      let told = try client.run(arguments).output
      for line in told.split(separator: "\n") where line.contains("root") {
        #expect(line.components(separatedBy: "root").count == 2 && line.contains(importer), "\(arguments): \(line)")
      }
      #expect(told.contains(importer))
    }
    let history = try client.run("history", "B-1").output
    #expect(history.contains(isVietnamese ? "v1  sổ cũ  " : "v1  register  "), "\(history)")
    let explained = try client.run("explain", "B-1").output
    #expect(!explained.contains(isVietnamese ? "Nguồn:" : "Source:"), "\(explained)")
  }

  @Test("a mapping with a mistake is to be mended where it is, before the same is asked again")
  func mistaken() throws {
    let (daemon, _) = try Self.desk()
    let (file, mapping) = (daemon.home + "/b.csv", daemon.home + "/the mapping.toml")
    try (Self.header + Self.row("B-1")).write(toFile: file, atomically: true, encoding: .utf8)
    try ("register = \"Sổ\"\ncolour = \"x\"\n" + Self.columns).write(toFile: mapping, atomically: true, encoding: .utf8)
    let refused = try Client(socket: daemon.socket).run("import", file, "--mapping", mapping)
    #expect(
      refused.status == 1 && refused.errors.hasSuffix("→ editor +2 \"\(mapping)\"\n"),
      "\(refused.errors)")
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
