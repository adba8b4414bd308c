import DeskInterface
import EventSourcing
import EventStore
import Foundation
import MerkleTree
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
    try FileManager.default.copyItem(atPath: snapshot, toPath: daemon.data)
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
      let size = try office.position()
      try office.lose()
      let said = try office.refusedStart()
      #expect(
        said.contains(office.heads) && said.contains(office.erasures) && said.contains("motcuad restore"), "\(said)")
      #expect(try office.refusedStart("vi").contains("trước đây đã có sổ"))
      #expect(!FileManager.default.fileExists(atPath: office.daemon.data + "/ledger"))

      // Somebody says so: it is recorded, and the ledger that is brought in is held against it, too.
      office.daemon.arguments = ["--accept-ledger"]
      try office.startAgain()
      #expect(try office.restored().map(\.knownSize) == [size])
      #expect(try office.restored().map(\.witness) == ["signed-heads"])
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
