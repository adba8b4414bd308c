import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB
import TestSupport
import Testing

@testable import DeskService

@Suite("The office on the ledger")
struct OfficeTests {
  private func office(_ service: DeskService) throws -> [LedgerEvent] {
    try service.allEvents().filter { if case .office = $0.body { true } else { false } }
  }

  @Test("a start reads the book in force and no other, however many were adopted, and each when it is asked for")
  func start() async throws {
    // given an office that has adopted rules two hundred times, and a case received under the first
    let desktop = Desktop()
    let books = (0..<200).map { Fixture.book(.workingDays(1 + $0), name: "\($0)") }
    let code = try await desktop.during(book: books[0]) { service async throws in
      let code = try await service.accept(.receive("Hoa")).code
      for book in books.dropFirst() { #expect(try service.adopt(book) == .adopted) }
      return code
    }
    // when it starts again
    try await desktop.during(book: books[199]) { service async throws in
      // then
      #expect(service.rules.booksRead == 1 && service.book == books[199])
      #expect(try office(service).count == 200)
      let row = try service.find(code)
      #expect(try service.book(of: row.state) == books[0] && service.rules.booksRead == 2)
      #expect(try service.rules.book(at: Position(2)) == nil, "a case was received there")
      #expect(try service.rules.book(at: Position(3)) == books[1])
      // What was recorded under rules that were never adopted is not told by others.
      #expect(throws: StoreError.self) { try service.rules.adopted(at: Position(2)) }
    }
  }

  @Test("what was recorded of the office says by whom, and by an id that is derived from its cause")
  func ids() async throws {
    let (first, second) = (Desktop(), Desktop())
    func ids(_ desktop: Desktop) async throws -> [[UInt8]] {
      try await desktop.during { service async throws in
        #expect(try service.adopt(Fixture.book(.workingDays(5))) == .adopted)
        #expect(try service.adopt(Fixture.book()) == .adopted)
        return try office(service).map { event in
          #expect(event.circumstances.actor.account == "motcua")
          return event.commandID
        }
      }
    }
    let found = try await ids(first)
    // The same book three times over: at each place it is another cause.
    #expect(Set(found).count == 3)
    #expect(found.allSatisfy { $0.count == 16 && $0[6] >> 4 == 8 && $0[8] >> 6 == 2 })
    #expect(try await ids(second) == found, "the same causes elsewhere have the same ids")
  }

  @Test("the id of what the daemon did by itself is used up for commands, and is told so")
  func idUsed() async throws {
    try await Desktop().during { service async throws in
      let code = try await service.accept(.receive("Hoa")).code
      let id = try #require(try office(service).first).commandID
      for action in [
        CaseCommand.Action.progress(Progress(step: "Tra sổ")), .erase(Erase(basis: "Luật 91/2025/QH15")),
      ] {
        let request = CommandRequest(.existing(code), action, by: service.actor, id: id)
        #expect(await service.rejection(request) == .commandReused(CommandID.text(id)))
      }
      #expect(try service.find(code).state.version == Version(1))
    }
  }

  @Test("an erasure that the daemon makes again is made once, by an id that is the same in every older state")
  func erasedAgain() async throws {
    let (first, second) = (Desktop(), Desktop())
    func ids(_ desktop: Desktop) async throws -> [[UInt8]] {
      try await desktop.during { service async throws in
        for name in ["Lan", "Nam"] { try await service.accept(.receive(name)) }
        let erasures = [1, 2].map {
          ErasureList.Entry(slot: $0, commitment: [], at: Fixture.time("2026-11-18T09:30"))
        }
        #expect(try service.eraseAgain(erasures, by: service.actor) == 2)
        #expect(try service.eraseAgain(erasures, by: service.actor) == 0)
        return try service.allEvents().suffix(2).map { event in
          #expect(event.circumstances.actor.account == "motcua")
          return event.commandID
        }
      }
    }
    let found = try await ids(first)
    #expect(Set(found).count == 2 && found.allSatisfy { $0[6] >> 4 == 8 })
    #expect(try await ids(second) == found)
  }

  @Test(
    "given an id of the office that somebody has used for a command of his, then the rules are adopted all the same, once"
  )
  func idTaken() async throws {
    let book = Fixture.book(.workingDays(5))
    // given the id that the adoption will have, learnt from another office
    let learnt = try await Desktop().during { service async throws in
      #expect(try service.adopt(book) == .adopted)
      return try #require(try office(service).last).commandID
    }
    try await Desktop().during { service async throws in
      try await service.accept(.receive("Hoa", by: service.actor, id: learnt))
      // when
      for _ in 0..<2 { _ = try service.adopt(book) }
      // then
      #expect(try office(service).count == 2 && service.book == book)
      #expect(try office(service).last?.commandID != learnt)
    }
  }

  @Test("the same cause twice is one event: for rules, a loss and a clock")
  func twice() async throws {
    let desktop = Desktop()
    try await desktop.during { service async throws in
      let shown = Fixture.time("2026-11-18T08:00")
      let commands: [OfficeCommand] = [
        .adopt(Fixture.book(.workingDays(5))),
        .restore(Restored(knownSize: 9, knownRoot: "", size: 2, witness: "views")),
        .acceptClock(ClockAccepted(shown: shown, expected: shown.adding(seconds: 60))),
      ]
      for (index, command) in commands.enumerated() {
        for _ in 0..<2 { try service.record(command, by: service.actor) }
        #expect(try office(service).count == index + 2, "\(command)")
      }
      #expect(try office(service).map(\.version.rawValue) == [1, 2, 3, 4])
      let transaction = try service.store.views.environment.beginRead()
      #expect(try service.views.office(transaction) == service.rules.office)
    }
  }

  @Test("a loss whose end was recorded, and whose file a crash left there, is not recorded again")
  func crash() async throws {
    // given a ledger with a loss that is recorded
    let desktop = Desktop()
    let loss = AcceptedLoss(witness: .views, seen: Position(9), size: Position(1))
    func accept() throws {
      let store = try desktop.store()
      try store.acceptLoss(loss)
      try store.close()
    }
    try await desktop.during { _ in }
    try accept()
    let recorded = try await desktop.during { try office($0).map(\.position) }
    #expect(recorded.count == 2)
    // when the file that says so is there again, as after a crash before it was taken away
    try accept()
    // then
    try await desktop.during { service async throws in
      #expect(try office(service).map(\.position) == recorded)
      #expect(try service.store.acceptedLoss() == nil)
    }
  }

  @Test("a rebuild makes the office's rows as they were written one by one")
  func rebuilt() async throws {
    let desktop = Desktop()
    try await desktop.during { service async throws in
      #expect(try service.adopt(Fixture.book(.workingDays(5))) == .adopted)
      let shown = Fixture.time("2026-11-18T08:00")
      try service.record(.acceptClock(ClockAccepted(shown: shown, expected: shown)), by: service.actor)
      let before = try service.rows().filter { $0.hasPrefix("office ") }
      #expect(before.count == 4, "the state, two books, a clock")
      try service.rebuild()
      #expect(try service.rows().filter { $0.hasPrefix("office ") } == before)
    }
  }
}
