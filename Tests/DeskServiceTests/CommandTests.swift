import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import Metrics
import MerkleTree
import TestSupport
import Testing

@Suite("A command that comes again")
struct IdempotencyTests {
  private let id = CommandID.make(milliseconds: 1)

  @Test("the same id with the same text gives the same receipt and records nothing")
  func repeated() async throws {
    try await Desktop().during { service async throws in
      let first = try await service.accept(.receive("Hoa", id: id))
      let again = try await service.accept(.receive("Hoa", id: id))
      #expect(!first.isRepeated && again.isRepeated)
      #expect(again.number == first.number && again.version == first.version && again.position == first.position)
      #expect(again.recordedAt == first.recordedAt && again.code == first.code && again.events == 0)
      #expect(try service.caseCount() == 1)
    }
  }

  @Test("after a restart too, by the views as they were and by views rebuilt", arguments: [true, false])
  func afterRestart(rebuilds: Bool) async throws {
    let office = Desktop()
    let first = try await office.during { try await $0.accept(.receive("Hoa", id: id)) }
    if rebuilds { try FileManager.default.removeItem(atPath: office.path + "/CURRENT") }
    try await office.during { service async throws in
      let again = try await service.accept(.receive("Hoa", id: id))
      #expect(again.isRepeated && again.position == first.position && again.code == first.code)
      #expect(await service.rejection(.receive("Lan", id: id)) == .commandReused(CommandID.text(id)))
    }
  }

  @Test("the same id with another text is refused, and the case stays as it was")
  func reused() async throws {
    try await Desktop().during { service async throws in
      let first = try await service.accept(.receive("Hoa", id: id))
      #expect(await service.rejection(.receive("Lan", id: id)) == .commandReused(CommandID.text(id)))
      #expect(try service.find(first.code).state.reception?.facts.applicant == "Hoa")
      #expect(try service.caseCount() == 1)
    }
  }

  @Test("another person's command id is refused, with the same text or another, and tells nothing of his command")
  func otherCaller() async throws {
    try await Desktop().during { service async throws in
      _ = try await service.accept(.receive("Hoa", by: Fixture.lan, id: id))
      for name in ["Hoa", "Lan"] {
        #expect(await service.rejection(.receive(name, by: Fixture.minh, id: id)) == .commandReused(CommandID.text(id)))
      }
      #expect(try service.caseCount() == 1)
      #expect(try await service.accept(.receive("Hoa", by: Fixture.lan, id: id)).isRepeated)
    }
  }

  @Test("of many with one id at once one is recorded, the same text is told its receipt and another text is refused")
  func atOnce() async throws {
    try await Desktop().during { service async throws in
      let results = await withTaskGroup(of: (String, Result<Accepted, CommandFailure>).self) { group in
        for index in 0..<60 {
          let name = index % 3 == 0 ? "Lan" : "Hoa"
          let request = CommandRequest.receive(name, id: id)
          group.addTask { (name, await service.record(request)) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      try await service.caughtUp()
      let recorded = try #require(try service.find("1").state.reception?.facts.applicant)
      var positions: [Position] = []
      for (name, result) in results {
        switch result {
        case .success(let accepted):
          #expect(name == recorded)
          if !accepted.isRepeated { positions.append(accepted.position) }
        case .failure(.rejected(.commandReused)): #expect(name != recorded)
        case .failure(let failure): Issue.record("\(failure)")
        }
      }
      #expect(positions == [Position(2)])
      #expect(try service.caseCount() == 1)
    }
  }

  @Test("a repeated command of several events answers with the last of them and the case as it stands now")
  func severalEvents() async throws {
    try await Desktop().during { service async throws in
      let enquire = CommandRequest(
        .newCase, .enquire(Receive(.enquiry), Consult(question: "?", guidance: "!")), id: id)
      let first = try await service.accept(enquire)
      #expect(first.events == 3 && first.version == Version(3))
      let correct = Correct(changes: .init(subject: "khai sinh"), reason: "bổ sung")
      try await service.accept(CommandRequest(.existing(first.code), .correct(correct)))
      let again = try await service.accept(enquire)
      #expect(again.version == Version(3) && again.position == first.position)
      #expect(again.state.version == Version(4))
    }
  }

  @Test("a refused command is decided anew, because the case may have moved on")
  func refused() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.accept(.receive("Hoa")).code
      let handOver = CommandRequest(.existing(code), .return(Return()), id: id)
      guard case .notResolved? = await service.rejection(handOver) else {
        Issue.record("handed over before it was resolved")
        return
      }
      try await service.accept(CommandRequest(.existing(code), .resolve(Resolve())))
      #expect(try await !service.accept(handOver).isRepeated)
    }
  }

  @Test("a refused command neither takes a number nor leaves a gap")
  func noGap() async throws {
    try await Desktop().during { service async throws in
      let before = service.signal.position
      #expect(
        await service.rejection(CommandRequest(.newCase, .receive(Receive(.complaint)))) == .fieldMissing("applicant"))
      #expect(service.signal.position == before)
      let accepted = try await service.accept(.receive("Hoa"))
      #expect(accepted.number == 1 && accepted.code == "H56.26.07-261118-0001")
    }
  }
}

@Suite("The writer")
struct WriterTests {
  @Test("many commands at once share commits, and every one gets its own code")
  func groupCommit() async throws {
    try await Desktop().during { service async throws in
      let before = (service.figures.batches.snapshot, service.figures.commits.snapshot)
      let codes = try await withThrowingTaskGroup(of: String.self) { group in
        for index in 0..<600 { group.addTask { try await service.accept(.receive("Hoa \(index)")).code } }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      let after = (service.figures.batches.snapshot, service.figures.commits.snapshot)
      #expect(codes.count == 600)
      #expect(after.0.sum - before.0.sum == 600)
      #expect(after.1.count - before.1.count <= 150)
      #expect(try service.viewsPosition() == service.signal.position)
    }
  }

  @Test("one refused command in a group fails nobody else")
  func mixed() async throws {
    try await Desktop().during { service async throws in
      let results = await withTaskGroup(of: (Int, Result<Accepted, CommandFailure>).self) { group in
        for index in 0..<60 {
          let request = CommandRequest.receive(index % 3 == 0 ? "" : "Hoa")
          group.addTask { (index, await service.record(request)) }
        }
        return await group.reduce(into: [Int: Result<Accepted, CommandFailure>]()) { $0[$1.0] = $1.1 }
      }
      for (index, result) in results {
        switch result {
        case .success: #expect(index % 3 != 0)
        case .failure(.rejected(.fieldMissing("applicant"))): #expect(index % 3 == 0)
        case .failure(let failure): Issue.record("\(failure)")
        }
      }
      try await service.caughtUp()
      #expect(try service.caseCount() == 40)
    }
  }

  @Test("two clerks with the same expectation of a case: one is recorded, the other told the version")
  func optimistic() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.accept(.receive("Hoa")).code
      let results = await withTaskGroup(of: Rejection?.self) { group in
        for step in ["a", "b"] {
          let request = CommandRequest(
            .existing(code), .progress(Progress(step: step)), expected: .exactly(Version(1)))
          group.addTask { await service.rejection(request) }
        }
        return await group.reduce(into: [Rejection?]()) { $0.append($1) }
      }
      #expect(results.count { $0 == nil } == 1)
      #expect(results.contains(.versionConflict(code: code, expected: Version(1), actual: Version(2))))
    }
  }

  @Test("with less left on the disk than the reserve nothing is recorded, and the service says so")
  func storageFull() async throws {
    let office = Desktop()
    try await office.during { _ in }
    var settings = DeskService.Settings()
    settings.reserveBytes = .max
    let service = try office.open(settings: settings)
    guard case .failure(.storageFull(_, reserveBytes: .max, limit: .disk)) = await service.record(.receive("Hoa"))
    else {
      Issue.record("recorded on a full disk")
      return
    }
    #expect(!service.isFailed)
    try service.stop()
  }

  @Test("a service that could not start lets go of its directory")
  func failedStart() async throws {
    let office = Desktop()
    let accepted = office.path + "/ACCEPTED"
    try FileManager.default.createDirectory(atPath: office.path, withIntermediateDirectories: true)
    try "nothing that can be read\n".write(toFile: accepted, atomically: true, encoding: .utf8)
    #expect(throws: StoreError.self) { _ = try office.open() }
    try FileManager.default.removeItem(atPath: accepted)
    #expect(try await office.during { try $0.allEvents().count } == 1)
  }

  @Test("a ledger that lost everything says so before it has rules, and can be exported and brought in")
  func lostEverything() async throws {
    let office = Desktop()
    // A ledger without an event, as it was before its first start was over.
    try { _ = try office.store() }()
    try "5 0\n".write(toFile: office.path + "/ACCEPTED", atomically: true, encoding: .utf8)
    let service = try office.open()
    try await service.accept(.receive("Hoa"))
    #expect(try service.allEvents().count == 3)
    let target = Desktop()
    try await target.during { other async throws in
      let spool = try SpoolFile(in: target.path + "/spool")
      try service.export { lines, _, _ in try spool.append(lines.flatMap { Array($0.utf8) + [0x0A] }) }
      let ledger = try other.importLedger(spool, keys: nil)
      #expect(try ledger.size == 3 && ledger.root.base64 == service.store.ledger.rootText())
    }
    try service.stop()
  }

  @Test("on a full disk a first start records its rules, and nothing else is recorded")
  func fullFirstStart() async throws {
    let office = Desktop()
    var settings = DeskService.Settings()
    settings.reserveBytes = .max
    let service = try office.open(settings: settings)
    guard case .failure(.storageFull) = await service.record(.receive("Hoa")) else {
      Issue.record("recorded on a full disk")
      return
    }
    #expect(try service.allEvents().count == 1)
    try service.stop()
  }

  @Test("after a stop commands are refused as stopping, and the directory is free at once")
  func stopping() async throws {
    let office = Desktop()
    for round in 1...20 {
      let service = try office.open()
      try await service.accept(.receive("Hoa"))
      try service.stop()
      guard case .failure(.stopping) = await service.record(.receive("Lan")) else {
        Issue.record("recorded after the stop")
        return
      }
      #expect(try service.caseCount() == round)
    }
  }

  @Test("the time of recording never runs backwards, also when the clock does over a restart")
  func clockBackwards() async throws {
    let office = Desktop()
    let first = try await office.during(at: "2026-11-18T12:00") { try await $0.accept(.receive("Hoa")) }
    try await office.during(at: "2026-11-18T09:00") { service async throws in
      #expect(service.now >= first.recordedAt)
      try await service.accept(.receive("Lan"))
      try await service.accept(.receive("Minh"))
      let times = try service.allEvents().map(\.circumstances.recordedAt)
      #expect(times == times.sorted())
    }
  }

  @Test("a demo's clock goes forward only, and only a demo has one")
  func demoClock() {
    let clock = DeskClock(demoFrom: Fixture.time("2026-11-18T09:00"))
    #expect(clock.move(to: Fixture.time("2026-11-25T09:00")))
    #expect(clock.shown >= Fixture.time("2026-11-25T09:00"))
    #expect(!clock.move(to: Fixture.time("2026-11-24T09:00")))
    #expect(!DeskClock().move(to: Fixture.time("2099-01-01T09:00")))
  }

  @Test("a demo's clock is refused on a real ledger")
  func demoOnReal() async throws {
    let office = Desktop()
    try await office.during(at: nil) { _ in }
    #expect {
      _ = try office.open()
    } throws: { error in
      if case StoreError.notADemo(let directory) = error { directory == office.path } else { false }
    }
    #expect(try await office.during(at: nil) { try $0.allEvents().count } == 1)
  }
}

@Suite("Keys that do not fit the ledger")
struct OldKeysTests {
  @Test(
    "keys from before the last case are refused at the start, before a new key takes the place of a lost one",
    arguments: [true, false])
  func older(rebuilds: Bool) async throws {
    // given
    let office = Desktop()
    try await office.during { service in
      let code = try await service.accept(.receive("Hoa")).code
      try await service.accept(.receive("Lan"))
      try await service.accept(CommandRequest(.existing(code), .progress(Progress(step: "a"))))
    }
    let slots = URL(fileURLWithPath: office.path + "/keys/slots")
    let whole = try Data(contentsOf: slots)
    // when the keys come from a backup with one slot
    try whole.prefix(2 * 64).write(to: slots)
    if rebuilds { try FileManager.default.removeItem(atPath: office.path + "/CURRENT") }
    // then
    #expect {
      _ = try office.open()
    } throws: { error in
      if case StoreError.keyMissing(slot: 2) = error { true } else { false }
    }
    #expect(try Data(contentsOf: slots) == whole.prefix(2 * 64))
    // and with the right ones the desk goes on
    try whole.write(to: slots)
    #expect(try await office.during { try $0.find("2").state.reception?.facts.applicant } == "Lan")
  }
}

@Suite("A command and the case that it is for")
struct TargetTests {
  @Test("nothing but a receipt begins a case")
  func beginnings() async throws {
    try await Desktop().during { service async throws in
      for action in [
        CaseCommand.Action.progress(Progress(step: "a")), .resolve(Resolve()), .withdraw(Withdraw(reason: "a")),
      ] {
        #expect(await service.rejection(CommandRequest(.newCase, action)) != nil, "\(action)")
      }
      #expect(try service.allEvents().count == 1)
    }
  }

  @Test("a case is received once")
  func once() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.accept(.receive("Hoa")).code
      let receive = Receive(.procedure, procedure: "cai-chinh", applicant: "Lan")
      #expect(await service.rejection(CommandRequest(.existing(code), .receive(receive))) == .codeTaken(code: code))
      #expect(try service.find(code).state.reception?.facts.applicant == "Hoa")
    }
  }
}
