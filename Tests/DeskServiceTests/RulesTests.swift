import Desk
import DeskService
import DeskViews
import EventSourcing
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing

@Suite("Rules in the ledger")
struct RulesTests {
  private func adoptions(_ service: DeskService) throws -> Int {
    try service.allEvents().count { if case .office = $0.body { true } else { false } }
  }

  @Test("rules are recorded when they have changed, and only then")
  func adopted() async throws {
    let office = Desktop()
    for (book, expected) in [
      (Fixture.book(), 1), (Fixture.book(), 1), (Fixture.book(.workingDays(5)), 2), (Fixture.book(.workingDays(5)), 2),
      (Fixture.book(), 3),
    ] {
      try await office.during(book: book) { service async throws in
        #expect(try adoptions(service) == expected)
        #expect(service.book == book)
      }
    }
  }

  @Test("rules that are adopted while the desk works are recorded once, and count for the next case only")
  func adoptedLive() async throws {
    let office = Desktop()
    let changed = Fixture.book(.workingDays(10), name: "Cải chính mới")
    try await office.during { service async throws in
      let old = try await service.accept(.receive("Hoa"))
      #expect(try service.adopt(changed) == .adopted)
      #expect(try service.adopt(changed) == .unchanged)
      #expect(try adoptions(service) == 2 && service.book == changed)
      let new = try await service.accept(.receive("Lan"))
      #expect(try service.procedure(of: new.state)?.name.vi == "Cải chính mới")
      #expect(try service.procedure(of: service.find(old.code).state)?.name.vi == "Cải chính")
      #expect(try service.adopt(Fixture.book()) == .adopted)
      #expect(try adoptions(service) == 3)
    }
    // The next start reads the same files.
    try await office.during { service async throws in #expect(try adoptions(service) == 3) }
  }

  @Test("the id of an adoption comes from its cause: the same rules, adopted as the same event, have the same one")
  func cause() async throws {
    func ids(_ books: [RuleBook]) async throws -> [[UInt8]] {
      let office = Desktop()
      for book in books { try await office.during(book: book) { _ in } }
      return try await office.during(book: books[books.count - 1]) { try $0.allEvents().map(\.commandID) }
    }
    let (first, second) = (Fixture.book(), Fixture.book(.workingDays(5)))
    let one = try await ids([first, second, first])
    #expect(try await ids([first, second]) == Array(one.prefix(2)))
    // The same rules again are another adoption.
    #expect(Set(one).count == 3)
    #expect(try await ids([second])[0] != one[0])
  }

  @Test("a case keeps the procedure and the date of its receipt when the configuration changes")
  func kept() async throws {
    let office = Desktop()
    let old = try await office.during { try await $0.accept(.receive("Hoa")) }
    try await office.during(book: Fixture.book(.workingDays(10), name: "Cải chính mới")) { service async throws in
      let new = try await service.accept(.receive("Lan"))
      let row = try service.find(old.code)
      #expect(row.state.due == old.state.due)
      #expect(try service.procedure(of: row.state)?.name.vi == "Cải chính")
      #expect(try service.procedure(of: new.state)?.name.vi == "Cải chính mới")
      #expect(try service.explain(old.code).calculation.instant == old.state.due)
      #expect(try service.explain(old.code).book == Fixture.book())
      let (oldRules, newRules) = (try #require(old.state.reception?.rules), try #require(new.state.reception?.rules))
      #expect(newRules > oldRules)
    }
  }
}

@Suite("A case under the rules of its receipt")
struct OldRulesTests {
  @Test("is decided by them when the configuration has changed, and a new case by the new ones")
  func causes() async throws {
    let office = Desktop()
    let old = try await office.during { try await $0.accept(.receive("Hoa")).code }
    try await office.during(book: Fixture.book(cause: "overload")) { service async throws in
      let new = try await service.accept(.receive("Lan")).code
      func apologise(_ code: String, _ cause: String) -> CommandRequest {
        let apology = Apology(cause: cause, text: "Xin lỗi.")
        return CommandRequest(.existing(code), .apologise(Apologise(apology, newDue: .workingDays(5))))
      }
      #expect(await service.rejection(apologise(old, "overload")) == .unknownCause("overload", known: ["late"]))
      #expect(await service.rejection(apologise(new, "late")) == .unknownCause("late", known: ["overload"]))
      try await service.accept(apologise(old, "late"))
      try await service.accept(apologise(new, "overload"))
    }
  }
}

@Suite("Reading what was recorded")
struct EventTests {
  @Test("pages of events have no gap and no repeat while commands are recorded", arguments: [1, 7, 1000])
  func watching(limit: Int) async throws {
    try await Desktop().during { service async throws in
      let watcher = Task.detached {
        var positions: [UInt64] = []
        var next = Position(1)
        while positions.count < 241 {
          let page = try service.events(from: next, limit: limit)
          positions += page.map(\.position.rawValue)
          if let last = page.last { next = last.position.next }
          for event in page where event.number > 0 { #expect(event.code?.isEmpty == false) }
          if page.isEmpty, await !service.signal.wait(beyond: Position(next.rawValue - 1)) { break }
        }
        return positions
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<240 { group.addTask { try await service.accept(.receive("Hoa \(index)")) } }
        try await group.waitForAll()
      }
      #expect(try await watcher.value == Array(1...241))
    }
  }

  @Test("a watcher is told that it is over when the service stops")
  func watchEnds() async throws {
    let office = Desktop()
    let service = try office.open()
    let watcher = Task.detached { await service.signal.wait(beyond: service.signal.position) }
    try service.stop()
    #expect(await !watcher.value)
  }

  @Test("history tells a case's events from a version on, with who, when and by which command")
  func history() async throws {
    try await Desktop().during { service async throws in
      let id = CommandID.make(milliseconds: 5)
      let code = try await service.accept(.receive("Hoa", id: id)).code
      try await service.accept(.receive("khác"))
      for step in ["a", "b"] {
        try await service.accept(CommandRequest(.existing(code), .progress(Progress(step: step)), by: Fixture.minh))
      }
      let row = try service.find(code)
      let events = try service.history(of: row, from: Version(1), limit: 10)
      #expect(events.map(\.version) == [Version(1), Version(2), Version(3)])
      #expect(events.map(\.code) == [code, code, code])
      #expect(events.map(\.circumstances.actor) == [Fixture.lan, Fixture.minh, Fixture.minh])
      #expect(events.first?.commandID == id)
      #expect(try service.history(of: row, from: Version(2), limit: 1).map(\.version) == [Version(2)])
      #expect(try service.history(of: row, from: Version(4), limit: 10).isEmpty)
    }
  }

  @Test("the views after a restart that rebuilds them are the views as they were, row for row")
  func rebuilt() async throws {
    let office = Desktop()
    let rows = try await office.during { service async throws in
      for index in 0..<30 {
        let code = try await service.accept(.receive("Nguyễn Hoa \(index)")).code
        if index % 2 == 0 { try await service.accept(CommandRequest(.existing(code), .resolve(Resolve()))) }
        if index % 4 == 0 { try await service.accept(CommandRequest(.existing(code), .return(Return()))) }
        if index % 3 == 1 {
          let correct = Correct(changes: .init(applicant: "Trần Lan"), reason: "sửa")
          try await service.accept(CommandRequest(.existing(code), .correct(correct)))
        }
      }
      try await service.accept(.importing("khác/1"))
      return try service.rows()
    }
    try FileManager.default.removeItem(atPath: office.path + "/CURRENT")
    try await office.during { service async throws in
      #expect(try service.rows() == rows)
      #expect(service.store.views.number == 2)
    }
  }

  @Test("what a person said stands nowhere in the clear on the disk of the ledger")
  func sealed() async throws {
    let office = Desktop()
    try await office.during { try await $0.accept(.receive("Nguyễn Thị Bí Mật")) }
    let data = try Data(contentsOf: URL(fileURLWithPath: office.path + "/ledger/data.mdb"))
    #expect(data.range(of: Data("Bí Mật".utf8)) == nil)
    #expect(data.range(of: Data("H56.26.07-261118-0001".utf8)) != nil)
  }
}
