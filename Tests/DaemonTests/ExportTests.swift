import Crypto
import DeskInterface
import EventStore
import Foundation
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("A ledger that leaves and comes back", .oneAtATime)
struct ExportTests {
  @Test("with its keys, it comes back as itself, and the work goes on")
  func withKeys() throws {
    let office = try Office()
    let before = try office.daemon.connect().ask(Wire.GetStatus()).status
    let file = office.daemon.home + "/office.jsonl"
    let exported = try Client(socket: office.daemon.socket).run("export", file)
    #expect(exported.status == 0 && exported.output.contains(before.root), "\(exported.errors)")
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    let again = try Client(socket: office.daemon.socket).run("xuat", file)
    #expect(again.status == 64 && again.errors.contains("--force"), "\(again.errors)")
    try Data(office.keys()).write(to: URL(filePath: office.daemon.home + "/office.keys"))

    let other = try RunningDaemon()
    try other.start()
    let client = Client(socket: other.socket)
    let result = try client.run(
      "import", "--format", "cloudevents", file, "--keys", office.daemon.home + "/office.keys")
    #expect(result.status == 0 && result.errors.isEmpty && result.output.contains(before.root), "\(result.errors)")
    try office.expectSame(other)
    #expect(try client.run("search", "tran nam").output.contains("Trần Văn Nam"))
    // The erased case stays closed, though the backup might have been made before.
    #expect(try !client.run("history", office.erased).output.contains("Lê Thị Mận"))

    let desk = try other.connect()
    let receipt = try desk.receive("Phạm Thị Sen")
    #expect(receipt.number == 4 && receipt.position == before.position + 1)
    let position = try desk.ask(Wire.GetStatus()).status.position
    #expect(other.stop() == 0)
    try other.start()
    #expect(try other.connect().ask(Wire.GetStatus()).status.position == position)
    #expect(try client.run("search", "pham sen").output.contains("Phạm Thị Sen"))
    #expect(other.stop() == 0)
    try Rebuild.expectEqual(other.data)
  }

  @Test("without its keys it has the same root and counts, and what is personal stays closed; new cases are open")
  func withoutKeys() throws {
    let office = try Office()
    let other = try RunningDaemon()
    try other.start()
    let progress = try other.connect().importLedger(office.text())
    #expect(progress.cases == 3 && progress.closed == 2)
    try office.expectSame(other)
    let client = Client(socket: other.socket)
    #expect(try !client.run("search", "tran nam").output.contains("Nam"))
    let events = try other.connect().pages(Wire.History(code: office.open)).flatMap(\.events)
    #expect(!events.isEmpty && events.allSatisfy { $0.closed == true })
    _ = try other.connect().receive("Phạm Thị Sen")
    #expect(try client.run("search", "pham sen").output.contains("Phạm Thị Sen"))
    #expect(other.stop() == 0)
    try other.start()
    #expect(try client.run("search", "pham sen").output.contains("Phạm Thị Sen"))
    #expect(other.stop() == 0)
    try Rebuild.expectEqual(other.data)
  }

  @Test("exported again from where it came to, it is the same file, byte for byte")
  func identical() throws {
    let office = try Office()
    let text = try office.text()
    let other = try RunningDaemon()
    try other.start()
    _ = try other.connect().importLedger(text)
    #expect(try other.connect().exportText() == text)
  }

  @Test("under rules of its own, the daemon adopts them after the root was compared")
  func otherRules() throws {
    let office = try Office()
    let other = try RunningDaemon()
    other.config = try Configuration.copy(into: other.home)
    try Configuration.replace(other.config + "/rules.toml", "15:00", "14:00")
    try other.start()
    let progress = try other.connect().importLedger(office.text())
    let (status, before) = (
      try other.connect().ask(Wire.GetStatus()).status, try office.daemon.connect().ask(Wire.GetStatus()).status
    )
    #expect(progress.root == before.root && progress.position == before.position)
    #expect(status.position == before.position + 1 && status.root != before.root)
  }

  @Test("a readable export tells people what may be told, and is refused by an import with what to run")
  func readable() throws {
    let office = try Office()
    let client = Client(socket: office.daemon.socket)
    let exported = try client.run("export", "--readable")
    #expect(exported.status == 0 && exported.output.contains("Trần Văn Nam"), "\(exported.errors)")
    #expect(!exported.output.contains("Lê Thị Mận") && exported.output.contains("\"closed\":true"))
    #expect(!exported.output.contains("data_base64"))
    let other = try RunningDaemon()
    try other.start()
    let refused = try other.connect().refusedLedger(exported.output, Wire.ExportUnreadable.self)
    #expect(refused.line == 1 && refused.reasonEn.contains("without --readable"))
    #expect(try other.connect().ask(Wire.GetStatus()).status.position == 1)
  }

  @Test(
    "the Python package cloudevents reads an export line by line, verbatim and readable",
    .enabled(if: PythonPackage("cloudevents").isHere, "skipped: the Python package cloudevents is not installed"))
  func python() throws {
    let office = try Office()
    let script = Project.folder.appending(path: "Tests/DaemonTests/read_export.py").path
    for options in [[], ["--readable"]] {
      let file = office.daemon.home + "/lines\(options.count).jsonl"
      #expect(try Client(socket: office.daemon.socket).run(["export", file] + options).status == 0)
      let outcome = try PythonVarlink.run([script, file])
      let output = outcome.said
      #expect(outcome.status == 0, "\(output)")
      #expect(output.contains("\"vn.motcua.received\": 3") && output.contains("\"vn.motcua.erased\": 1"), "\(output)")
    }
  }

  @Test("while 16 clients write, an export is a whole ledger of some moment, and the work goes on")
  func whileWriting() async throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let socket = daemon.socket
    async let failures = inParallel(16) { client -> String? in
      do {
        let desk = try Connection(path: socket)
        for _ in 0..<12 { _ = try desk.receive("Người \(client)") }
        return nil
      } catch {
        return "\(error)"
      }
    }
    var texts: [String] = []
    for _ in 0..<4 { texts.append(try daemon.connect().exportText()) }
    #expect(await failures.compactMap(\.self) == [])
    let whole = try daemon.connect().exportText().split(separator: "\n")
    for text in texts {
      let lines = text.split(separator: "\n")
      #expect(lines.dropLast() == whole.prefix(lines.count - 1)[...], "an export is a prefix of a later one")
    }
    let other = try RunningDaemon()
    try other.start()
    let progress = try other.connect().importLedger(try #require(texts.last))
    #expect(progress.position == texts.last.map { $0.split(separator: "\n").count - 2 })
  }

  @Test("event types are called on the lines what the interfaces call them")
  func words() throws {
    let lines = try Office().text().split(separator: "\n")
    let types = Set(Wire.EventType.allCases.map { "vn.motcua." + $0.rawValue })
    for line in lines.dropFirst().dropLast() {
      let type = try #require(try StrictJSON.parse(Array(line.utf8))["type"]?.string)
      #expect(types.contains(type))
    }
  }
}

@Suite(
  "A real municipality's register, out and in again", .oneAtATime,
  .enabled(if: Register.isHere, "skipped: ../shared/data/municipal-receipts.csv is not here"))
struct RegisterExportTests {
  @Test("the same root, the same figures, and views equal to a rebuild")
  func register() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let mapping = RunningDaemon.sampleConfiguration + "/mappings/municipal-receipts.toml"
    _ = try daemon.connect().importFile(Register.path, mapping: mapping)
    let before = try daemon.connect().ask(Wire.GetStatus()).status
    let file = daemon.home + "/register.jsonl"
    #expect(try Client(socket: daemon.socket).run("export", file).status == 0)
    let other = try RunningDaemon()
    try other.start()
    let result = try Client(socket: other.socket).run("import", "--format", "cloudevents", file)
    #expect(result.status == 0 && result.output.contains(before.root), "\(result.errors)")
    let after = try other.connect().ask(Wire.GetStatus()).status
    #expect(after.position == before.position && after.root == before.root && after.cases == 1434)
    let (left, right) = (
      try daemon.connect().ask(Wire.Tally()).cases.all, try other.connect().ask(Wire.Tally()).cases.all
    )
    #expect(left == right)
    #expect(other.stop() == 0)
    try Rebuild.expectEqual(other.data)
  }
}

/// A daemon with three cases: one erased, one resolved, one open.
struct Office {
  let daemon: RunningDaemon
  let erased: String
  let open: String

  init() throws {
    daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    erased = try desk.receive("Lê Thị Mận").code
    _ = try desk.ask(Wire.Withdraw(code: erased, reason: "thôi không làm nữa"))
    let resolved = try desk.receive("Nguyễn Thị Hoa").code
    _ = try desk.ask(Wire.Resolve(code: resolved))
    open = try desk.receive("Trần Văn Nam").code
    _ = try desk.ask(Wire.Erase(code: erased, basis: "Luật 91/2025/QH15, điều 14"))
  }

  func text() throws -> String { try daemon.connect().exportText() }

  /// The backup of its keys, as it lies on the disk.
  func keys() throws -> [UInt8] {
    func bytes(_ name: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(filePath: daemon.data + "/keys/" + name)))
    }
    let head = Array("motcua keybackup 2\n".utf8)
    let content = head + [UInt8](repeating: 0, count: 32 - head.count) + (try bytes("master")) + (try bytes("slots"))
    return content + Array(SHA256.hash(data: content))
  }

  func expectSame(_ other: RunningDaemon) throws {
    let (left, right) = (try daemon.connect(), try other.connect())
    let (before, after) = (try left.ask(Wire.GetStatus()).status, try right.ask(Wire.GetStatus()).status)
    #expect(after.position == before.position && after.root == before.root && after.cases == before.cases)
    #expect(after.viewsPosition == before.position)
    #expect(try left.ask(Wire.Tally()).cases.all == right.ask(Wire.Tally()).cases.all)
  }
}

extension Connection {
  func exportText() throws -> String {
    try pages(Wire.Export()).flatMap(\.lines).map { $0 + "\n" }.joined()
  }

  func upload(_ text: String, spool: Bool) throws -> String {
    var upload: String?
    for part in stride(from: 0, to: max(1, text.utf8.count), by: 300_000) {
      let bytes = Array(text.utf8.dropFirst(part).prefix(300_000))
      let first = upload == nil && spool ? true : nil
      upload = try ask(Wire.Upload(upload: upload, text: String(decoding: bytes, as: UTF8.self), spool: first)).upload
    }
    return upload ?? ""
  }

  func importLedger(
    _ text: String, keys: [UInt8]? = nil, _ each: (Wire.LedgerImportProgress) -> Void = { _ in }
  ) throws -> Wire.LedgerImportProgress {
    let call = Wire.ImportLedger(
      upload: try upload(text, spool: true), keys: try keys.map { try upload(Base64.encode($0), spool: false) })
    var last: Wire.LedgerImportProgress?
    try stream(call) { page in
      last = page.progress
      each(page.progress)
      return true
    }
    return try #require(last)
  }

  func refusedLedger<Refusal: WireError>(
    _ text: String, keys: [UInt8]? = nil, _: Refusal.Type
  ) throws -> Refusal {
    do {
      let progress = try importLedger(text, keys: keys)
      throw RunningDaemon.Failure(text: "imported: \(progress)")
    } catch CallError.varlink(let error) where error.name == Refusal.error {
      try Contract.check(error)
      return try Refusal(json: error.parameters)
    }
  }
}

/// Whether a package from PyPI is installed.
struct PythonPackage {
  let name: String

  init(_ name: String) { self.name = name }

  var isHere: Bool { (try? PythonVarlink.run(["-c", "import \(name)"]))?.status == 0 }
}
