import DeskInterface
import EventStore
import Foundation
import MerkleTree
import TestSupport
import Testing
import VarlinkClient

/// An office that loses what it recorded after its backup, and puts the backup back.
final class LosingOffice {
  let daemon: RunningDaemon
  var desk: Connection
  private(set) var key = ""
  var ledger: String { daemon.home + "/b.mdb" }
  var keys: String { daemon.home + "/b.keys" }
  /// What must outlive the data directory.
  var heads: String { daemon.data + "-apart/signed-heads" }
  var erasures: String { daemon.data + "-apart/erasures" }

  init(signs: Bool = true) throws {
    daemon = try RunningDaemon()
    if signs { key = try Self.keygen(daemon) }
    try daemon.start()
    desk = try daemon.connect()
  }

  /// A new signing key in its place, and its public half.
  static func keygen(_ daemon: RunningDaemon) throws -> String {
    let made = try Operator.run("keygen", "--config", daemon.config, "--data", daemon.data)
    try #require(made.status == 0, "\(made.errors)")
    return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func renewKey() throws {
    try FileManager.default.removeItem(atPath: daemon.data + "/keys/signing")
    key = try Self.keygen(daemon)
  }

  var client: Client { Client(socket: daemon.socket) }

  func backUp() throws {
    let made = try client.run("backup", ledger, "--keys", keys, "--force")
    try #require(made.status == 0, "\(made.errors)")
  }

  func checkpoint(_ name: String) throws -> String {
    let path = daemon.home + "/" + name
    let made = try client.run("checkpoint", "--out", path)
    try #require(made.status == 0, "\(made.errors)")
    return path
  }

  /// Loses the data directory; the signing key alone is there again.
  func lose() throws {
    #expect(daemon.stop() == 0)
    let signing = daemon.data + "/keys/signing"
    let kept = try? Data(contentsOf: URL(filePath: signing))
    try FileManager.default.removeItem(atPath: daemon.data)
    guard let kept else { return }
    try FileManager.default.createDirectory(atPath: daemon.data + "/keys", withIntermediateDirectories: true)
    try kept.write(to: URL(filePath: signing))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: signing)
  }

  /// Puts the backup back, and goes on.
  @discardableResult
  func restore(_ arguments: String...) throws -> Client.Outcome {
    let said = try Operator.restore(arguments: [ledger, "--keys", keys, "--data", daemon.data] + arguments)
    try #require(said.status == 0, "\(said.errors)")
    try daemon.start()
    desk = try daemon.connect()
    return said
  }

  func restart() throws {
    #expect(daemon.stop() == 0)
    try daemon.start()
    desk = try daemon.connect()
  }

  func position() throws -> Int { try desk.ask(Wire.GetStatus()).status.position }

  func restored() throws -> [Wire.Restored] { try daemon.connect().allEvents(upTo: position()).compactMap(\.restored) }

  /// A receipt of so many days ago.
  func receive(_ name: String, daysAgo: Int) throws -> String {
    let day = String(try desk.ask(Wire.GetStatus()).status.now.prefix(10))
    let format = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
    let date = try format.parse(day).addingTimeInterval(Double(-daysAgo) * 86_400).formatted(format)
    let entry = Wire.Entry(occurredAt: date + "T09:00", reason: "ghi sổ muộn")
    return try desk.ask(
      Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: name, entry: entry)
    ).receipt.code
  }
}

extension FileTests {
  @Suite("A backup that is older than what happened after it")
  struct LostEventsTests {
    @Test("when restore is told nothing, then everything that is missing is named at once, and nothing is touched")
    func named() throws {
      let office = try LosingOffice(signs: false)
      try office.backUp()
      #expect(office.daemon.stop() == 0)
      let data = office.daemon.home + "/new"
      let said = try Operator.run("restore", office.ledger, "--data", data)
      #expect(said.status == 64, "\(said)")
      for option in ["--checkpoint FILE", "--no-checkpoint", "--keys FILE", "--erasures FILE", "--no-erasures"] {
        #expect(said.errors.contains(option), "\(option): \(said.errors)")
      }
      let vietnamese = try Operator.run(arguments: ["restore", office.ledger, "--data", data], language: "vi")
      #expect(vietnamese.errors.components(separatedBy: "thiếu --").count == 4, "\(vietnamese.errors)")
      // Each on a line of its own.
      for outcome in [said, vietnamese] {
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("motcuad: ") && !$0.contains("\\n") }, "\(lines)")
      }
      let keyless = try Operator.run(
        "restore", office.ledger, "--without-keys", "--no-erasures", "--checkpoint", "x", "--data", data)
      #expect(keyless.status == 64 && keyless.errors.contains("--key KEY is missing"), "\(keyless.errors)")
      #expect(!FileManager.default.fileExists(atPath: data) && !FileManager.default.fileExists(atPath: data + "-apart"))
      // The list of the daemon that was lost is named.
      try office.lose()
      let hinted = try Operator.run("restore", office.ledger, "--data", office.daemon.data)
      #expect(hinted.errors.contains(office.erasures), "\(hinted.errors)")
      for pair in [("--checkpoint", "--no-checkpoint"), ("--keys", "--without-keys"), ("--erasures", "--no-erasures")] {
        #expect(try Operator.run("restore", office.ledger, pair.0, "x", pair.1, "--data", data).status == 64)
      }
    }

    @Test(
      "given receipts that are lost, when the backup is put back without a checkpoint, then that is recorded, and no code that they had is given again, not for a day in the past either, nor after the restore is lost itself"
    )
    func codes() throws {
      let office = try LosingOffice(signs: false)
      let kept = try office.desk.receive("Trước").recordedAt.prefix(10)
      try office.backUp()
      var given = Set<String>()
      func receive(_ name: String) throws {
        for code in try [
          office.desk.receive(name).code, office.receive(name, daysAgo: 1), office.receive(name, daysAgo: 9),
        ] {
          #expect(given.insert(code).inserted, "\(code) was given twice")
        }
      }
      for index in 0..<5 { try receive("Mất \(index)") }
      try office.lose()
      let said = try office.restore()
      #expect(said.output.contains("begin after 1001"), "\(said.output)")
      let loss = try #require(try office.restored().first)
      #expect(loss.unknownEnd == true && loss.knownSize == 0 && loss.witness == "" && loss.erasures == nil)
      // The office's day may have ended in between.
      let today = try office.desk.ask(Wire.GetStatus()).status.now.prefix(10)
      #expect(loss.floorFirst == String(kept) && [String(kept), String(today)].contains(loss.floorLast))
      #expect(loss.serialFloor == 1001 && loss.size == 2)
      for index in 0..<5 { try receive("Sau \(index)") }
      // Live views and a rebuild say the same.
      _ = try office.desk.pages(Wire.Rebuild())
      #expect(try office.desk.verify().damage == nil)
      try office.restart()
      try receive("Sau nữa")

      // The restore is lost, too, and the same backup does not know of it.
      try office.lose()
      try office.restore()
      #expect(try office.restored().map(\.serialFloor) == [2001])
      for index in 0..<3 { try receive("Lần hai \(index)") }
      // Where nobody kept what was left room for, a person says what the receipts say.
      try office.lose()
      try FileManager.default.removeItem(atPath: office.daemon.data + "-apart")
      try office.restore("--serials-above", "2100")
      #expect(try office.restored().map(\.serialFloor) == [3100])
      for index in 0..<3 { try receive("Lần ba \(index)") }
    }

    @Test("how far apart codes are is a setting, and a ledger that is accepted with a loss leaves room, too")
    func accepted() throws {
      let daemon = try RunningDaemon()
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "serial_step = 1000", "serial_step = 50")
      try daemon.start()
      _ = try daemon.connect().receive("Hoa")
      #expect(daemon.stop() == 0)
      let old = daemon.home + "/old"
      try FileManager.default.copyItem(atPath: daemon.data + "/ledger", toPath: old)
      try daemon.start()
      let lost = try daemon.connect().receive("Lan").code
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data + "/ledger")
      try FileManager.default.copyItem(atPath: old, toPath: daemon.data + "/ledger")
      daemon.arguments = ["--accept-ledger"]
      try daemon.start()
      let loss = try #require(try daemon.connect().allEvents(upTo: 3).last?.restored)
      #expect(loss.serialFloor == 51 && loss.witness == "views" && loss.unknownEnd == nil)
      let code = try daemon.connect().receive("Minh").code
      #expect(code.hasSuffix("-0052") && code != lost)
    }

    @Test(
      "given a backup that is older than an erasure, when it is put back with the list of erasures, then the case is erased again and its key is gone; without the list it can be read"
    )
    func erasedAgain() throws {
      let office = try LosingOffice(signs: false)
      let code = try office.desk.quac()
      let open = try office.desk.receive("Lê Văn Mở").code
      let stays = try office.desk.receive("Trần Văn Ở").code
      try office.backUp()
      // One that had ended, and one whose end is lost with its erasure.
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
      _ = try office.desk.ask(Wire.Withdraw(code: open, reason: "thôi"))
      _ = try office.desk.ask(Wire.Erase(code: open, basis: "Luật 91/2025/QH15"))
      let list = try String(contentsOfFile: office.erasures, encoding: .utf8)
      #expect(list.hasPrefix("motcua erasures 1\n1 ") && list.split(separator: "\n").count == 3, "\(list)")
      #expect(!list.contains("Luật") && !list.contains("26.07"), "\(list)")
      let when = try office.desk.ask(Wire.Show(code: code)).case.erasedAt
      try office.lose()

      let without = office.daemon.home + "/without"
      #expect(try Operator.restore(office.ledger, "--keys", office.keys, "--data", without).status == 0)
      let slots = try Data(contentsOf: URL(filePath: without + "/keys/slots"))
      #expect(!slots[64..<124].allSatisfy { $0 == 0 })

      let said = try office.restore("--erasures", office.erasures)
      #expect(said.output.contains("2 cases were erased again"), "\(said.output)")
      #expect(try office.restored().map(\.erasures) == [2])
      let gone = try Data(contentsOf: URL(filePath: office.daemon.data + "/keys/slots"))
      #expect(gone[64..<124].allSatisfy { $0 == 0 } && gone[128..<188].allSatisfy { $0 == 0 })
      let desk = office.desk
      let shown = try desk.ask(Wire.Show(code: code)).case
      #expect(
        shown.applicant == nil && shown.erasedAt == when && shown.erasedUnder?.contains("list of erasures") == true)
      #expect(try desk.ask(Wire.Show(code: stays)).case.applicant == "Trần Văn Ở")
      #expect(try desk.pages(Wire.Search(words: "quac")).flatMap(\.cases).isEmpty)
      // Nobody can act on what nobody can read: it is open no more.
      let closed = try desk.ask(Wire.Show(code: open)).case
      #expect(!closed.open && closed.ended && !closed.apologyOwed && closed.status == .known(.received))
      #expect(try desk.pages(Wire.List(open: true)).flatMap(\.cases).map(\.code) == [stays])
      _ = try desk.refusal(of: Wire.Progress(code: open, step: "x"), Wire.CaseErased.self)
      #expect(try desk.ask(Wire.Tally()).cases.all.open == 1)
      #expect(try desk.verify().damage == nil)
      #expect(try office.client.run("history", code).output.contains("list of erasures"))
      // Put back again, there is nothing more to erase, and the list holds each once.
      try office.backUp()
      try office.lose()
      try office.restore("--erasures", office.erasures)
      #expect(try office.restored().map(\.erasures) == [2, 0])
      #expect(try String(contentsOfFile: office.erasures, encoding: .utf8) == list)
    }

    @Test("a list whose last line is cut short is taken without it; one that is no list, or was edited, is refused")
    func lists() throws {
      let office = try LosingOffice(signs: false)
      let code = try office.desk.quac()
      try office.backUp()
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật"))
      let list = try String(contentsOfFile: office.erasures, encoding: .utf8)
      #expect(office.daemon.stop() == 0)
      let file = office.daemon.home + "/list"
      func restore(_ text: String) throws -> Client.Outcome {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let data = office.daemon.home + "/\(UUID().uuidString)"
        return try Operator.restore(office.ledger, "--keys", office.keys, "--erasures", file, "--data", data)
      }
      let torn = try restore(list + list.split(separator: "\n")[1].prefix(30))
      #expect(torn.status == 0 && torn.errors.contains("cut short"), "\(torn)")
      #expect(torn.output.contains("1 case was erased again"), "\(torn)")
      let room = try restore(list + String(repeating: "\0", count: 100))
      #expect(room.status == 0 && !room.errors.contains("cut short"), "\(room)")
      let edited = try restore(
        list.replacingOccurrences(of: "\n1 ", with: "\n1  ") + list.split(separator: "\n")[1] + "\n")
      #expect(edited.status == 65 && edited.errors.contains("\(file):2"), "\(edited)")
      for text in ["", "hello\n", "motcua erasures 2\n"] {
        let refused = try restore(text)
        #expect(refused.status == 65 && refused.errors.contains("no list of erasures"), "\(text): \(refused)")
      }
      let lost = try Operator.restore(
        office.ledger, "--keys", office.keys, "--erasures", "/nonexistent", "--data", office.daemon.home + "/x")
      #expect(lost.status == 65 && lost.errors.contains("/nonexistent"), "\(lost)")
    }

    @Test("the list is whole again after it is lost: at the next erasure, at the next backup, and at the next start")
    func listMadeAgain() throws {
      let office = try LosingOffice(signs: false)
      let codes = try (0..<2).map { _ in try office.desk.quac() }
      _ = try office.desk.ask(Wire.Erase(code: codes[0], basis: "Luật"))
      let first = try String(contentsOfFile: office.erasures, encoding: .utf8)
      try FileManager.default.removeItem(atPath: office.erasures)
      _ = try office.desk.ask(Wire.Erase(code: codes[1], basis: "Luật"))
      let both = try String(contentsOfFile: office.erasures, encoding: .utf8)
      #expect(both.hasPrefix(first) && both.split(separator: "\n").count == 3)
      try FileManager.default.removeItem(atPath: office.erasures)
      let copy = office.daemon.home + "/copy"
      let made = try office.client.run("backup", office.ledger, "--erasures", copy)
      #expect(made.status == 0 && made.output.contains(copy), "\(made)")
      #expect(try String(contentsOfFile: office.erasures, encoding: .utf8) == both)
      #expect(try String(contentsOfFile: copy, encoding: .utf8) == both)
      // By itself, and over the one from before.
      #expect(try office.client.run("backup", "--erasures", copy).status == 0)
      #expect(try office.client.run("backup", office.ledger, "--force", "--erasures", "").status == 0)
      #expect(office.daemon.stop() == 0)
      try (first + "2 cut").write(toFile: office.erasures, atomically: true, encoding: .utf8)
      try office.daemon.start()
      #expect(try String(contentsOfFile: office.erasures, encoding: .utf8) == both)
    }

    @Test("where the list cannot be written, an erasure is refused and nothing is recorded; other work goes on")
    func unwritable() throws {
      let daemon = try RunningDaemon()
      daemon.config = try Configuration.copy(into: daemon.home)
      let place = daemon.home + "/elsewhere"
      try "in the way".write(toFile: place, atomically: true, encoding: .utf8)
      let settings = daemon.config + "/motcuad.toml"
      try ("erasures = \"\(place)\"\n" + String(contentsOfFile: settings, encoding: .utf8))
        .write(toFile: settings, atomically: true, encoding: .utf8)
      try daemon.start()
      #expect(daemon.log.contains("list of erasures cannot be written, and erasures are refused"), "\(daemon.log)")
      let desk = try daemon.connect()
      let code = try desk.quac()
      let position = try desk.ask(Wire.GetStatus()).status.position
      let erase = Wire.Erase(
        code: code, basis: "Luật", entry: Wire.Entry(commandId: "018f0000-0000-7000-8000-0000000000e1"))
      let refused = try desk.refusal(of: erase, Wire.ErasureListUnwritable.self)
      #expect(refused.path == place + "/erasures" && refused.reasonVi.contains("không phải thư mục"), "\(refused)")
      #expect(try desk.ask(Wire.GetStatus()).status.position == position)
      #expect(try desk.ask(Wire.Show(code: code)).case.applicant != nil)
      let said = try Client(socket: daemon.socket).run("erase", code, "--basis", "Luật")
      #expect(said.status == 1 && said.errors.contains(place), "\(said.errors)")
      // Mended while it runs, it goes on.
      try FileManager.default.removeItem(atPath: place)
      #expect(try desk.ask(erase).receipt.repeated == false)
      #expect(try String(contentsOfFile: place + "/erasures", encoding: .utf8).split(separator: "\n").count == 2)
      // A repeat is answered only when the list holds it.
      try FileManager.default.removeItem(atPath: place)
      #expect(try desk.ask(erase).receipt.repeated == true)
      #expect(try String(contentsOfFile: place + "/erasures", encoding: .utf8).split(separator: "\n").count == 2)
    }

    @Test(
      "given a list whose flush fails, then the erasure is not acknowledged, and after the next start it is listed",
      .enabled(if: Strace.isHere, Strace.comment))
    func flushFails() throws {
      let office = try LosingOffice(signs: false)
      let code = try office.desk.quac()
      let list = office.erasures
      let log = office.daemon.home + "/trace"
      let tracer = try Strace.attach(
        to: office.daemon.process, ["-P", list, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO"], log: log)
      let id = "018f0000-0000-7000-8000-0000000000e2"
      let erase = Wire.Erase(code: code, basis: "Luật", entry: Wire.Entry(commandId: id))
      _ = try office.desk.refusal(of: erase, Wire.StorageFailed.self)
      #expect(office.daemon.waitForExit() == 74)
      tracer.waitUntilExit()
      try office.daemon.start()
      #expect(try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").count == 2)
      #expect(try office.daemon.connect().ask(erase).receipt.repeated == true)
    }

    @Test("an erasure says how many backups of keys still open the case, and the status how many there may be")
    func keyBackups() throws {
      let office = try LosingOffice(signs: false)
      let codes = try (0..<3).map { _ in try office.desk.quac() }
      #expect(try office.desk.ask(Wire.GetStatus()).status.keyBackupsBeforeErasure == nil)
      #expect(try office.desk.ask(Wire.Erase(code: codes[0], basis: "Luật")).receipt.keyBackups == 0)
      try office.backUp()
      let place = office.daemon.home + "/keys"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
      for _ in 0..<4 {
        let made = try office.client.run(
          "backup", "--directory", office.daemon.home, "--keys-directory", place, "--keys-keep", "2")
        #expect(made.status == 0, "\(made.errors)")
      }
      // One by itself, and of the rotation the two that stay.
      #expect(try office.desk.ask(Wire.GetStatus()).status.keyBackupsBeforeErasure == 0)
      let said = try office.client.run("erase", codes[1], "--basis", "Luật")
      #expect(said.status == 0 && said.output.contains("Up to 3 backups of the keys"), "\(said.output)")
      #expect(try office.desk.ask(Wire.GetStatus()).status.keyBackupsBeforeErasure == 3)
      try office.restart()
      #expect(try office.desk.ask(Wire.GetStatus()).status.keyBackupsBeforeErasure == 3)
      #expect(try office.client.run("status").output.contains("3 from before the last erasure"))
      // A newer one takes the place of an older in the rotation.
      _ = try office.client.run(
        "backup", "--directory", office.daemon.home, "--keys-directory", place, "--keys-keep", "2")
      #expect(try office.desk.ask(Wire.GetStatus()).status.keyBackupsBeforeErasure == 2)
      // Their record is damaged: that is no record of none.
      #expect(try office.desk.ask(Wire.GetStatus()).status.keyBackupsUnknown == nil)
      try "x\n".write(toFile: office.daemon.data + "-apart/key-backups", atomically: true, encoding: .utf8)
      let damaged = try office.desk.ask(Wire.GetStatus()).status
      #expect(damaged.keyBackupsBeforeErasure == nil && damaged.keyBackupsUnknown == true)
      #expect(try office.client.run("status").output.contains("cannot be told"))
      let told = try office.client.run("erase", codes[2], "--basis", "Luật")
      #expect(told.status == 0 && told.output.contains("cannot be told"), "\(told)")
    }
  }
}
