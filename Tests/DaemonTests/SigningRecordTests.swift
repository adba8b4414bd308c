import DeskInterface
import EventStore
import Foundation
import MerkleTree
import TestSupport
import Testing
import VarlinkClient

extension FileTests {
  @Suite("A key signs one history")
  struct SigningRecordTests {
    private func read(_ path: String) throws -> (note: SignedNote, checkpoint: Checkpoint) {
      let note = try SignedNote(parsing: try String(contentsOfFile: path, encoding: .utf8))
      return (note, try Checkpoint(text: note.text))
    }

    @Test(
      "given a ledger that is put back without a checkpoint, then its key signs nothing any more; a new one signs, and says whom it follows, to whoever checks a proof, too"
    )
    func unknownEnd() throws {
      let office = try LosingOffice()
      let old = office.key
      _ = try office.desk.receive("Hoa")
      try office.backUp()
      _ = try office.desk.receive("Mất")
      let (_, published) = try read(try office.checkpoint("old"))
      try office.lose()
      let said = try office.restore()
      #expect(said.output.contains("motcuad keygen"), "\(said.output)")
      // At the size at which it has signed another tree: this is what equivocated.
      #expect(try office.position() == Int(published.size))
      #expect(try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self).key == old)
      for _ in 0..<3 { _ = try office.desk.receive("Sau") }
      let refused = try office.client.run("checkpoint")
      #expect(refused.status == 1 && refused.errors.contains("motcuad keygen"), "\(refused.errors)")
      try office.restart()
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self)

      try office.renewKey()
      try office.restart()
      let note = try office.checkpoint("new")
      let (signed, checkpoint) = try read(note)
      let oldKey = try NoteVerifierKey(parsing: old)
      #expect(checkpoint.predecessor == .head(key: oldKey, size: published.size, root: published.root))
      #expect(checkpoint.extensionLines == ["follows \(old) \(published.size) \(published.root.base64)"])
      #expect(throws: (any Error).self) { try signed.verify(with: [oldKey]) }
      // The same ledger, the same note; and later ones say it, too.
      #expect(try office.client.run("checkpoint").output == String(contentsOfFile: note, encoding: .utf8))
      let code = try office.desk.receive("Nữa").code
      try office.restart()
      let later = try office.checkpoint("later")
      #expect(try read(later).checkpoint.predecessor == checkpoint.predecessor)
      let (proof, growth) = (office.daemon.home + "/proof", office.daemon.home + "/growth")
      #expect(try office.client.run("prove", code, "--checkpoint", later, "--out", proof).status == 0)
      #expect(try office.client.run("prove", "--from", note, "--to", later, "--out", growth).status == 0)
      for file in [proof, growth] {
        let checked = try office.client.run("check-proof", file, "--key", office.key, "--checkpoint", later)
        #expect(checked.status == 0 && checked.output.contains("it follows the checkpoint of key \(old)"), "\(checked)")
        let told = try office.client.run("check-proof", file, "--key", office.key, "--json")
        #expect(told.output.contains("\"follows\":\"\(old) "), "\(told.output)")
      }
      if let independent = try ProofTests.python(proof, later, office.key) {
        #expect(independent.hasPrefix("ok ") && independent.contains("follows \(old)"), "\(independent)")
      }
      #expect(try office.desk.verify().damage == nil)
      // An export carries what was signed, the line included.
      let export = office.daemon.home + "/export"
      #expect(try office.client.run("export", export).status == 0)
      let other = try RunningDaemon()
      try other.start()
      let imported = try Client(socket: other.socket).run("import", "--format", "cloudevents", export)
      #expect(imported.status == 0, "\(imported.errors)")
    }

    @Test(
      "given a ledger that is put back with the last checkpoint, then its key signs again when the ledger has grown past that, and says that it follows it"
    )
    func knownEnd() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      try office.backUp()
      for index in 0..<4 { _ = try office.desk.receive("Mất \(index)") }
      let old = try office.checkpoint("old")
      let published = try read(old).checkpoint
      try office.lose()
      try office.restore("--checkpoint", old, "--key", office.key)
      let loss = try #require(try office.restored().first)
      #expect(loss.knownSize == 6 && loss.knownRoot == published.root.base64 && loss.size == 2)
      #expect(loss.witness == "motcua/H56.26.07" && loss.unknownEnd == nil && loss.serialFloor == 1001)
      while try office.position() <= Int(published.size) {
        let refused = try office.desk.refusal(of: Wire.Checkpoint(), Wire.SignedFurther.self)
        let position = try office.position()
        #expect(refused.signed == 6 && refused.size == position)
        _ = try office.desk.receive("Sau")
      }
      let nextPath = try office.checkpoint("next")
      let next = try read(nextPath)
      let key = try NoteVerifierKey(parsing: office.key)
      #expect(try next.note.verify(with: [key]) == [key])
      #expect(next.checkpoint.predecessor == .head(key: key, size: 6, root: published.root))
      #expect(next.checkpoint.size == 7)
      // Put back again with an older checkpoint: what the record knows is later, and counts.
      try office.backUp()
      _ = try office.desk.receive("Mất nữa")
      let last = try read(try office.checkpoint("last")).checkpoint
      try office.lose()
      try office.restore("--checkpoint", nextPath, "--key", office.key)
      #expect(try office.restored().last?.knownSize == Int(last.size))
      #expect(try office.desk.refusal(of: Wire.Checkpoint(), Wire.SignedFurther.self).signed == Int(last.size))
    }

    @Test(
      "a new key after a ledger that was put back with a checkpoint says whom it follows, and so does the one after it")
    func takenPlace() throws {
      let office = try LosingOffice()
      let old = try NoteVerifierKey(parsing: office.key)
      _ = try office.desk.receive("Hoa")
      try office.backUp()
      _ = try office.desk.receive("Mất")
      let lost = try office.checkpoint("old")
      let published = try read(lost).checkpoint
      try office.lose()
      try office.restore("--checkpoint", lost, "--key", office.key)
      for name in ["taken", "taken-again"] {
        try office.renewKey()
        try office.restart()
        _ = try office.desk.receive("Sau")
        let next = try read(try office.checkpoint(name)).checkpoint
        #expect(next.predecessor == .head(key: old, size: published.size, root: published.root), "\(name)")
      }
    }

    @Test("a checkpoint of before the backup proves nothing lost, and its key goes on at once")
    func wholeBackup() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      let old = try office.checkpoint("old")
      try office.backUp()
      try office.lose()
      let said = try office.restore("--checkpoint", old, "--key", office.key)
      #expect(!said.output.contains("missing"), "\(said.output)")
      #expect(try office.restored().map(\.knownSize) == [2])
      let next = try read(try office.checkpoint("next")).checkpoint
      #expect(next.size == 3 && next.predecessor == nil && next.extensionLines.isEmpty)
      let grown = office.daemon.home + "/grown"
      #expect(try office.client.run("prove", "--from", old, "--out", grown).status == 0)
    }

    @Test("a key whose record is lost signs nothing, a restart makes no new one, and a new key or a restore does")
    func recordLost() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      let old = try office.checkpoint("old")
      try FileManager.default.removeItem(atPath: office.heads)
      _ = try office.desk.receive("Lan")
      let refused = try office.desk.refusal(of: Wire.Checkpoint(), Wire.NoSignedHead.self)
      #expect(refused.key == office.key && refused.record == office.heads)
      try office.restart()
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.NoSignedHead.self)
      let said = try office.client.run("checkpoint")
      #expect(said.errors.contains("restore --checkpoint") && said.errors.contains("keygen"), "\(said.errors)")
      try office.backUp()
      try office.lose()
      try office.restore("--checkpoint", old, "--key", office.key)
      #expect(try read(try office.checkpoint("next")).checkpoint.predecessor == nil)
      // What is damaged is no record either.
      var record = try String(contentsOfFile: office.heads, encoding: .utf8)
      record = record.replacingOccurrences(of: " 4 ", with: " 3 ")
      try record.write(toFile: office.heads, atomically: true, encoding: .utf8)
      _ = try office.desk.receive("Minh")
      let damaged = try office.desk.refusal(of: Wire.Checkpoint(), Wire.SignedHeadsUnusable.self)
      #expect(damaged.path == office.heads, "\(damaged)")
    }

    @Test("after a loss that was accepted only a new key signs")
    func acceptedLoss() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      _ = try office.checkpoint("first")
      #expect(office.daemon.stop() == 0)
      let old = office.daemon.home + "/old-ledger"
      try FileManager.default.copyItem(atPath: office.daemon.data + "/ledger", toPath: old)
      try office.daemon.start()
      office.desk = try office.daemon.connect()
      _ = try office.desk.receive("Lan")
      let lost = try read(try office.checkpoint("lost")).checkpoint
      #expect(office.daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: office.daemon.data + "/ledger")
      try FileManager.default.copyItem(atPath: old, toPath: office.daemon.data + "/ledger")
      office.daemon.arguments = ["--accept-ledger"]
      try office.daemon.start()
      office.desk = try office.daemon.connect()
      for _ in 0..<3 { _ = try office.desk.receive("Sau") }
      let before = office.key
      #expect(try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self).key == before)
      // The ledger itself knows, if somebody has changed the record.
      let record = try String(contentsOfFile: office.heads, encoding: .utf8)
      #expect(record.contains("retired \(before) \(lost.size)"), "\(record)")
      office.daemon.arguments = []
      try office.renewKey()
      try office.restart()
      let next = try read(try office.checkpoint("next")).checkpoint
      let key = try NoteVerifierKey(parsing: before)
      #expect(next.predecessor == .head(key: key, size: lost.size, root: lost.root))
    }

    @Test("a key that the office changes by itself says nothing of another: its ledger goes on")
    func rotation() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      _ = try office.checkpoint("first")
      try office.renewKey()
      try office.restart()
      _ = try office.desk.receive("Lan")
      #expect(try read(try office.checkpoint("second")).checkpoint.extensionLines.isEmpty)
    }

    @Test(
      "given what 0.2.0 left, then its key goes on from the checkpoints that the ledger keeps, once: a record that is lost is not made again",
      arguments: ReleasedFiles.whole)
    func upgraded(files: ReleasedFiles) throws {
      let daemon = try files.opened()
      try daemon.start()
      try ReleasedFiles.believeClock(daemon)
      let heads = daemon.data + "-apart/signed-heads"
      let key = try String(contentsOfFile: files.path("office.key"), encoding: .utf8).trimmingCharacters(in: .newlines)
      let last = try #require(try daemon.connect().ask(Wire.GetStatus()).status.lastCheckpoint)
      #expect(try String(contentsOfFile: heads, encoding: .utf8).contains("head \(key) \(last) "))
      _ = try daemon.connect().receive("Sau khi nâng cấp")
      _ = try daemon.connect().ask(Wire.Checkpoint())
      try FileManager.default.removeItem(atPath: heads)
      _ = try daemon.connect().receive("Nữa")
      _ = try daemon.connect().refusal(of: Wire.Checkpoint(), Wire.NoSignedHead.self)
      #expect(daemon.stop() == 0)
      try daemon.start()
      _ = try daemon.connect().refusal(of: Wire.Checkpoint(), Wire.NoSignedHead.self)
      #expect(!FileManager.default.fileExists(atPath: heads))
      #expect(daemon.stop() == 0)

      // Its backup, put back by today's release, is no upgrade.
      let other = try files.daemon()
      let said = try Operator.restore(
        files.path("ledger.backup"), "--keys", files.path("keys.backup"), "--data", other.data)
      #expect(said.status == 0, "\(said.errors)")
      try FileManager.default.copyItem(atPath: daemon.data + "/keys/signing", toPath: other.data + "/keys/signing")
      try other.start()
      _ = try other.connect().refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self)
    }

    @Test(
      "what is signed stands in the record before it is handed out: where that cannot be written, nothing is signed")
    func unwritable() throws {
      let daemon = try RunningDaemon()
      daemon.config = try Configuration.copy(into: daemon.home)
      let settings = daemon.config + "/motcuad.toml"
      let place = daemon.home + "/elsewhere"
      try ("signed_heads = \"\(place)\"\n" + String(contentsOfFile: settings, encoding: .utf8))
        .write(toFile: settings, atomically: true, encoding: .utf8)
      let key = try LosingOffice.keygen(daemon)
      #expect(try String(contentsOfFile: place + "/signed-heads", encoding: .utf8).contains("head \(key) 0 "))
      try daemon.start()
      let desk = try daemon.connect()
      _ = try desk.receive("Hoa")
      let away = daemon.home + "/away"
      try FileManager.default.moveItem(atPath: place, toPath: away)
      try "in the way".write(toFile: place, atomically: true, encoding: .utf8)
      let refused = try desk.refusal(of: Wire.Checkpoint(), Wire.SignedHeadsUnusable.self)
      #expect(refused.path == place, "\(refused)")
      #expect(try desk.ask(Wire.GetStatus()).status.lastCheckpoint == nil)
      let keyless = try Operator.run(
        "keygen", "--config", daemon.config, "--data", daemon.data, "--out", daemon.home + "/k")
      #expect(keyless.status == 74 && keyless.output.isEmpty, "\(keyless)")
      #expect(!FileManager.default.fileExists(atPath: daemon.home + "/k"))
      try FileManager.default.removeItem(atPath: place)
      try FileManager.default.moveItem(atPath: away, toPath: place)
      _ = try desk.ask(Wire.Checkpoint())
      #expect(try String(contentsOfFile: place + "/signed-heads", encoding: .utf8).contains("head \(key) 2 "))
    }
  }
}
