import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import Foundation
import Metrics
import TestSupport
import Testing

@testable import DeskService

@Suite("A command about several cases")
struct SeveralStreamsTests {
  private static let id = CommandID.make(milliseconds: 5)
  private static let eraseID = CommandID.make(milliseconds: 8)

  /// Three people come with one errand, and each gets a case of his own.
  private static func three(
    id: [UInt8] = id, last: CaseCommand.Action? = nil, said: String = "three"
  ) -> CommandRequest {
    func receive(_ name: String) -> CaseCommand.Action {
      .receive(Receive(.procedure, procedure: "cai-chinh", applicant: name))
    }
    var request = CommandRequest(.newCase, receive("Hoa"), id: id)
    request.canonicalText = Array(said.utf8)
    request.others = [
      part(.newCase, CaseCommand(receive("Nam"))), part(.newCase, CaseCommand(last ?? receive("Tám"))),
    ]
    return request
  }

  /// A part whose canonical text is what it says.
  private static func part(_ target: CommandRequest.Target, _ command: CaseCommand) -> CommandRequest.Part {
    CommandRequest.Part(target: target, command: command, canonicalText: Array("\(target) \(command)".utf8))
  }

  @Test(
    "given a command that opens three cases, then all three are there, each with its code and its key, by one commit")
  func opens() async throws {
    try await Desktop().during { service async throws in
      let commits = service.figures.commits.snapshot.count
      let accepted = try await service.accept(Self.three())
      #expect(accepted.number == 1 && accepted.events == 3 && accepted.version == Version(1))
      #expect(accepted.position == service.signal.position && service.figures.commits.snapshot.count == commits + 1)
      let rows = try ["1", "2", "3"].map { try service.find($0) }
      #expect(rows.map { $0.state.reception?.facts.applicant } == ["Hoa", "Nam", "Tám"])
      #expect(Set(rows.map { $0.state.reception?.facts.code }).count == 3)
      // then each receipt commits to the key of its own case
      var commitments: Set<[UInt8]> = []
      for entry in try service.store.ledger.records(from: .start, limit: .max) {
        if let commitment = try RecordCoding.seal(of: entry.record).keyCommitment { commitments.insert(commitment) }
      }
      #expect(commitments.count == 3)
      // then the next case follows them
      #expect(try await service.accept(.receive("Lan")).number == 4)
    }
  }

  @Test("when it comes again, it gets the answer that it got and records nothing, also after a start with new views")
  func repeated() async throws {
    let desktop = Desktop()
    let first = try await desktop.during { service async throws in
      let first = try await service.accept(Self.three())
      _ = try await service.accept(.receive("Lan"))
      let again = try await service.accept(Self.three())
      #expect(again.isRepeated && again.number == first.number && again.version == first.version)
      #expect(again.position == first.position && again.code == first.code)
      return first
    }
    try FileManager.default.removeItem(atPath: desktop.path + "/STATE")
    try await desktop.during { service async throws in
      let before = service.signal.position
      let again = try await service.accept(Self.three())
      #expect(again.isRepeated && again.number == first.number && again.position == first.position)
      #expect(service.signal.position == before)
      // given the same id with something else to say, then it is refused
      let other = await service.rejection(Self.three(said: "something else"))
      #expect(other == .commandReused(CommandID.text(Self.id)))
    }
  }

  @Test("given one part that is refused, then nothing of the others is recorded, and the same id may be tried again")
  func whole() async throws {
    try await Desktop().during { service async throws in
      let before = service.signal.position
      let id = CommandID.make(milliseconds: 6)
      let refused = Self.three(id: id, last: .receive(Receive(.procedure, procedure: "không có", applicant: "Tám")))
      guard case .unknownProcedure? = await service.rejection(refused) else {
        Issue.record("a part that cannot be decided was accepted")
        return
      }
      #expect(try service.signal.position == before && service.caseCount() == 0)
      let accepted = try await service.accept(Self.three(id: id))
      #expect(try !accepted.isRepeated && accepted.number == 1 && service.caseCount() == 3)
    }
  }

  @Test("new cases and one that is there are of one command, each at its own version")
  func mixed() async throws {
    try await Desktop().during { service async throws in
      let known = try await service.accept(.receive("Lan"))
      var request = Self.three()
      request.others.append(
        Self.part(
          .existing(known.code),
          CaseCommand(.progress(Progress(step: "Chuyển")), expected: .exactly(Version(1)))))
      let accepted = try await service.accept(request)
      #expect(accepted.events == 4 && accepted.number == 2 && accepted.version == Version(1))
      #expect(try service.find(known.code).state.version == Version(2))
      // when it comes again, then it is answered by the case that it is about, whichever came last
      let again = try await service.accept(request)
      #expect(again.isRepeated && again.number == 2 && again.version == Version(1))
      // given that the version is not the expected one any more, then nothing is recorded
      var late = request
      late.id = CommandID.make(milliseconds: 9)
      guard case .versionConflict? = await service.rejection(late) else {
        Issue.record("a version that has passed was accepted")
        return
      }
      #expect(try service.caseCount() == 4)
    }
  }

  /// Ends a case, and erases it.
  private static func erase(_ code: String, in service: DeskService) async throws {
    try await service.accept(CommandRequest(.existing(code), .withdraw(Withdraw(reason: "thôi"))))
    try await service.accept(CommandRequest(.existing(code), .erase(Erase(basis: basis)), by: Fixture.minh))
  }

  private static let basis = "Luật 91/2025/QH15"

  @Test(
    "when any of its cases is erased, then it is refused alike whatever it says, and no key that is left tells whoever guesses what it said that he is right",
    arguments: 0..<3)
  func erased(index: Int) async throws {
    let desktop = Desktop()
    try await desktop.during { service async throws in
      try await service.accept(Self.three())
      let code = try service.find("\(index + 1)").state.reception?.facts.code ?? ""
      try await Self.erase(code, in: service)
      let refused = await service.rejection(Self.three())
      guard case .caseErased(code, _, Self.basis)? = refused else {
        Issue.record("\(String(describing: refused))")
        return
      }
      #expect(await service.rejection(Self.three(said: "something else")) == refused)
    }
    // The keys that are left, one after the other in any number: what the digest was made with is not among them.
    let store = try desktop.store()
    let (whole, ledger) = (CommandDigest.text(of: Self.three()), try Self.bytes(of: store))
    let left = (1...3).filter { $0 != index + 1 }.map(UInt64.init)
    for chain in [[], [left[0]], [left[1]], left] {
      let digest = try chain.reduce(chain.isEmpty ? store.keys.officeDigest(whole) : whole) { text, slot in
        try #require(try store.keys.digest(text, slot: slot))
      }
      #expect(ledger.firstRange(of: digest) == nil, "\(chain)")
    }
    #expect(try store.keys.digest(whole, slot: UInt64(index + 1)) == nil)
  }

  private static func bytes(of store: EventStore) throws -> Data {
    Data(try store.ledger.records(from: .start, limit: .max).flatMap(\.record))
  }

  @Test("its digest is made with the keys of all its cases, and that of a command about one case is as it always was")
  func digest() async throws {
    let desktop = Desktop()
    let one = CommandRequest.receive("Lan")
    try await desktop.during { service async throws in
      try await service.accept(Self.three())
      try await service.accept(one)
    }
    let store = try desktop.store()
    let ledger = try Self.bytes(of: store)
    let chained = try [1, 2, 3].reduce(CommandDigest.text(of: Self.three())) { text, slot in
      try #require(try store.keys.digest(text, slot: slot))
    }
    #expect(ledger.firstRange(of: chained) != nil)
    #expect(ledger.firstRange(of: try #require(try store.keys.digest(one.canonicalText, slot: 4))) != nil)
  }

  @Test("when it says something else of any of its cases, then it is another command")
  func another() async throws {
    try await Desktop().during { service async throws in
      try await service.accept(Self.three())
      let other = Self.three(last: .receive(Receive(.procedure, procedure: "cai-chinh", applicant: "Tý")))
      #expect(await service.rejection(other) == .commandReused(CommandID.text(Self.id)))
      var fewer = Self.three()
      fewer.others.removeLast()
      #expect(await service.rejection(fewer) == .commandReused(CommandID.text(Self.id)))
    }
  }

  @Test("given one that erases a case and says something of another, when it comes again, then it is answered")
  func erasesOne() async throws {
    try await Desktop().during { service async throws in
      let gone = try await service.accept(.receive("Lan")).code
      try await service.accept(CommandRequest(.existing(gone), .withdraw(Withdraw(reason: "thôi"))))
      let stays = try await service.accept(.receive("Nam")).code
      func request(_ step: String) -> CommandRequest {
        var request = CommandRequest(
          .existing(gone), .erase(Erase(basis: Self.basis)), by: Fixture.minh, id: Self.eraseID)
        request.others = [Self.part(.existing(stays), CaseCommand(.progress(Progress(step: step))))]
        return request
      }
      let first = try await service.accept(request("một"))
      let again = try await service.accept(request("một"))
      #expect(again.isRepeated && again.position == first.position && again.erased == [1])
      #expect(await service.rejection(request("hai")) == .commandReused(CommandID.text(Self.eraseID)))
      // when the other one is erased, too
      try await Self.erase(stays, in: service)
      // then it is refused, whatever it says
      let refused = await service.rejection(request("một"))
      guard case .caseErased? = refused else {
        Issue.record("\(String(describing: refused))")
        return
      }
      #expect(await service.rejection(request("hai")) == refused)
    }
  }

  @Test(
    "given a command that says something of a case and erases it, then nobody can hold a guess against it: not by its digest, and not by its repeat",
    arguments: [false, true])
  func saidAndErased(isOther: Bool) async throws {
    try await Desktop().during { service async throws in
      let gone = try await service.accept(.receive("Lan")).code
      let stays = try await service.accept(.receive("Nam")).code
      func request(_ reason: String) -> CommandRequest {
        var request = CommandRequest(
          .existing(gone), .withdraw(Withdraw(reason: reason)), by: Fixture.minh, id: Self.eraseID)
        request.others = [Self.part(.existing(gone), CaseCommand(.erase(Erase(basis: Self.basis))))]
        if isOther { request.others.append(Self.part(.existing(stays), CaseCommand(.progress(Progress(step: "một"))))) }
        return request
      }
      // when
      let accepted = try await service.accept(request("chuyển vào Huế ở với con"))
      // then the digest is one, and of a key that is gone
      #expect(accepted.erased == [1])
      let event = try #require(try service.allEvents().last)
      let record = try #require(try service.store.ledger.record(at: event.position))
      let stored = try service.store.decode(record, by: .current)
      #expect(stored.command.digest.count == 16)
      #expect(
        stored.command.digest
          != service.store.keys.officeDigest(CommandDigest.text(of: request("chuyển vào Huế ở với con"))))
      // then its repeat is refused, whatever it says
      let again = await service.rejection(request("chuyển vào Huế ở với con"))
      guard case .caseErased? = again else {
        Issue.record("\(String(describing: again))")
        return
      }
      #expect(await service.rejection(request("thôi")) == again)
    }
  }

  @Test("what it asks of a case again is decided on what it has decided before, and the desk goes on")
  func twice() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.accept(.receive("Lan")).code
      func step(_ step: String) -> CaseCommand { CaseCommand(.progress(Progress(step: step))) }
      var request = CommandRequest(.existing(code), step("một").action, id: Self.id)
      request.others = [
        Self.part(.existing(code), step("hai")),
        Self.part(.existing(code), CaseCommand(.correct(Correct(voids: Version(3), reason: "nhầm")))),
      ]
      let accepted = try await service.accept(request)
      #expect(accepted.events == 3 && accepted.version == Version(4) && accepted.state.version == Version(4))
      let again = try await service.accept(request)
      #expect(again.isRepeated && again.version == Version(4) && again.position == accepted.position)
      // given a case that the command has ended, then nothing more is asked of it, and nothing of all that is recorded
      var ending = CommandRequest(.existing(code), .withdraw(Withdraw(reason: "thôi")))
      ending.others = [Self.part(.existing(code), step("ba"))]
      guard case .caseEnded? = await service.rejection(ending) else {
        Issue.record("a step after the end was accepted")
        return
      }
      #expect(try service.find(code).state.version == Version(4))
      #expect(try await service.accept(.receive("Nam")).number == 2)
    }
  }

  @Test("cases that are erased together are answered when it comes again, and their keys are gone")
  func erasedTogether() async throws {
    let desktop = Desktop()
    try await desktop.during { service async throws in
      try await service.accept(Self.three())
      var codes: [String] = []
      for number in ["1", "3"] {
        let code = try service.find(number).state.reception?.facts.code ?? ""
        try await service.accept(CommandRequest(.existing(code), .withdraw(Withdraw(reason: "thôi"))))
        codes.append(code)
      }
      func erase(_ basis: String) -> CommandRequest {
        var request = CommandRequest(
          .existing(codes[0]), .erase(Erase(basis: basis)), by: Fixture.minh, id: Self.eraseID)
        request.others = [Self.part(.existing(codes[1]), CaseCommand(.erase(Erase(basis: basis))))]
        return request
      }
      let first = try await service.accept(erase(Self.basis))
      let again = try await service.accept(erase(Self.basis))
      #expect(again.isRepeated && again.position == first.position && Set(again.erased) == [1, 3])
      #expect(await service.rejection(erase("khác")) == .commandReused(CommandID.text(Self.eraseID)))
      for slot: UInt64 in [1, 3] { #expect(try service.store.keys.key(slot) == nil) }
      #expect(try service.store.keys.key(2) != nil)
    }
  }

  @Test("two new cases of one command may not have the same code in two spellings")
  func codes() async throws {
    try await Desktop().during { service async throws in
      let (one, other) = (CommandRequest.importing("Đơn 1"), CommandRequest.importing("đơn 1"))
      var request = one
      request.others = [Self.part(.newCase, other.command)]
      #expect(await service.rejection(request) == .codeTaken(code: "đơn 1"))
      #expect(try service.caseCount() == 0)
    }
  }
}
