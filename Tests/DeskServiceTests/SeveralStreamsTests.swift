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
      .init(target: .newCase, command: CaseCommand(receive("Nam"))),
      .init(target: .newCase, command: CaseCommand(last ?? receive("Tám"))),
    ]
    return request
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
      #expect(rows.map { $0.state.receipt?.facts.applicant } == ["Hoa", "Nam", "Tám"])
      #expect(Set(rows.map { $0.state.receipt?.facts.code }).count == 3)
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
        .init(
          target: .existing(known.code),
          command: CaseCommand(.progress(Progress(step: "Chuyển")), expected: .exactly(Version(1)))))
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
}
