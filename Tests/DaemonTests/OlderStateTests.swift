import DeskInterface
import EventSourcing
import EventStore
import Foundation
import MerkleTree
import TestSupport
import Testing
import VarlinkClient

extension LosingOffice {
  private var snapshot: String { daemon.home + "/snapshot" }

  /// A copy of the data directory, as a snapshot of the disk would have it; then the office goes on.
  fileprivate func takeSnapshot() throws {
    #expect(daemon.stop() == 0)
    try FileManager.default.copyItem(atPath: daemon.data, toPath: snapshot)
    try daemon.start()
    desk = try daemon.connect()
  }

  /// By hand, and not by `motcuad restore`.
  fileprivate func putSnapshotBack() throws {
    #expect(daemon.stop() == 0)
    try FileManager.default.removeItem(atPath: daemon.data)
    try putSnapshotBack(of: daemon.data)
  }

  fileprivate func putSnapshotBack(of data: String) throws {
    try FileManager.default.copyItem(atPath: snapshot, toPath: data)
  }

  fileprivate func startAgain() throws {
    try daemon.start()
    desk = try daemon.connect()
  }

  fileprivate func refusedStart(_ language: String = "en") throws -> String {
    let before = daemon.log.count
    daemon.environment["MOTCUA_LANG"] = language
    defer { daemon.environment["MOTCUA_LANG"] = nil }
    try daemon.launch()
    #expect(daemon.waitForExit() == 65, "\(daemon.log)")
    return String(daemon.log.dropFirst(before))
  }

  fileprivate func slot(_ number: Int) throws -> Data {
    try Data(contentsOf: URL(filePath: daemon.data + "/keys/slots"))[number * 64..<number * 64 + 60]
  }
}

extension FileTests {
  @Suite("An older state that is put back by hand is held against what is kept outside of it")
  struct OlderStateTests {
    @Test(
      "given a case that was erased after a snapshot, when the snapshot is put back, then the start erases it again")
    func erasedAgain() throws {
      let office = try LosingOffice(signs: false)
      let (code, stays) = (try office.desk.quac(), try office.desk.receive("Trần Văn Ở").code)
      try office.takeSnapshot()
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
      let when = try office.desk.ask(Wire.Show(code: code)).case.erasedAt
      let list = try String(contentsOfFile: office.erasures, encoding: .utf8)
      try office.putSnapshotBack()
      #expect(try !office.slot(1).allSatisfy { $0 == 0 })
      try office.startAgain()
      #expect(office.daemon.log.contains("is erased again in it (1 case)"), "\(office.daemon.log)")
      #expect(try office.slot(1).allSatisfy { $0 == 0 })
      let shown = try office.desk.ask(Wire.Show(code: code)).case
      #expect(
        shown.applicant == nil && shown.erasedAt == when && shown.erasedUnder?.contains("list of erasures") == true)
      #expect(try office.desk.ask(Wire.Show(code: stays)).case.applicant == "Trần Văn Ở")
      #expect(try office.desk.pages(Wire.Search(words: "quac")).flatMap(\.cases).isEmpty)
      // The views that came with it have held the name.
      #expect(try office.desk.ask(Wire.GetStatus()).status.scrubPending != nil)
      #expect(try office.desk.verify().damage == nil)
      let position = try office.position()
      try office.restart()
      #expect(try office.position() == position)
      #expect(try String(contentsOfFile: office.erasures, encoding: .utf8) == list)
    }

    @Test(
      "a clock that is not believed holds that up for nobody: what is recorded bears the time of the last event",
      .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
    func doubtedClock() throws {
      let clock = try SetClock()
      let daemon = clock.daemon
      try daemon.start()
      let code = try daemon.connect().quac()
      #expect(daemon.stop() == 0)
      let copy = daemon.home + "/copy"
      try FileManager.default.copyItem(atPath: daemon.data, toPath: copy)
      try daemon.start()
      let last = try #require(try daemon.connect().ask(Wire.GetClock()).clock.lastRecorded)
      _ = try daemon.connect().ask(Wire.Erase(code: code, basis: "Luật"))
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data)
      try FileManager.default.copyItem(atPath: copy, toPath: daemon.data)
      try clock.set(-400 * 86_400)
      clock.boot()
      try daemon.start()
      let desk = try daemon.connect()
      #expect(try desk.ask(Wire.Show(code: code)).case.applicant == nil)
      let state = try desk.ask(Wire.GetClock()).clock
      #expect(state.doubt == .known(.behindLedger) && state.lastRecorded == last, "\(state)")
    }

    @Test(
      "given checkpoints that were signed after a snapshot, when it is put back, then the start is refused; accepted, the loss is recorded, codes leave room, and only a new key signs"
    )
    func behindSigned() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      try office.takeSnapshot()
      for _ in 0..<2 { _ = try office.desk.receive("Lan") }
      let lost = try office.checkpoint("signed")
      let size = try Checkpoint(text: SignedNote(parsing: String(contentsOfFile: lost, encoding: .utf8)).text).size
      try office.putSnapshotBack()
      let said = try office.refusedStart()
      #expect(said.contains("\(size) events were signed, but the ledger ends at 2"), "\(said)")
      #expect(try office.refusedStart("vi").contains("đã ký \(size) sự kiện nhưng sổ chỉ đến 2"))
      #expect(try Ledger.alone(office.daemon.data + "/ledger").position().rawValue == 2)
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      let loss = try #require(try office.restored().first)
      #expect(loss.knownSize == Int(size) && loss.size == 2 && loss.serialFloor == 1001, "\(loss)")
      #expect(loss.witness == "signed-heads")
      #expect(try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self).key == office.key)
      #expect(try office.desk.receive("Sau").code.hasSuffix("-1002"))
      office.daemon.arguments = []
      let old = try NoteVerifierKey(parsing: office.key)
      try office.renewKey()
      try office.restart()
      let note = try SignedNote(parsing: String(contentsOfFile: office.checkpoint("next"), encoding: .utf8))
      guard case .head(key: old, size: size, root: _)? = try Checkpoint(text: note.text).predecessor else {
        Issue.record("\(note.text)")
        return
      }
    }

    @Test(
      "given an erasure beside what was signed, when an older state is accepted, then the loss is recorded before the case is erased again"
    )
    func lossAndErasure() throws {
      let office = try LosingOffice()
      let code = try office.desk.quac()
      try office.takeSnapshot()
      let given = try office.desk.receive("Lan").code
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật"))
      _ = try office.checkpoint("signed")
      try office.putSnapshotBack()
      _ = try office.refusedStart()
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      #expect(try office.restored().map(\.serialFloor) == [1001])
      #expect(try office.desk.ask(Wire.Show(code: code)).case.applicant == nil)
      #expect(try office.desk.receive("Sau").code != given)
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self)
      office.daemon.arguments = []
      try office.restart()
      #expect(try office.restored().count == 1)
    }

    @Test("an older state of before a restore is refused, because codes that were given since would be given again")
    func beforeRestore() throws {
      let office = try LosingOffice(signs: false)
      _ = try office.desk.receive("Hoa")
      try office.takeSnapshot()
      try office.backUp()
      try office.lose()
      try office.restore()
      let given = try office.desk.receive("Sau").code
      #expect(given.hasSuffix("-1002"))
      try office.putSnapshotBack()
      let said = try office.refusedStart()
      #expect(said.contains(office.heads) && said.contains("knows of a restore"), "\(said)")
      #expect(try office.refusedStart("vi").contains("đây là sổ cũ được đặt lại"))
      // Gone altogether, a new ledger does not begin in silence either.
      try FileManager.default.removeItem(atPath: office.daemon.data)
      #expect(try office.refusedStart().contains("there was a ledger"))
      try? FileManager.default.removeItem(atPath: office.daemon.data)
      try office.putSnapshotBack(of: office.daemon.data)
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      #expect(try office.restored().map(\.serialFloor) == [2001])
      #expect(try office.desk.receive("Nữa").code.hasSuffix("-2002"))
    }

    @Test(
      "given a clock that is behind what was noted elsewhere, then a restore is refused, and an accepted loss leaves room for the days of that",
      .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
    func clockBehind() throws {
      let office = try LosingOffice(signs: false)
      let code = try office.desk.quac()
      try office.backUp()
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật"))
      let list = try String(contentsOfFile: office.erasures, encoding: .utf8)
      let time = try #require(list.split(separator: " ").last?.dropLast())
      try office.lose()
      // As it is for a clock that is long before it.
      try list.replacing(time, with: "2199-01-01T00:00:00Z")
        .write(toFile: office.erasures, atomically: true, encoding: .utf8)
      let refused = try Operator.run(
        "restore", office.ledger, "--keys", office.keys, "--no-erasures", "--no-checkpoint", "--data",
        office.daemon.data)
      #expect(refused.status == 64 && refused.errors.contains("--clock-is-right"), "\(refused)")
      #expect(!FileManager.default.fileExists(atPath: office.daemon.data + "/ledger"))
      let clock = try SetClock()
      office.daemon.environment = clock.daemon.environment
      try clock.set(-400 * 86_400)
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      let loss = try #require(try office.restored().first)
      #expect(loss.floorLast == "2199-01-01", "\(loss)")
      try clock.set(0)
      #expect(try office.client.run("clock", "--accept").status == 0)
      #expect(try office.desk.receive("Sau").code.hasSuffix("-1001"))
    }

    @Test(
      "nothing is signed while a loss waits for the clock",
      .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
    func owedLoss() throws {
      let office = try LosingOffice()
      let clock = try SetClock()
      office.daemon.environment = clock.daemon.environment
      _ = try office.desk.receive("Hoa")
      try office.takeSnapshot()
      _ = try office.desk.receive("Lan")
      _ = try office.checkpoint("signed")
      try office.putSnapshotBack()
      try office.renewKey()
      try clock.set(-400 * 86_400)
      clock.daemon.environment["MOTCUA_BOOT_ID"] = UUID().uuidString
      office.daemon.environment = clock.daemon.environment
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.ClockSuspect.self)
      try clock.set(0)
      try office.restart()
      #expect(try office.restored().count == 1)
      let note = try SignedNote(parsing: String(contentsOfFile: office.checkpoint("next"), encoding: .utf8))
      #expect(try Checkpoint(text: note.text).predecessor != nil)
    }

    @Test("a line of the list that cannot be read hides none of the others; a record that is gone is told of")
    func damagedList() throws {
      let office = try LosingOffice()
      let code = try office.desk.quac()
      _ = try office.checkpoint("signed")
      try office.takeSnapshot()
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật"))
      try office.putSnapshotBack()
      let list = try String(contentsOfFile: office.erasures, encoding: .utf8)
      try (list + "what somebody wrote\n").write(toFile: office.erasures, atomically: true, encoding: .utf8)
      try office.startAgain()
      #expect(try office.desk.ask(Wire.Show(code: code)).case.applicant == nil)
      #expect(office.daemon.log.contains("\(office.erasures):3"), "\(office.daemon.log)")
      #expect(office.daemon.log.contains("could not be told from the newest") == false)
      #expect(office.daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: office.heads)
      try office.startAgain()
      #expect(office.daemon.log.contains("there is no record of what was signed"), "\(office.daemon.log)")
    }

    @Test("a restore that was given up keeps no older directory from going on")
    func givenUp() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      _ = try office.checkpoint("signed")
      try office.backUp()
      #expect(office.daemon.stop() == 0)
      let (data, old) = (office.daemon.data, office.daemon.home + "/old")
      try FileManager.default.moveItem(atPath: data, toPath: old)
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
      try "in the way".write(toFile: data + "/keys", atomically: true, encoding: .utf8)
      #expect(try Operator.restore(office.ledger, "--keys", office.keys, "--data", data).status != 0)
      try FileManager.default.removeItem(atPath: data)
      try FileManager.default.moveItem(atPath: old, toPath: data)
      try office.startAgain()
      _ = try office.desk.receive("Lan")
    }

    @Test("two restores with the checkpoint that the first has lost are one history")
    func twice() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      try office.backUp()
      for _ in 0..<2 { _ = try office.desk.receive("Mất") }
      let lost = try office.checkpoint("lost")
      for _ in 0..<2 {
        try office.lose()
        try office.restore("--checkpoint", lost, "--key", office.key)
        while try office.position() < 6 { _ = try office.desk.receive("Sau") }
        try office.backUp()
      }
      #expect(try office.restored().map(\.unknownEnd) == [nil, nil])
    }

    @Test(
      "what knows only of backups of keys knows that there was a ledger; a demo has nothing to do with what is the office's"
    )
    func keyBackupsAlone() throws {
      let office = try LosingOffice(signs: false)
      _ = try office.desk.receive("Hoa")
      try office.backUp()
      try office.lose()
      #expect(try office.refusedStart().contains("key-backups"))
      let demo = try RunningDaemon()
      demo.config = try Configuration.copy(into: demo.home)
      let settings = demo.config + "/motcuad.toml"
      let places = ["signed_heads", "erasures"].map { "\($0) = \"\(office.daemon.data)-apart\"\n" }.joined()
      try (places + String(contentsOfFile: settings, encoding: .utf8))
        .write(toFile: settings, atomically: true, encoding: .utf8)
      demo.arguments = ["--demo"]
      try demo.start()
      #expect(demo.stop() == 0)
    }

    @Test(
      "a list that is there and cannot be opened lets nobody in, and a restore takes what is given beside what can be read"
    )
    func unreadable() throws {
      let office = try LosingOffice(signs: false)
      let codes = try (0..<2).map { _ in try office.desk.quac() }
      try office.backUp()
      let given = office.daemon.home + "/given"
      _ = try office.desk.ask(Wire.Erase(code: codes[0], basis: "Luật"))
      try FileManager.default.copyItem(atPath: office.erasures, toPath: given)
      _ = try office.desk.ask(Wire.Erase(code: codes[1], basis: "Luật"))
      #expect(office.daemon.stop() == 0)
      let second = office.daemon.home + "/second"
      try FileManager.default.linkItem(atPath: office.erasures, toPath: second)
      try office.daemon.launch()
      #expect(office.daemon.waitForExit() == 74 && office.daemon.log.contains(office.erasures), "\(office.daemon.log)")
      try FileManager.default.removeItem(atPath: second)
      var lines = try String(contentsOfFile: office.erasures, encoding: .utf8).split(separator: "\n").map(String.init)
      lines[1] = "what somebody wrote"
      try (lines.joined(separator: "\n") + "\n").write(toFile: office.erasures, atomically: true, encoding: .utf8)
      try FileManager.default.removeItem(atPath: office.daemon.data)
      let said = try Operator.restore(
        office.ledger, "--keys", office.keys, "--erasures", given, "--data", office.daemon.data)
      #expect(said.status == 0 && said.errors.contains("cannot be read whole"), "\(said)")
      #expect(said.output.contains("2 cases were erased again"), "\(said)")
    }

    @Test(
      "what another account has made in its place is not believed", .enabled(if: getuid() == 0, "skipped: needs root"))
    func another() throws {
      let office = try LosingOffice(signs: false)
      _ = try office.desk.receive("Hoa")
      #expect(office.daemon.stop() == 0)
      chown(office.daemon.data + "-apart", 4711, 0)
      try office.daemon.launch()
      #expect(office.daemon.waitForExit() == 69 && office.daemon.log.contains("4711"), "\(office.daemon.log)")
    }

    @Test("grown past what was signed it is another history still, and refused as that")
    func grown() throws {
      let office = try LosingOffice()
      _ = try office.desk.receive("Hoa")
      try office.takeSnapshot()
      _ = try office.desk.receive("Lan")
      _ = try office.checkpoint("signed")
      try office.putSnapshotBack()
      // Elsewhere, where nothing knows of it.
      let (apart, away) = (office.daemon.data + "-apart", office.daemon.home + "/away")
      try FileManager.default.moveItem(atPath: apart, toPath: away)
      try office.startAgain()
      for _ in 0..<3 { _ = try office.desk.receive("Khác") }
      #expect(office.daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: apart)
      try FileManager.default.moveItem(atPath: away, toPath: apart)
      let said = try office.refusedStart()
      #expect(said.contains("the first 3 events are not those that were signed"), "\(said)")
      #expect(try office.refusedStart("vi").contains("3 sự kiện đầu không phải những sự kiện đã ký"))
      // A record that cannot be read tells nothing; that is said, and nothing is signed.
      try "nonsense".write(toFile: office.heads, atomically: true, encoding: .utf8)
      try office.startAgain()
      #expect(office.daemon.log.contains("cannot be told"), "\(office.daemon.log)")
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.SignedHeadsUnusable.self)
    }

    @Test(
      "given a data directory that is gone, when a start would make a new ledger, then it is refused until somebody says so"
    )
    func gone() throws {
      let office = try LosingOffice()
      let code = try office.desk.quac()
      let copy = office.daemon.home + "/export.jsonl"
      #expect(try office.client.run("export", copy).status == 0)
      try office.backUp()
      _ = try office.desk.ask(Wire.Erase(code: code, basis: "Luật"))
      _ = try office.desk.receive("Lan")
      _ = try office.checkpoint("signed")
      try office.lose()
      let said = try office.refusedStart()
      #expect(
        said.contains(office.heads) && said.contains(office.erasures) && said.contains("motcuad restore"), "\(said)")
      #expect(try office.refusedStart("vi").contains("trước đây đã có sổ"))
      #expect(!FileManager.default.fileExists(atPath: office.daemon.data + "/ledger"))

      // Somebody says so: it is recorded, and the ledger that is brought in is held against it, too.
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      let first = try #require(try office.restored().first)
      #expect(first.unknownEnd == true && first.size == 0 && first.serialFloor == 1000, "\(first)")
      // The office's day, though no rules were recorded yet.
      #expect(first.floorLast == String(try office.desk.ask(Wire.GetStatus()).status.now.prefix(10)))
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self)
      let into = try office.client.run("import", "--format", "cloudevents", copy, "--keys", office.keys)
      #expect(into.status == 0, "\(into.errors)")
      #expect(try office.desk.ask(Wire.Show(code: code)).case.applicant == nil)
      #expect(try office.slot(1).allSatisfy { $0 == 0 })
      let loss = try #require(try office.restored().first)
      #expect(loss.unknownEnd == true && loss.knownSize == 0 && loss.serialFloor == 2000, "\(loss)")
      #expect(try office.desk.receive("Sau").code.hasSuffix("-2001"))
      _ = try office.desk.refusal(of: Wire.Checkpoint(), Wire.NewSigningKeyNeeded.self)
      office.daemon.arguments = []
      try office.restart()
      #expect(try office.desk.verify().damage == nil)
      #expect(try office.restored().count == 1)
    }

    @Test("erasures alone are known of, too; where what is kept outside is moved away, another ledger begins")
    func erasuresAlone() throws {
      let office = try LosingOffice(signs: false)
      _ = try office.desk.ask(Wire.Erase(code: office.desk.quac(), basis: "Luật"))
      try office.lose()
      let said = try office.refusedStart()
      #expect(said.contains(office.erasures) && !said.contains(office.heads), "\(said)")
      #expect(said.contains("--accept-ledger"), "\(said)")
      // What cannot be read was written by somebody all the same.
      try "nonsense".write(toFile: office.heads, atomically: true, encoding: .utf8)
      try FileManager.default.moveItem(atPath: office.erasures, toPath: office.daemon.home + "/list")
      #expect(try office.refusedStart().contains(office.heads))
      try FileManager.default.moveItem(atPath: office.daemon.data + "-apart", toPath: office.daemon.home + "/away")
      try office.startAgain()
      #expect(try office.position() == 1)
    }

    @Test("restore takes the office's own list beside the one that is given, and so does bringing keys")
    func ownList() throws {
      let office = try LosingOffice(signs: false)
      let codes = try (0..<2).map { _ in try office.desk.quac() }
      try office.backUp()
      _ = try office.desk.ask(Wire.Erase(code: codes[0], basis: "Luật"))
      let short = office.daemon.home + "/short"
      try FileManager.default.copyItem(atPath: office.erasures, toPath: short)
      _ = try office.desk.ask(Wire.Erase(code: codes[1], basis: "Luật"))
      let list = try String(contentsOfFile: office.erasures, encoding: .utf8)
      for arguments in [["--no-erasures"], ["--erasures", short]] {
        try office.lose()
        let said = try Operator.restore(
          arguments: [office.ledger, "--keys", office.keys, "--data", office.daemon.data] + arguments)
        #expect(said.status == 0 && said.output.contains("2 cases were erased again"), "\(arguments) \(said)")
        try office.startAgain()
        #expect(try office.restored().first?.erasures == 2)
      }
      // Keys that come later open neither, though the ledger that was put back knows of no erasure.
      try office.lose()
      try FileManager.default.moveItem(atPath: office.erasures, toPath: office.daemon.home + "/list")
      let closed = try Operator.restore(office.ledger, "--without-keys", "--data", office.daemon.data)
      #expect(closed.status == 0, "\(closed.errors)")
      let brought = try Operator.run(
        "restore", "--keys", office.keys, "--data", office.daemon.data, "--erasures", office.daemon.home + "/list")
      #expect(brought.status == 0, "\(brought.errors)")
      for number in 1...2 { #expect(try office.slot(number).allSatisfy { $0 == 0 }) }
      try office.startAgain()
      for code in codes {
        let shown = try office.desk.ask(Wire.Show(code: code)).case
        #expect(shown.applicant == nil && shown.erasedUnder?.contains("list of erasures") == true)
      }
      #expect(try String(contentsOfFile: office.erasures, encoding: .utf8) == list)
      // A list that is no list is named, and nothing is done.
      #expect(office.daemon.stop() == 0)
      try "hello".write(toFile: office.erasures, atomically: true, encoding: .utf8)
      try FileManager.default.removeItem(atPath: office.daemon.data)
      let refused = try Operator.restore(office.ledger, "--keys", office.keys, "--data", office.daemon.data)
      #expect(refused.status == 65 && refused.errors.contains(office.erasures), "\(refused)")
      #expect(!FileManager.default.fileExists(atPath: office.daemon.data + "/ledger"))
    }

    @Test(
      "what must outlive the data directory is not set into it, by whatever name",
      arguments: ["signed_heads", "erasures"])
    func inside(setting: String) throws {
      let daemon = try RunningDaemon()
      daemon.config = try Configuration.copy(into: daemon.home)
      let settings = daemon.config + "/motcuad.toml"
      let link = daemon.home + "/link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: daemon.data)
      let text = try String(contentsOfFile: settings, encoding: .utf8)
      for place in [daemon.data, daemon.data + "/apart", link + "/./apart/deep"] {
        try ("\(setting) = \"\(place)\"\n" + text).write(toFile: settings, atomically: true, encoding: .utf8)
        try daemon.launch()
        #expect(daemon.waitForExit() == 78 && daemon.log.contains("lies in the data directory"), "\(daemon.log)")
        #expect(!FileManager.default.fileExists(atPath: daemon.data))
      }
      // Beside it, with a name that begins as it does, is outside.
      try ("\(setting) = \"\(daemon.data)-2\"\n" + text).write(toFile: settings, atomically: true, encoding: .utf8)
      try daemon.start()
      #expect(daemon.stop() == 0)
    }
  }
}
