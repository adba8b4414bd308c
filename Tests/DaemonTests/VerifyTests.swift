import DeskInterface
import DeskViews
import EventStore
import Foundation
import LMDB
import Testing
import VarlinkClient

@Suite("Verify", .serialized)
struct VerifyTests {
  /// A stopped daemon whose ledger has so many cases, each received and consulted on, and one case that was erased.
  private func stopped(cases: Int = 5) throws -> (daemon: RunningDaemon, codes: [String]) {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    var codes: [String] = []
    for number in 0..<cases {
      let code = try desk.receive("Người \(number)").code
      _ = try desk.ask(Wire.Consult(code: code, question: "Khi nào có?", guidance: "Đúng hẹn."))
      codes.append(code)
    }
    let erased = try desk.receive("Người được quên").code
    _ = try desk.ask(Wire.Withdraw(code: erased, reason: "không cần nữa"))
    _ = try desk.ask(Wire.Erase(code: erased, basis: "Luật 91/2025/QH15"))
    #expect(daemon.stop() == 0)
    return (daemon, codes)
  }

  @Test("given a ledger in order, then verify tells its events, its root and its rows, live and offline alike")
  func inOrder() throws {
    let (daemon, _) = try stopped()
    try daemon.start()
    let progress = try daemon.connect().verify()
    let status = try daemon.connect().ask(Wire.GetStatus()).status
    #expect(progress.damage == nil && progress.phase == .done)
    #expect(progress.position == status.position && progress.root == status.root && progress.rows > 50)
    let client = Client(socket: daemon.socket)
    #expect(try client.run("kiem-tra").output.contains(status.root))
    #expect(try client.run("verify", "--json").output.contains("\"phase\":\"done\""))
    #expect(daemon.stop() == 0)
    let offline = try Operator.run("verify", "--data", daemon.data)
    #expect(offline.status == 0 && offline.output.contains(status.root), "\(offline.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.data).allSatisfy { !$0.hasPrefix("verify-") })
  }

  @Test(
    "when one byte of one event is changed on disk, then verify names exactly that event and its case",
    arguments: [2, 7, 11] as [UInt64])
  func oneByte(position: UInt64) throws {
    let (daemon, codes) = try stopped()
    try DiskFault.changeRecord(position, in: daemon.data + "/ledger")
    try daemon.start()
    let damage = try #require(try daemon.connect().verify().damage)
    #expect(damage.kind == "eventChanged" && damage.position == Int(position))
    #expect(damage.code == codes[Int(position - 2) / 2])
    let client = Client(socket: daemon.socket)
    let said = try client.run("verify")
    #expect(said.status == 1 && said.errors.contains("event \(position), case \(damage.code ?? "?")"), "\(said.errors)")
    let backup = try client.run("backup", daemon.home + "/b")
    #expect(backup.status == 1 && backup.errors.contains("event \(position)"), "\(backup.errors)")
    #expect(!FileManager.default.fileExists(atPath: daemon.home + "/b"))
    #expect(daemon.stop() == 0)
    let offline = try Operator.run("verify", "--data", daemon.data)
    #expect(offline.status == 65 && offline.errors.contains("event \(position)"), "\(offline.errors)")
  }

  @Test("when a byte of a key is changed, then verify names its case")
  func changedKey() throws {
    let (daemon, codes) = try stopped()
    let path = daemon.data + "/keys/slots"
    var slots = try Data(contentsOf: URL(filePath: path))
    slots[3 * 64 + 5] ^= 1
    try DiskFault.overwrite(path, with: slots)
    let offline = try Operator.run("verify", "--data", daemon.data)
    #expect(offline.status == 65 && offline.errors.contains(codes[2]), "\(offline.errors)")
    #expect(offline.errors.contains("slot 3"))
  }

  @Test(
    "when one row of a table of the views is changed or gone, then verify names the table",
    arguments: ["streams", "commands", "tree"] + DeskViews.tables)
  func oneRow(table: String) throws {
    let (daemon, _) = try stopped()
    do {
      let names = ["meta", "streams", "commands", "tree", "build"] + DeskViews.tables
      let views = try Environment(path: daemon.data + "/views-1", tables: names)
      let rows = try views.table(table)
      let last = try views.read { transaction throws(LMDBError) in try transaction.last(rows) }
      var row = try #require(last)
      try views.write { transaction throws(LMDBError) in
        if row.value.isEmpty {
          try transaction.delete(rows, row.key)
        } else {
          row.value[row.value.count - 1] ^= 1
          try transaction.put(rows, row.key, row.value)
        }
      }
    }
    try daemon.start()
    let damage = try #require(try daemon.connect().verify().damage, "\(table)")
    #expect(damage.kind == "rowDiffers" && damage.table == table)
    #expect(damage.reasonEn.contains("motcua rebuild"))
    _ = try daemon.connect().pages(Wire.Rebuild())
    #expect(try daemon.connect().verify().damage == nil)
  }

  @Test("beside 16 clients at work verify finds nothing, once and again")
  func underLoad() async throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let socket = daemon.socket
    let ends = Date(timeIntervalSinceNow: 8)
    let work = Task {
      await inParallel(16) { client in
        guard let desk = try? Connection(path: socket) else { return 0 }
        var done = 0
        while Date() < ends {
          guard let code = try? desk.receive("Người \(client)").code,
            (try? desk.ask(Wire.Withdraw(code: code, reason: "thôi"))) != nil,
            (try? desk.ask(Wire.Erase(code: code, basis: "Luật"))) != nil
          else { return done }
          done += 1
        }
        return done
      }
    }
    var rounds = 0
    while Date() < ends {
      #expect(try daemon.connect().verify().damage == nil)
      rounds += 1
    }
    #expect(await work.value.allSatisfy { $0 > 0 } && rounds > 1)
  }

  @Test("while the views are rebuilt and replaced, verify finds nothing")
  func duringRebuild() async throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    for number in 0..<300 { _ = try desk.receive("Người \(number)") }
    let socket = daemon.socket
    let rebuilds = Task {
      await inParallel(1) { _ in
        (0..<6).allSatisfy { _ in (try? Connection(path: socket).pages(Wire.Rebuild())) != nil }
      }
    }
    for _ in 0..<4 { #expect(try daemon.connect().verify().damage == nil) }
    #expect(await rebuilds.value == [true])
  }

  @Test("a page of zeros or a file that ends early ends the verification and not the daemon")
  func pages() throws {
    let (daemon, _) = try stopped(cases: 60)
    let ledger = daemon.data + "/ledger/data.mdb"
    let whole = try Data(contentsOf: URL(filePath: ledger))
    var found = 0
    for page in 2..<(try DiskFault.pages(of: ledger)) {
      try DiskFault.zeroPage(page, of: ledger)
      let offline = try Operator.run("verify", "--data", daemon.data)
      // Not every page is in use.
      #expect([0, 65].contains(offline.status), "\(page): \(offline.status) \(offline.errors)")
      if offline.status == 65 { found += 1 }
      try DiskFault.overwrite(ledger, with: whole)
    }
    #expect(found >= 10)
    try daemon.start()
    // The clerk's work goes on at the end of the file; what was written long ago is gone.
    let file = try FileHandle(forWritingTo: URL(filePath: ledger))
    try file.truncate(atOffset: 5 * 4096)
    try file.close()
    let damage = try #require(try daemon.connect().verify().damage)
    #expect(["readerDied", "pageDamaged", "eventMissing", "eventUnreadable"].contains(damage.kind), "\(damage)")
    #expect(daemon.process?.isRunning == true)
    daemon.kill()
  }
}
