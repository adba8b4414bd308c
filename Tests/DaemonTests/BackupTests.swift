import DeskInterface
import EventStore
import Foundation
import LMDB
import MerkleTree
import TestSupport
import Testing
import VarlinkClient

extension FileTests {
  @Suite("Backup and restore")
  struct BackupTests {
    private func started() throws -> RunningDaemon {
      let daemon = try RunningDaemon()
      try daemon.start()
      return daemon
    }

    /// Makes both backups as an operator does.
    private func backUp(_ daemon: RunningDaemon, _ name: String = "b") throws -> (ledger: String, keys: String) {
      let (ledger, keys) = ("\(daemon.home)/\(name).mdb", "\(daemon.home)/\(name).keys")
      let made = try Client(socket: daemon.socket).run("backup", ledger, "--keys", keys)
      #expect(made.status == 0, "\(made.errors)")
      return (ledger, keys)
    }

    /// A daemon on what was restored, not started yet.
    private func restored(
      _ daemon: RunningDaemon, _ arguments: [String], status: Int32 = 0
    ) throws -> (daemon: RunningDaemon, said: Client.Outcome) {
      let other = try RunningDaemon()
      let said = try Operator.restore(arguments: arguments + ["--data", other.data])
      #expect(said.status == status, "\(said.output) \(said.errors)")
      return (other, said)
    }

    private func isUntouched(_ daemon: RunningDaemon) -> Bool { !FileManager.default.fileExists(atPath: daemon.data) }

    @Test("given a backup made under load, when it is restored, then it verifies and says what the ledger said")
    func underLoad() throws {
      let daemon = try started()
      let socket = daemon.socket
      let load = Load(clients: 16) { client in
        guard let desk = try? UncheckedBox(Connection(path: socket)) else { return nil }
        return { round in (try? desk.value.receive("Người \(client)-\(round)")) != nil }
      }
      load.waitUntilEach(hasDone: 5)
      let (ledger, keys) = try backUp(daemon)
      load.waitUntilEach(hasDone: 50)
      #expect(load.finish().allSatisfy { $0 >= 50 })
      let mode = try FileManager.default.attributesOfItem(atPath: ledger)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.data).allSatisfy { !$0.hasPrefix("spool") })
      let (copy, _) = try restored(daemon, [ledger, "--keys", keys])
      try copy.start()
      let desk = try copy.connect()
      #expect(try desk.verify().damage == nil)
      // The last event is that it was put back.
      let position = try desk.ask(Wire.GetStatus()).status.position - 1
      #expect(position > 80)
      let now = try daemon.connect().ask(Wire.GetStatus()).status.position
      #expect(position < now)
      let (mine, theirs) = (try desk.allEvents(upTo: position), try daemon.connect().allEvents(upTo: now))
      #expect(mine.prefix(position) == theirs.prefix(position))
      // Once more when nobody works: then both say the same of everything.
      let again = try backUp(daemon, "rest")
      let (second, _) = try restored(daemon, [again.ledger, "--keys", again.keys])
      try second.start()
      let (have, want) = (try second.connect(), try daemon.connect())
      #expect(try have.verify().damage == nil)
      let size = try want.ask(Wire.GetStatus()).status.position
      #expect(try have.ask(Wire.GetStatus()).status.position == size + 1)
      #expect(try second.connect().allEvents(upTo: size).prefix(size) == daemon.connect().allEvents(upTo: size)[...])
      let (put, kept) = (try have.ask(Wire.Tally()), try want.ask(Wire.Tally()))
      #expect(put.cases == kept.cases && put.enquiries == kept.enquiries && put.complaints == kept.complaints)
    }

    @Test(
      "when a checkpoint is later than the backup, then restore says what is missing, and the ledger does from then on")
    func olderBackup() throws {
      let daemon = try started()
      for name in ["Hoa", "Lan", "Minh"] { _ = try daemon.connect().receive(name) }
      let (ledger, keys) = try backUp(daemon)
      _ = try daemon.connect().receive("Sau sao lưu")
      _ = try daemon.connect().receive("Sau nữa")
      let status = try daemon.connect().ask(Wire.GetStatus()).status
      let root = try #require(Hash(base64: status.root))
      let signer = try NoteSigningKey(name: "motcua/H56.26.07")
      let note = daemon.home + "/note"
      let checkpoint = try Checkpoint(origin: signer.name, size: UInt64(status.position), root: root)
      try SignedNote(text: checkpoint.text, signedBy: [signer]).description
        .write(toFile: note, atomically: true, encoding: .utf8)
      let known = ["--checkpoint", note, "--key", signer.verifierKey.description]
      let (copy, said) = try restored(daemon, [ledger, "--keys", keys] + known)
      #expect(said.output.contains("Events 5–6 are missing"), "\(said.output)")
      try copy.start()
      let desk = try copy.connect()
      let event = try #require(try copy.connect().allEvents(upTo: 5).last)
      #expect(event.position == 5 && event.number == 0 && event.type == .restored)
      #expect(try desk.verify().damage == nil)
      #expect(try desk.receive("Đi tiếp").position == 6)

      // A checkpoint of the backup's own time, or before, must be of its history.
      func refusal(_ size: Int, _ root: Hash, signedBy signer: NoteSigningKey, key: NoteVerifierKey) throws -> String {
        let checkpoint = try Checkpoint(origin: signer.name, size: UInt64(size), root: root)
        try SignedNote(text: checkpoint.text, signedBy: [signer]).description
          .write(toFile: note, atomically: true, encoding: .utf8)
        let (other, said) = try restored(
          daemon, [ledger, "--keys", keys, "--checkpoint", note, "--key", key.description], status: 65)
        #expect(isUntouched(other))
        return said.errors
      }
      #expect(try refusal(4, root, signedBy: signer, key: signer.verifierKey).contains("not the same history"))
      let stranger = try NoteSigningKey(name: "motcua/H56.26.07")
      #expect(try refusal(4, root, signedBy: stranger, key: signer.verifierKey).contains("not signed by the key"))
    }

    @Test("a file that is cut short, foreign or damaged is no backup, and nothing is touched")
    func badFiles() throws {
      let daemon = try started()
      for number in 0..<40 { _ = try daemon.connect().receive("Người \(number)") }
      let (ledger, keys) = try backUp(daemon)
      let whole = try Data(contentsOf: URL(filePath: ledger))
      let bad = daemon.home + "/bad"
      let files: [(Data, String)] = [
        (Data(), "not a ledger"), (Data("hello, world\n".utf8), "not a ledger"),
        (Data(repeating: 0x41, count: 100_000), "not a ledger"), (whole.prefix(3000), "not a ledger"),
        (whole.prefix(whole.count / 2), "damaged"), (whole.prefix(whole.count / 4 + 1000), "damaged"),
      ]
      for (content, expected) in files {
        try content.write(to: URL(filePath: bad))
        let (other, said) = try restored(daemon, [bad, "--keys", keys], status: 65)
        #expect(said.errors.contains(expected), "\(content.count): \(said.errors)")
        #expect(isUntouched(other))
      }
      let (other, said) = try restored(daemon, ["/nonexistent", "--keys", keys], status: 74)
      #expect(said.errors.contains("/nonexistent") && isUntouched(other))
      let changed = daemon.home + "/changed"
      try FileManager.default.createDirectory(atPath: changed, withIntermediateDirectories: true)
      try whole.write(to: URL(filePath: changed + "/data.mdb"))
      try DiskFault.changeRecord(7, in: changed)
      let (third, named) = try restored(daemon, [changed + "/data.mdb", "--keys", keys], status: 65)
      #expect(named.errors.contains("event 7") && isUntouched(third), "\(named.errors)")
    }

    @Test("an environment of somebody else, or of a newer release, is told apart")
    func foreign() throws {
      let daemon = try started()
      let (ledger, keys) = try backUp(daemon)
      let other = daemon.home + "/other"
      try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
      do { _ = try Environment(path: other, tables: ["accounts"]) }
      #expect(
        try restored(daemon, [other + "/data.mdb", "--keys", keys], status: 65).said.errors.contains("not a ledger"))
      let newer = daemon.home + "/newer"
      try FileManager.default.createDirectory(atPath: newer, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: ledger, toPath: newer + "/data.mdb")
      do {
        let environment = try Environment(path: newer, tables: ["events", "meta"])
        let meta = try environment.table("meta")
        try environment.write { transaction throws(LMDBError) in
          try transaction.put(meta, Array("format".utf8), Array("motcua ledger 2".utf8))
        }
      }
      let said = try restored(daemon, [newer + "/data.mdb", "--keys", keys], status: 65).said.errors
      #expect(said.contains("newer release"), "\(said)")
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data + "/ledger")
      try FileManager.default.copyItem(atPath: newer, toPath: daemon.data + "/ledger")
      try daemon.launch()
      #expect(daemon.waitForExit() == 65)
      #expect(daemon.log.contains("newer release"))
    }

    @Test("keys that are damaged, of a newer release, too old or of another ledger are refused by name")
    func badKeys() throws {
      let daemon = try started()
      _ = try daemon.connect().receive("Hoa")
      let (ledger, keys) = try backUp(daemon)
      let good = try Data(contentsOf: URL(filePath: keys))
      let bad = daemon.home + "/bad.keys"
      func refusal(_ content: Data) throws -> String {
        try content.write(to: URL(filePath: bad))
        let (other, said) = try restored(daemon, [ledger, "--keys", bad], status: 65)
        #expect(isUntouched(other))
        return said.errors
      }
      var changed = good
      changed[200] ^= 1
      #expect(try refusal(changed).contains("cut short or changed"))
      #expect(try refusal(good.dropLast(64)).contains("cut short or changed"))
      #expect(try refusal(Data("-----BEGIN KEY-----".utf8)).contains("not a backup"))
      var newer = good
      newer[17] = UInt8(ascii: "3")
      #expect(try refusal(newer).contains("newer release"))
      let stranger = try started()
      _ = try stranger.connect().receive("Lan")
      let theirs = try backUp(stranger)
      #expect(try refusal(try Data(contentsOf: URL(filePath: theirs.keys))).contains("not of this ledger"))
      #expect(try restored(daemon, [ledger], status: 64).said.errors.contains("--keys FILE is missing"))
      // 1,024 slots are made ahead: the next lot is not in the older backup.
      for number in 0..<1100 { _ = try daemon.connect().receive("Người \(number)") }
      let later = try backUp(daemon, "later")
      let said = try restored(daemon, [later.ledger, "--keys", keys], status: 65).said.errors
      #expect(said.contains("older than the ledger"), "\(said)")
    }

    @Test("nothing is restored over data, and a start without the master key says so")
    func occupied() throws {
      let daemon = try started()
      _ = try daemon.connect().receive("Hoa")
      let (ledger, keys) = try backUp(daemon)
      #expect(daemon.stop() == 0)
      let over = try Operator.restore(ledger, "--keys", keys, "--data", daemon.data)
      #expect(over.status == 64 && over.errors.contains("not written over"), "\(over.errors)")
      let nothing = try Operator.run("restore", "--keys", keys, "--data", daemon.data)
      #expect(nothing.status == 64 && nothing.errors.contains("nothing to bring"), "\(nothing.errors)")
      try FileManager.default.removeItem(atPath: daemon.data + "/keys/master")
      let verified = try Operator.run("verify", "--data", daemon.data)
      #expect(verified.status == 74 && verified.errors.contains("master"), "\(verified.errors)")
      try daemon.launch()
      #expect(daemon.waitForExit() == 65)
      #expect(daemon.log.contains("backup of the keys"))
      let brought = try Operator.run("restore", "--keys", keys, "--data", daemon.data)
      #expect(brought.status == 0, "\(brought.errors)")
      try daemon.start()
      #expect(try daemon.connect().pages(Wire.Search(words: "Hoa")).flatMap(\.cases).count == 1)
    }

    @Test("restored without keys, what is personal is closed until they are brought, and new cases keep theirs")
    func withoutKeys() throws {
      let daemon = try started()
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      let (ledger, keys) = try backUp(daemon)
      let (copy, said) = try restored(daemon, [ledger, "--without-keys"])
      #expect(said.output.contains("stays closed"))
      try copy.start()
      #expect(try copy.connect().ask(Wire.Show(code: code)).case.applicant == nil)
      let newer = try copy.connect().receive("Trần Văn Mới").code
      let closed = try copy.connect().refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.KeyNotHere.self)
      #expect(closed.code == code)
      #expect(copy.stop() == 0)
      let brought = try Operator.run("restore", "--keys", keys, "--data", copy.data)
      #expect(brought.status == 0 && brought.output.contains("Brought 1 key;"), "\(brought)")
      try copy.start()
      let desk = try copy.connect()
      #expect(try desk.ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
      #expect(try desk.ask(Wire.Show(code: newer)).case.applicant == "Trần Văn Mới")
      #expect(try desk.verify().damage == nil)
    }

    @Test(
      "given a data directory of another account, when root restores into it and brings keys, then all of it is that account's",
      .enabled(if: getuid() == 0, "skipped: needs root to make another account's files"))
    func owner() throws {
      let daemon = try started()
      _ = try daemon.connect().receive("Nguyễn Thị Hoa")
      let (ledger, keys) = try backUp(daemon)
      let (data, uid, gid) = (daemon.home + "/theirs", 12345, 23456)
      let files = FileManager.default
      try files.createDirectory(
        atPath: data, withIntermediateDirectories: false,
        attributes: [.ownerAccountID: uid, .groupOwnerAccountID: gid, .posixPermissions: 0o700])
      // A link of that account's must not make root give away what it names.
      let outside = daemon.home + "/outside"
      try "root's".write(toFile: outside, atomically: true, encoding: .utf8)
      try files.createSymbolicLink(atPath: data + "/link", withDestinationPath: outside)
      func strangers() throws -> [String] {
        try files.subpathsOfDirectory(atPath: data).filter { name in
          let its = try files.attributesOfItem(atPath: data + "/" + name)
          return its[.type] as? FileAttributeType != .typeSymbolicLink
            && (its[.ownerAccountID] as? Int != uid || its[.groupOwnerAccountID] as? Int != gid)
        }
      }
      let restored = try Operator.restore(ledger, "--without-keys", "--data", data)
      #expect(restored.status == 0, "\(restored.errors)")
      #expect(files.fileExists(atPath: data + "/keys/slots") && files.fileExists(atPath: data + "/ledger/data.mdb"))
      #expect(try strangers() == [])
      let brought = try Operator.run("restore", "--keys", keys, "--data", data)
      #expect(brought.status == 0 && brought.output.contains("Brought 1 key;"), "\(brought)")
      #expect(try strangers() == [])
      let made = try Operator.run("keygen", "--name", "o", "--data", data)
      #expect(made.status == 0 && files.fileExists(atPath: data + "/keys/signing"), "\(made.errors)")
      #expect(try strangers() == [])
      #expect(try files.attributesOfItem(atPath: outside)[.ownerAccountID] as? Int == 0)
    }

    @Test("a key that is damaged on the disk is put back from the backup of the keys, and the others stay")
    func damagedKey() throws {
      let daemon = try started()
      let names = ["Hoa", "Nam", "Lan"]
      for name in names { _ = try daemon.connect().receive(name) }
      let (_, keys) = try backUp(daemon)
      #expect(daemon.stop() == 0)
      let slots = daemon.data + "/keys/slots"
      try DiskFault.overwrite(slots, at: 64 * 2 + 5, with: Data([0xDE, 0xAD]))
      let brought = try Operator.run("restore", "--keys", keys, "--data", daemon.data)
      #expect(brought.status == 0 && brought.output.contains("Brought 1 key;"), "\(brought)")
      try daemon.start()
      let told = try daemon.connect().pages(Wire.List()).flatMap(\.cases).compactMap(\.applicant)
      #expect(Set(names).isSubset(of: told))
      #expect(try daemon.connect().verify().damage == nil)

      // The mark of an erased key has nothing to be brought, and is put back all the same.
      let desk = try daemon.connect()
      let code = try #require(try daemon.connect().pages(Wire.List()).flatMap(\.cases).first?.code)
      _ = try desk.ask(Wire.Withdraw(code: code, reason: "thôi"))
      _ = try desk.ask(Wire.Erase(code: code, basis: "Luật"))
      let number = try desk.ask(Wire.Show(code: code)).case.number
      #expect(daemon.stop() == 0)
      try DiskFault.overwrite(slots, at: 64 * number + 60, with: Data([1, 2, 3, 4]))
      #expect(try Operator.run("verify", "--data", daemon.data).status == 65)
      #expect(try Operator.run("restore", "--keys", keys, "--data", daemon.data).status == 0)
      #expect(try Operator.run("verify", "--data", daemon.data).status == 0)
    }

    @Test("what is known to be lost is recorded at the next start, if a crash came between the two")
    func acceptedLoss() throws {
      let daemon = try started()
      #expect(daemon.stop() == 0)
      let accepted = daemon.data + "/ACCEPTED"
      // What another ledger lost says nothing of this one.
      try "7 3\n".write(toFile: accepted, atomically: true, encoding: .utf8)
      try daemon.start()
      let size = try daemon.connect().ask(Wire.GetStatus()).status.position
      #expect(!FileManager.default.fileExists(atPath: accepted) && size != 3)
      #expect(try daemon.connect().allEvents(upTo: size).compactMap(\.restored).isEmpty)
      #expect(daemon.stop() == 0)
      try "7 \(size)\n".write(toFile: accepted, atomically: true, encoding: .utf8)
      for _ in 0..<2 {
        try daemon.start()
        let desk = try daemon.connect()
        let restored = try desk.allEvents(upTo: try desk.ask(Wire.GetStatus()).status.position).compactMap(\.restored)
        let loss = try #require(restored.first)
        #expect(restored.count == 1 && loss.size == size && loss.knownSize == 7 && loss.witness == "views")
        #expect(loss.knownRoot == "" && loss.serialFloor == 1000)
        #expect(daemon.stop() == 0)
      }
    }

    @Test("what a killed restoration left is removed, and a signing key that is there already stays")
    func killedRestoration() throws {
      let daemon = try started()
      let (ledger, keys) = try backUp(daemon)
      let target = daemon.home + "/again"
      for name in ["/restore.new/keys", "/keys"] {
        try FileManager.default.createDirectory(atPath: target + name, withIntermediateDirectories: true)
      }
      try "old".write(toFile: target + "/restore.new/keys/slots", atomically: true, encoding: .utf8)
      try "mine\n".write(toFile: target + "/keys/signing", atomically: true, encoding: .utf8)
      let said = try Operator.restore(ledger, "--keys", keys, "--data", target)
      #expect(said.status == 0, "\(said)")
      #expect(!FileManager.default.fileExists(atPath: target + "/restore.new"))
      #expect(try String(contentsOfFile: target + "/keys/signing", encoding: .utf8) == "mine\n")
      #expect(try Operator.run("verify", "--data", target).status == 0)
    }

    @Test("who was erased stays erased, though the backup of the keys is from before")
    func erasedStays() throws {
      let daemon = try started()
      let desk = try daemon.connect()
      let code = try desk.receive("Nguyễn Thị Hoa").code
      let old = try backUp(daemon)
      _ = try desk.ask(Wire.Withdraw(code: code, reason: "thôi"))
      _ = try desk.ask(Wire.Erase(code: code, basis: "Luật"))
      let new = try backUp(daemon, "new")
      let (copy, said) = try restored(daemon, [new.ledger, "--keys", old.keys])
      #expect(said.output.contains("1 erased"))
      let slots = try Data(contentsOf: URL(filePath: copy.data + "/keys/slots"))
      #expect(slots[64..<124].allSatisfy { $0 == 0 } && slots[125] == 0x30)
      try copy.start()
      #expect(try copy.connect().ask(Wire.Show(code: code)).case.applicant == nil)
      #expect(try copy.connect().verify().damage == nil)
    }

    @Test("the client writes over nothing unless it is told to")
    func overwriting() throws {
      let daemon = try started()
      let path = daemon.home + "/b"
      try Data("mine".utf8).write(to: URL(filePath: path))
      let client = Client(socket: daemon.socket)
      let refused = try client.run("backup", path)
      #expect(refused.status == 64 && refused.errors.contains("--force"))
      #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
      #expect(try client.run("sao-luu", path, "--force").status == 0)
      #expect(try client.run("backup").status == 64)
      let keys = try client.run("backup", "--keys", daemon.home + "/k", "--json")
      #expect(keys.status == 0 && keys.output.contains("\"kind\":\"keys\""))
      let left = try FileManager.default.contentsOfDirectory(atPath: daemon.home)
      #expect(left.allSatisfy { !$0.contains(".part") }, "\(left)")
    }

    @Test("a ledger that is shorter than the views saw is accepted only when told to, and says so for ever")
    func accepted() throws {
      let daemon = try started()
      _ = try daemon.connect().receive("Hoa")
      #expect(daemon.stop() == 0)
      let old = daemon.home + "/old"
      try FileManager.default.copyItem(atPath: daemon.data + "/ledger", toPath: old)
      try daemon.start()
      for name in ["Lan", "Minh"] { _ = try daemon.connect().receive(name) }
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data + "/ledger")
      try FileManager.default.copyItem(atPath: old, toPath: daemon.data + "/ledger")
      try daemon.launch()
      #expect(daemon.waitForExit() == 65)
      #expect(daemon.log.contains("--accept-ledger"))
      daemon.arguments = ["--accept-ledger"]
      try daemon.start()
      let desk = try daemon.connect()
      let event = try #require(try daemon.connect().allEvents(upTo: 3).last)
      #expect(event.type == .restored && event.restored?.knownSize == 4 && event.restored?.size == 2)
      #expect(event.restored?.witness == "views")
      #expect(try desk.verify().damage == nil)
      #expect(daemon.stop() == 0)
      // Told so again, there is nothing to accept.
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.GetStatus()).status.position == 3)
    }
  }
}
