import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Views that come behind the answers")
struct BehindTests {
  /// Commands that are under way at once, in groups of any size; nobody asks, so that the views stay behind.
  private func submit(_ requests: [CommandRequest], _ service: DeskService) async -> [Result<Accepted, CommandFailure>]
  {
    await withTaskGroup(of: (Int, Result<Accepted, CommandFailure>).self) { group in
      for (index, request) in requests.enumerated() { group.addTask { (index, await service.record(request)) } }
      return await group.reduce(into: [Int: Result<Accepted, CommandFailure>]()) { $0[$1.0] = $1.1 }
    }.sorted { $0.key < $1.key }.map(\.value)
  }

  @Test("what is not in the views yet is decided upon as if it were: codes, versions, states and repeated commands")
  func decided() async throws {
    try await Desktop().during { service async throws in
      let ids = (0..<40).map { CommandID.make(milliseconds: Int64($0)) }
      let receipts = ids.map { CommandRequest.receive("Hoa", id: $0) }
      var codes: [String] = []
      for result in await submit(receipts, service) { codes.append(try result.get().code) }
      #expect(Set(codes).count == 40)
      // The same again, across blocks and inside of them: the same answer, and nothing more is recorded.
      let end = service.signal.position
      for (code, result) in zip(codes, await submit(receipts, service)) {
        let again = try result.get()
        #expect(again.isRepeated && again.code == code)
      }
      #expect(service.signal.position == end)
      // Each on what the one before has left.
      for code in codes.prefix(5) {
        for version in 1...3 as ClosedRange<UInt32> {
          let step = CommandRequest(
            .existing(code), .progress(Progress(step: "\(version)")), expected: .exactly(Version(version)))
          #expect(try await service.record(step).get().version == Version(version + 1))
        }
      }
      // Somebody else's id, and one with another body.
      let taken = await service.record(.receive("Hoa", by: Fixture.minh, id: ids[3]))
      guard case .failure(.rejected(.commandReused)) = taken else {
        Issue.record("\(taken)")
        return
      }
      try await service.caughtUp()
      #expect(try service.viewsPosition() == service.signal.position)
      let rows = try service.rows()
      try service.rebuild()
      #expect(try service.rows() == rows)
    }
  }

  @Test(
    "what others go by is in the views before it is answered: erasures, corrections, imported cases, rules")
  func atOnce() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.record(.receive("Hoa")).get().code
      let requests = [
        CommandRequest(.existing(code), .correct(Correct(changes: .init(applicant: "Lan"), reason: "nhầm"))),
        .importing("CŨ-1"),
        CommandRequest(.existing(code), .withdraw(Withdraw(reason: "đổi ý"))),
        CommandRequest(.existing(code), .erase(Erase(basis: "Luật 91/2025/QH15")), by: Fixture.minh),
      ]
      for request in requests {
        let accepted = try await service.record(request).get()
        if case .withdraw = request.command.action { continue }
        #expect(service.applied >= accepted.position, "\(request.command)")
        #expect(try service.viewsPosition() >= accepted.position)
      }
      _ = try service.adopt(Fixture.book(name: "Cải chính hộ tịch"))
      #expect(service.applied == service.signal.position && service.viewsLag == 0)
    }
  }

  @Test("whoever asks while commands go on is told of all that was acknowledged before")
  func asked() async throws {
    try await Desktop().during { service async throws in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 0..<12 {
          group.addTask {
            for step in 0..<40 {
              let code = try await service.record(.receive("\(client) \(step)")).get().code
              guard step % 3 == client % 3 else { continue }
              let acknowledged = service.signal.position
              try await service.caughtUp()
              #expect(service.applied >= acknowledged)
              #expect(try service.find(code).state.version == Version(1))
            }
          }
        }
        try await group.waitForAll()
      }
      try await service.caughtUp()
      #expect(try service.caseCount() == 480)
    }
  }

  @Test(
    "given a disk that refuses the mark of what is durable, then the operator is told once, answers wait for the views, and he is told when it is taken again"
  )
  func unmarked() async throws {
    // given
    let folder = try Folder()
    let told = Mutex<[String]>([])
    let service = try DeskService(
      directory: folder.path + "/data", book: Fixture.book(), actor: Actor(uid: 0, account: "motcua"),
      clock: DeskClock(demoFrom: Fixture.time("2026-11-18T09:00")), onFailure: { _ in },
      report: { text in told.withLock { $0.append(text) } }, note: { text in told.withLock { $0.append(text) } })
    let mark = folder.path + "/data/views-1/durable"
    try FileManager.default.createDirectory(atPath: mark, withIntermediateDirectories: false)
    told.withLock { $0 = [] }
    // when
    for _ in 0..<3 {
      let accepted = try await service.record(.receive("Hoa")).get()
      // then
      #expect(service.applied >= accepted.position && service.isMarkRefused)
    }
    let refused = told.withLock { $0 }
    #expect(
      refused.count == 1 && refused[0].contains("the disk does not take the mark of what is durable"), "\(refused)")
    #expect(refused[0].contains("\(mark): Is a directory"), "\(refused)")
    // when
    try FileManager.default.removeItem(atPath: mark)
    for _ in 0..<3 { _ = try await service.record(.receive("Hoa")).get() }
    // then
    #expect(!service.isMarkRefused)
    #expect(told.withLock { $0.dropFirst() } == ["the disk takes the mark of what is durable again"])
    try service.stop()
  }

  @Test("given views that lack the last cases, then these are counted all the same")
  func counted() async throws {
    try await Desktop().during { service async throws in
      for round in 1...20 {
        let (lag, count) = try await withCheckedThrowingContinuation { continuation in
          // On the thread that writes, where nothing comes between the answer and the views.
          service.record(.receive("\(round)")) { _ in
            continuation.resume(with: Result { (service.viewsLag, try service.recordedCaseCount()) })
          }
        }
        #expect(lag > 0 && count == round)
      }
      #expect(eventually { service.viewsLag == 0 })
      #expect(try service.recordedCaseCount() == 20)
    }
  }

  @Test("who waits for a while only is told whether the views have come")
  func bounded() async throws {
    try await Desktop().during { service async throws in
      for _ in 0..<10 {
        let position = try await service.record(.receive("Hoa")).get().position
        let isThere = try await service.caughtUp(within: .seconds(60))
        #expect(isThere && service.applied >= position)
      }
    }
  }

  @Test("the views come by themselves when nobody asks")
  func unasked() async throws {
    try await Desktop().during { service async throws in
      for _ in 0..<5 { _ = try await service.record(.receive("Hoa")).get() }
      #expect(eventually { service.viewsLag == 0 })
      #expect(try service.caseCount() == 5)
    }
  }

  @Test(
    "given maps that come to be full, then commands are refused in time, and no view is lost for want of room behind a commit",
    arguments: [1, 2])
  func full(mebibytes: Int) async throws {
    let desktop = Desktop()
    var settings = DeskService.Settings()
    settings.mapBytes = mebibytes << 20
    let service = try desktop.open(settings: settings)
    var (accepted, refused) = (0, 0)
    for round in 0..<400 where refused == 0 {
      for result in await submit((0..<64).map { .receive("Nguyễn Thị Hoa \(round) \($0)") }, service) {
        switch result {
        case .success: accepted += 1
        case .failure(.storageFull): refused += 1
        case .failure(let failure): Issue.record("\(failure)")
        }
      }
    }
    #expect(refused > 0 && accepted > 0 && !service.isFailed)
    try await service.caughtUp()
    #expect(try service.caseCount() == accepted)
    try service.stop()
  }
}
