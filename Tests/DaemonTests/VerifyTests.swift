import DeskInterface
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension FileTests {
  @Suite("Verify")
  struct VerifyTests {
    @Test("numbers are grouped as the client groups them: by commas in English, by points in Vietnamese")
    func grouped() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let desk = try daemon.connect()
      let rows = (1...400).map {
        "R-\($0),2026-01-05T09:00:00Z,2026-01-06T17:00:00Z,2026-01-06T09:00:00Z,Nhận,2026-01-05T09:30:00Z\n"
      }
      _ = try desk.importText(ImportFileTests.header + rows.joined(), mapping: ImportFileTests.mapping)
      let position = try desk.ask(Wire.GetStatus()).status.position
      #expect(position == 1201 && daemon.stop() == 0)
      for (language, number) in [("en", "1,201 events"), ("vi", "1.201 sự kiện")] {
        let told = try Operator.run(arguments: ["verify", "--data", daemon.data], language: language)
        #expect(told.status == 0 && told.output.contains(number), "\(told.said)")
      }
    }

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

    @Test("a directory without a ledger is said to have none, in both languages")
    func noLedger() throws {
      let said = try Operator.run("verify", "--data", "/nope")
      #expect(said.status == 74 && said.errors.contains("there is no ledger at /nope"), "\(said.errors)")
      let spoken = try Operator.run(arguments: ["verify", "--data", "/nope"], language: "vi")
      #expect(spoken.status == 74 && spoken.errors.contains("không có sổ ở /nope"), "\(spoken.errors)")
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
      #expect(
        said.status == 1 && said.errors.contains("event \(position), case \(damage.code ?? "?")"), "\(said.errors)")
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

    @Test(
      "given a mark of what is durable that is cut short or flipped, then verify says so, live and offline, and after a rebuild it finds nothing",
      arguments: [true, false])
    func brokenMark(isShort: Bool) throws {
      let (daemon, _) = try stopped()
      try daemon.start()
      _ = try daemon.connect().receive("Người sau cùng")
      #expect(try daemon.connect().verify().damage == nil)
      let path = daemon.data + "/views-1/durable"
      var bytes = try Data(contentsOf: URL(filePath: path))
      #expect(bytes.count == 48)
      if isShort { bytes = bytes.dropLast(9) } else { bytes[20] ^= 1 }
      try bytes.write(to: URL(filePath: path))
      let damage = try #require(try daemon.connect().verify().damage)
      #expect(damage.kind == "markDamaged" && damage.reasonEn.contains("durable is not whole"))
      #expect(daemon.stop() == 0)
      let offline = try Operator.run("verify", "--data", daemon.data)
      #expect(offline.status == 65 && offline.errors.contains("motcua rebuild"), "\(offline.errors)")
      try daemon.start()
      #expect(daemon.log.contains("the views alone witness it: \(path) is not whole"), "\(daemon.log)")
      _ = try daemon.connect().pages(Wire.Rebuild())
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }

    @Test(
      "given a ledger without events that were acknowledged, or with another in the place of the last, then verify says so by the mark, though the views had not seen them"
    )
    func acknowledged() throws {
      let (daemon, _) = try stopped()
      let seen = try Ledger.alone(daemon.data + "/ledger").records(from: .start, limit: .max)
      let last = try #require(seen.last)
      let path = daemon.data + "/views-1/durable"
      func mark(_ position: UInt64, _ leaf: [UInt8]) throws {
        let said = withUnsafeBytes(of: position.bigEndian) { Array($0) } + leaf
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in said { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        try Data(said + withUnsafeBytes(of: sum.bigEndian) { Array($0) }).write(to: URL(filePath: path))
      }
      try mark(last.position.rawValue, last.leaf.bytes)
      #expect(try Operator.run("verify", "--data", daemon.data).status == 0)
      for (position, leaf, said) in [
        (
          last.position.rawValue + 3, last.leaf.bytes,
          "event \(last.position.next.rawValue): the ledger ends at event \(last.position.rawValue), and events up to \(last.position.rawValue + 3) were acknowledged"
        ),
        (
          last.position.rawValue, seen[0].leaf.bytes,
          "event \(last.position.rawValue), case"
        ),
      ] {
        try mark(position, leaf)
        let offline = try Operator.run("verify", "--data", daemon.data)
        #expect(offline.status == 65 && offline.errors.contains(said), "\(offline.errors)")
        // As a start does.
        try daemon.launch()
        #expect(daemon.waitForExit() == 65)
      }
    }

    @Test("beside 16 clients at work verify finds nothing, once and again")
    func underLoad() throws {
      let daemon = try RunningDaemon()
      daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
      try daemon.start()
      let socket = daemon.socket
      let load = Load(clients: 16) { client in
        guard let desk = try? UncheckedBox(Connection(path: socket)) else { return nil }
        return { _ in
          guard let code = try? desk.value.receive("Người \(client)").code else { return false }
          return (try? desk.value.ask(Wire.Withdraw(code: code, reason: "thôi"))) != nil
            && (try? desk.value.ask(Wire.Erase(code: code, basis: "Luật"))) != nil
        }
      }
      load.waitUntilEach(hasDone: 5)
      for _ in 0..<6 { #expect(try daemon.connect().verify().damage == nil) }
      #expect(load.finish().allSatisfy { $0 >= 5 })
      #expect(try daemon.connect().verify().damage == nil)
    }

    @Test("while the views are rebuilt and replaced, verify finds nothing")
    func duringRebuild() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let desk = try daemon.connect()
      for number in 0..<300 { _ = try desk.receive("Người \(number)") }
      let socket = daemon.socket
      let rebuilds = Load(clients: 1) { _ in
        { _ in (try? Connection(path: socket).pages(Wire.Rebuild())) != nil }
      }
      for _ in 0..<6 { #expect(try daemon.connect().verify().damage == nil) }
      #expect(rebuilds.finish()[0] >= 3)
    }

    @Test("given signed checkpoints, then each is held against the events; one that does not fit is named by its size")
    func checkpoints() throws {
      let (daemon, _) = try stopped()
      let signer = try NoteSigningKey(name: "motcua/H56.26.07")
      func keep(_ size: UInt64, _ root: Hash, signedBy signer: NoteSigningKey, as key: NoteVerifierKey) throws {
        let checkpoint = try Checkpoint(origin: signer.name, size: size, root: root)
        let note = try SignedNote(text: checkpoint.text, signedBy: [signer])
        let store = try EventStore(
          daemon.data, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: true, now: 0)
        var batch = try store.beginBatch()
        batch.keep(checkpoint: "\(key)\n\(note)", ofSize: size, keyID: key.keyID)
        try batch.commit(.behind) { _ throws(LMDBError) in }
        try store.close()
      }
      let leaves = try Ledger.alone(daemon.data + "/ledger").records(from: .start, limit: .max).map(\.leaf)
      for size in [1, 4, leaves.count] {
        let root = MerkleTree.root(of: Array(leaves[..<size]))
        try keep(UInt64(size), root, signedBy: signer, as: signer.verifierKey)
      }
      let whole = try Operator.run("verify", "--data", daemon.data)
      #expect(whole.status == 0 && whole.output.contains("3 checkpoints"), "\(whole)")
      func damage() throws -> String {
        let said = try Operator.run("verify", "--data", daemon.data)
        #expect(said.status == 65)
        return said.errors
      }
      let root = MerkleTree.root(of: Array(leaves[..<6]))
      try keep(6, leaves[0], signedBy: signer, as: signer.verifierKey)
      #expect(try damage().contains("event 6: the signed checkpoint of 6 events"))
      try keep(6, root, signedBy: try NoteSigningKey(name: signer.name), as: signer.verifierKey)
      #expect(try damage().contains("no signature of the note is by a trusted key"))
      try keep(6, root, signedBy: signer, as: signer.verifierKey)
      try keep(99, root, signedBy: signer, as: signer.verifierKey)
      #expect(try damage().contains("it is for 99 events"))
    }

    @Test("a caller who leaves ends the verification, and what it had made is gone")
    func leaving() throws {
      let (daemon, _) = try stopped(cases: 60)
      let leftover = daemon.data + "/verify-999999"
      try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
      try Data("torn".utf8).write(to: URL(filePath: leftover + "/data.mdb"))
      try daemon.start()
      #expect(!FileManager.default.fileExists(atPath: leftover))
      let deadline = Date(timeIntervalSinceNow: 20)
      /// Again while the one before is being ended.
      func patiently<R>(_ body: () throws -> R) throws -> R {
        while true {
          do { return try body() } catch CallError.varlink(let error) where error.name == Wire.VerifyRunning.error {
            guard Date() < deadline else { throw CallError.varlink(error) }
            usleep(20_000)
          }
        }
      }
      for _ in 0..<3 {
        try patiently {
          let desk = try daemon.connect()
          try desk.stream(Wire.Verify.method) { _ in false }
        }
      }
      #expect(try patiently { try daemon.connect().verify() }.damage == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.data).allSatisfy { !$0.hasPrefix("verify-") })
    }

    @Test(
      "given a damaged page, export and rebuild are refused with the event, a start that must replay ends with 65, and the daemon dies of none of it"
    )
    func damagedLedger() throws {
      let (daemon, _) = try stopped(cases: 120)
      let path = daemon.data + "/ledger/data.mdb"
      // A leaf in the middle of the events: of the pages that hold one of their records, the one that is not an old copy.
      let record = try #require(try Ledger.alone(daemon.data + "/ledger").record(at: Position(150)))
      let whole = try Data(contentsOf: URL(filePath: path))
      let page = (2..<(try DiskFault.pages(of: path))).first { page in
        guard whole[(page * 4096)..<((page + 1) * 4096)].range(of: Data(record)) != nil else { return false }
        try? DiskFault.zeroPage(page, of: path)
        if let said = try? Operator.run("verify", "--data", daemon.data), said.errors.contains("died of signal") {
          return true
        }
        try? DiskFault.overwrite(path, with: whole)
        return false
      }
      #expect(page != nil)
      // An earlier event that was changed ends nobody, and does not hide the page.
      try DiskFault.changeRecord(2, in: daemon.data + "/ledger")
      try daemon.start()
      let pid = try daemon.connect().ask(Wire.GetStatus()).status.pid
      for method in [Wire.Export.method, Wire.Rebuild.method, Wire.Backup.method] {
        do {
          try daemon.connect().stream(method) { _ in true }
          Issue.record("\(method) went through a damaged page")
        } catch CallError.varlink(let error) {
          #expect(error.name == Wire.LedgerDamaged.error, "\(error)")
        }
      }
      #expect(try daemon.connect().ask(Wire.GetStatus()).status.pid == pid)
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data + "/CURRENT")
      try daemon.launch()
      #expect(daemon.waitForExit() == 65)
      #expect(daemon.log.contains("motcuad salvage"), "\(daemon.log)")
    }

    @Test("callers who leave in the middle of many pages leave the daemon as it was")
    func leavingInTheMiddle() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let pid = try daemon.connect().ask(Wire.GetStatus()).status.pid
      let guidance = String(repeating: "Hướng dẫn. ", count: 200)
      for _ in 0..<700 { _ = try daemon.connect().ask(Wire.Consult(question: "Hỏi?", guidance: guidance)) }
      for round in 0..<20 {
        let desk = try daemon.connect()
        var pages = 0
        try desk.stream(Wire.Export.method) { _ in
          pages += 1
          return pages <= round % 5
        }
        desk.close()
      }
      usleep(100_000)
      let status = try daemon.connect().ask(Wire.GetStatus()).status
      #expect(status.pid == pid && status.cases == 700)
    }

    @Test("a one-way call of what takes long begins nothing, and stands in nobody's way")
    func oneWay() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      for method in [Wire.Verify.method, Wire.Backup.method, Wire.Rebuild.method, Wire.Export.method] {
        let socket = try RawSocket(daemon.socket)
        socket.write(Array(#"{"method":"\#(method)","oneway":true,"more":true}"#.utf8) + [0])
        socket.close()
      }
      usleep(300_000)
      #expect(try daemon.connect().verify().damage == nil)
      #expect(try daemon.connect().ask(Wire.GetStatus()).status.viewsNumber == 1)
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
}
