import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

extension FileTests {
  @Suite("The copy of the list of erasures")
  struct ErasuresBackupTests {
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func names(_ path: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test(
      "given data and what is apart of them that were rolled back together, when the copy is written again, then it keeps the erasure that only it knows of and says so, and given back to the daemon it erases again",
      arguments: ["en", "vi"])
    func rolledBack(language: String) throws {
      // given
      let daemon = try RunningDaemon()
      try daemon.start()
      let codes = try (0..<2).map { _ in try daemon.connect().quac() }
      _ = try daemon.connect().ask(Wire.Erase(code: codes[0], basis: "Luật"))
      #expect(daemon.stop() == 0)
      let apart = daemon.data + "-apart"
      for path in [daemon.data, apart] { try FileManager.default.copyItem(atPath: path, toPath: path + ".old") }
      try daemon.start()
      _ = try daemon.connect().ask(Wire.Erase(code: codes[1], basis: "Luật"))
      let client = Client(socket: daemon.socket, language: language)
      let copy = daemon.home + "/copy"
      #expect(try client.run("backup", "--erasures", copy).status == 0)
      let whole = try text(copy)
      #expect(whole.split(separator: "\n").count == 3)
      #expect(daemon.stop() == 0)
      for path in [daemon.data, apart] {
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".old", toPath: path)
      }
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.Show(code: codes[1])).case.applicant != nil)
      // when, as often as the timer does
      for _ in 0..<2 {
        let made = try client.run("backup", "--erasures", copy)
        // then
        #expect(made.status == 0, "\(made.errors)")
        #expect(try text(copy) == whole)
        let said = language == "vi" ? "biết 1 lần xóa mà motcuad không biết" : "knew of 1 erasure that motcuad does not"
        #expect(made.errors.contains(said) && made.errors.contains("→"), "\(made.errors)")
      }
      #expect(try client.run("backup", "--erasures", copy, "--json").output.contains("\"kept\":1"))
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: apart + "/erasures")
      try FileManager.default.copyItem(atPath: copy, toPath: apart + "/erasures")
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.Show(code: codes[1])).case.applicant == nil)
      let made = try client.run("backup", "--erasures", copy)
      #expect(made.status == 0 && !made.errors.contains("→"), "\(made.errors)")
      #expect(try text(copy).split(separator: "\n").count == 3)
    }

    @Test(
      "a file that is no list of this release is not written over, and nothing else is made or goes",
      arguments: [
        "hello\n", "motcua erasures 2\n", "motcua erasures 1", "motcua erasures 1\n1 x 2026-11-25T02:00:00Z\n",
      ])
    func noList(text: String) throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let ledgers = daemon.home + "/ledgers"
      try FileManager.default.createDirectory(atPath: ledgers, withIntermediateDirectories: false)
      try "old".write(toFile: ledgers + "/ledger-20261101T020000.mdb", atomically: true, encoding: .utf8)
      let copy = daemon.home + "/copy"
      try text.write(toFile: copy, atomically: true, encoding: .utf8)
      let refused = try Client(socket: daemon.socket)
        .run("backup", "--directory", ledgers, "--keep", "1", "--erasures", copy)
      #expect(refused.status == 64 && refused.errors.contains("is not written over"), "\(refused.errors)")
      #expect(try self.text(copy) == text && names(ledgers) == ["ledger-20261101T020000.mdb"])
    }

    @Test(
      "a list that fails, at the client or at the daemon, lets no backup go and makes none, however often it is tried; then all is made and the old ones go"
    )
    func failing() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let code = try daemon.connect().quac()
      _ = try daemon.connect().ask(Wire.Erase(code: code, basis: "Luật"))
      let (ledgers, keys) = (daemon.home + "/ledgers", daemon.home + "/keys")
      let old = "ledger-20261101T020000"
      for (place, ending) in [(ledgers, ".mdb"), (keys, ".keys")] {
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        try "old".write(toFile: "\(place)/\(old)\(ending)", atomically: true, encoding: .utf8)
      }
      let client = Client(socket: daemon.socket)
      func backUp(_ list: String, _ more: String...) throws -> Client.Outcome {
        try client.run(
          ["backup", "--directory", ledgers, "--keep", "1", "--keys-directory", keys, "--keys-keep", "1"]
            + ["--erasures", list] + more)
      }
      func isUntouched() throws -> Bool { try names(ledgers) == [old + ".mdb"] && names(keys) == [old + ".keys"] }

      // There is no such directory.
      let nowhere = try backUp(daemon.home + "/nowhere/erasures")
      #expect(nowhere.status == 74 && nowhere.errors.contains("nowhere"), "\(nowhere.errors)")
      #expect(try isUntouched())

      // The daemon's own was edited.
      let own = daemon.data + "-apart/erasures"
      let list = try text(own)
      try (list + "1 2 3\n").write(toFile: own, atomically: true, encoding: .utf8)
      for language in ["en", "vi"] {
        let refused = try Client(socket: daemon.socket, language: language).run(
          "backup", daemon.home + "/ledger", "--erasures", daemon.home + "/copy")
        let said = language == "vi" ? "Chưa sao lưu gì" : "Nothing was backed up"
        #expect(refused.status == 1 && refused.errors.contains(said), "\(refused)")
        #expect(refused.errors.contains("erasures:3"), "\(refused.errors)")
      }
      let refusal = try daemon.connect().failure { _ = try $0.pages(Wire.Backup(erasures: true)) }
      #expect(refusal == Wire.ErasureListUnwritable.error)
      #expect(try backUp(daemon.home + "/copy").status == 1 && isUntouched())
      #expect(try !names(daemon.home).contains { $0.hasPrefix("copy") || $0 == "ledger" })

      try list.write(toFile: own, atomically: true, encoding: .utf8)
      let made = try backUp(daemon.home + "/copy", "--json")
      #expect(made.status == 0, "\(made.errors)")
      #expect(try text(daemon.home + "/copy") == list)
      #expect(try names(ledgers).count == 1 && names(keys).count == 1)
      #expect(made.output.contains("\"removed\":[\"\(ledgers)/\(old).mdb\"]"), "\(made.output)")
      #expect(made.output.contains("\"removed\":[\"\(keys)/\(old).keys\"]"), "\(made.output)")
    }
  }
}
