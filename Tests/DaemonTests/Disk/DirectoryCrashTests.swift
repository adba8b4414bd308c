import DeskInterface
import Foundation
import Testing
import VarlinkClient

extension DiskTests {
  @Suite(
    "After a crash at any moment the whole data directory is right, names included, and what lies apart from it",
    .enabled(if: Strace.isHere, Strace.comment))
  struct DirectoryCrashTests {
    /// How many states of one scenario, where all of them together have a thousand.
    static func count(_ share: Int) throws -> Int {
      max(1, try Disk.count("MOTCUA_DIRECTORY_STATES", ci: 650) * share / 1000)
    }

    @Test(
      "a first start, work, signing, an erasure, a rebuild, a stop and a start: what was acknowledged is there, what was erased is gone from the disk, what was signed is known, and a plain start serves"
    )
    func office() throws {
      let (recording, expectation) = try Self.recordOffice(rounds: 2)
      try recording.expectRight(try Self.count(260), seed: 1, expectation)
    }

    @Test(
      "positive control: when no flush makes durable what a name leads to, a file's content, or what lies apart, the same harness finds it",
      arguments: DirectoryStates.Unflushed.allCases)
    func control(unflushed: DirectoryStates.Unflushed) throws {
      let (recording, expectation) = try Self.recordOffice(rounds: 1)
      let (faults, tried) = try recording.faults(
        unflushed == .apart ? 60 : 30, seed: 1, unflushed: unflushed, expectation)
      #expect(faults.count > 3, "\(faults.count) of \(tried)")
      print("directory states, control \(unflushed): \(faults.count) faults in \(tried) states")
    }

    private static func recordOffice(rounds: Int) throws -> (DirectoryRecording, DirectoryRecording.Expectation) {
      let daemon = try RunningDaemon()
      _ = try LosingOffice.keygen(daemon)
      let recording = try DirectoryRecording(of: daemon)
      for round in 0..<rounds {
        try recording.run(daemon) {
          let desk = try daemon.connect()
          var codes: [String] = []
          for number in 0..<4 { codes.append(try desk.receive("Người \(round) \(number)").code) }
          _ = try desk.ask(Wire.Checkpoint())
          _ = try desk.ask(Wire.Withdraw(code: codes[1], reason: "đổi ý"))
          _ = try desk.backup(keys: true)
          _ = try desk.ask(Wire.Erase(code: codes[1], basis: "Luật 91/2025/QH15"))
          _ = try desk.ask(Wire.Checkpoint())
          _ = try desk.pages(Wire.Rebuild())
          _ = try desk.ask(Wire.Resolve(code: codes[0]))
          _ = try desk.ask(Wire.Checkpoint())
        }
      }
      let whole = try History(daemon.data)
      return (
        recording,
        .init { state, opened in
          whole.fault(of: opened, told: state.told) ?? state.fault(ofErased: whole.erased(by: state.told))
        }
      )
    }

    @Test("a ledger that is brought in: it is there whole, with its keys, or it is not there")
    func importing() throws {
      let (ledger, keys) = try Composition.exported()
      let daemon = try RunningDaemon()
      let recording = try DirectoryRecording(of: daemon)
      try recording.run(daemon) {
        _ = try daemon.connect().importLedger(ledger, keys: keys)
        _ = try daemon.connect().ask(Wire.GetStatus())
      }
      let whole = try History(daemon.data)
      #expect(whole.size > 5)
      try recording.expectRight(try Self.count(80), seed: 2, Composition.ofImport(whole))
    }

    @Test(
      "a backup that is put back beside what is known of what is lost: the directory is new, or has it whole with what was erased erased, its key signs one history, and it is there when the command says so"
    )
    func restoring() throws {
      let office = try LosingOffice()
      try Composition.work(office.desk)
      try office.backUp()
      let codes = try (0..<2).map { try office.desk.receive("Sau bản sao \($0)").code }
      let checkpoint = try office.checkpoint("checkpoint")
      _ = try office.desk.ask(Wire.Withdraw(code: codes[0], reason: "đổi ý"))
      let first = try office.desk.pages(Wire.List()).flatMap(\.cases).map(\.code).sorted()[0]
      _ = try office.desk.ask(Wire.Withdraw(code: first, reason: "đổi ý"))
      _ = try office.desk.ask(Wire.Erase(code: first, basis: "Luật 91/2025/QH15"))
      try office.lose()
      let (list, record) = (office.daemon.home + "/erasures", office.erasures)
      try FileManager.default.copyItem(atPath: record, toPath: list)
      let recording = try DirectoryRecording(of: office.daemon)
      let arguments = [
        "restore", office.ledger, "--keys", office.keys, "--checkpoint", checkpoint, "--key", office.key,
        "--erasures", list, "--data", office.daemon.data,
      ]
      #expect(try recording.run(arguments).status == 0)
      let whole = try History(office.daemon.data)
      #expect(whole.erased(by: whole.size).count == 2)
      try recording.expectRight(try Self.count(110), seed: 3, Composition.ofRestore(whole))
    }

    @Test("a loss that is accepted is refused until it is, and recorded once it is, and no key signs both histories")
    func accepting() throws {
      let daemon = try RunningDaemon()
      _ = try LosingOffice.keygen(daemon)
      try daemon.start()
      try Composition.work(daemon.connect())
      #expect(daemon.stop() == 0)
      let (ledger, older) = (
        daemon.data + "/ledger/data.mdb", try Data(contentsOf: URL(filePath: daemon.data + "/ledger/data.mdb"))
      )
      try daemon.start()
      _ = try daemon.connect().receive("Người bị mất")
      _ = try daemon.connect().ask(Wire.Checkpoint())
      #expect(daemon.stop() == 0)
      try DiskFault.overwrite(ledger, with: older)
      let recording = try DirectoryRecording(of: daemon)
      daemon.arguments = ["--accept-ledger"]
      try recording.run(daemon) { _ = try daemon.connect().receive("Người sau đó") }
      let whole = try History(daemon.data)
      let expectation = DirectoryRecording.Expectation(
        mayRefuseToSign: true,
        // Where the views are not believed any more, the record of what was signed refuses it.
        refused: { state, reason in
          let isKnown = reason.contains("the views have seen") || reason.contains("events were signed")
          return isKnown && state.told == 0 ? nil : "refused: \(reason)"
        },
        opened: { state, opened in
          if opened.losses != 1 || opened.size < state.told { return "\(opened), told of \(state.told)" }
          return opened.size > whole.size - 1 ? whole.fault(of: opened, told: state.told) : nil
        })
      try recording.expectRight(try Self.count(90), seed: 4, expectation)
    }

    @Test("an older state that is put back by hand: whatever comes between, who was erased after it is erased again")
    func puttingBackByHand() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      try Composition.work(daemon.connect())
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      _ = try daemon.connect().ask(Wire.Withdraw(code: code, reason: "đổi ý"))
      #expect(daemon.stop() == 0)
      let older = daemon.home + "/older"
      try FileManager.default.copyItem(atPath: daemon.data, toPath: older)
      try daemon.start()
      _ = try daemon.connect().ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data)
      try FileManager.default.moveItem(atPath: older, toPath: daemon.data)
      let recording = try DirectoryRecording(of: daemon)
      try recording.run(daemon) {}
      let whole = try History(daemon.data)
      let erased = whole.erased(by: whole.size)
      #expect(erased.count == 2)
      try recording.expectRight(
        try Self.count(60), seed: 11,
        .init { state, opened in
          if opened.erased != erased || opened.closed != erased { return "\(opened), erased were \(erased)" }
          return state.fault(ofErased: state.told >= whole.size ? erased : [])
        })
    }

    @Test(
      "an earlier clock that is accepted: it is doubted until the ledger says that it was accepted, and believed from then on",
      .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
    func acceptingClock() throws {
      let clock = try SetClock()
      let daemon = clock.daemon
      try daemon.start()
      _ = try daemon.connect().receive("Hoa")
      #expect(daemon.stop() == 0)
      clock.boot()
      try clock.set(-400 * AttackTests.day)
      let recording = try DirectoryRecording(of: daemon)
      try recording.run(daemon) {
        let desk = try daemon.connect()
        _ = try desk.ask(Wire.AcceptClock())
        _ = try desk.receive("Lan")
      }
      let whole = try History(daemon.data)
      let expectation = DirectoryRecording.Expectation(environment: daemon.environment) { state, opened in
        opened.isClockDoubted != (opened.acceptedClocks == 0)
          ? "\(opened)" : whole.fault(of: opened, told: state.told)
      }
      try recording.expectRight(try Self.count(60), seed: 6, expectation)
    }

    @Test(
      "keys of an earlier release that are wrapped anew: they open what is not erased and nothing else, and whoever is served finds no key that tells what was said before"
    )
    func renewingKeys() throws {
      let daemon = try Composition.ofBefore()
      let old = try Composition.master(daemon)
      let recording = try DirectoryRecording(of: daemon)
      try recording.run(daemon) {}
      let whole = try History(daemon.data)
      try recording.expectRight(try Self.count(100), seed: 7, Composition.ofRenewal(whole, old))
    }
  }
}
