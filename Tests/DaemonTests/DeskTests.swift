import DeskInterface
import Foundation
import Glibc
import Testing
import Varlink
import VarlinkClient

@Suite("A day at the desk, over the socket", .oneAtATime)
struct DeskOverTheSocketTests {
  @Test("a case goes from receipt to hand-over, and every answer says what is still owed")
  func wholeCase() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let received = try desk.receive("Nguyễn Thị Hoa")
    #expect(received.owes.map(\.kind) == [.decision])
    _ = try desk.ask(Wire.Progress(code: received.code, step: "Thẩm tra", by: "Lan"))
    let resolved = try desk.ask(Wire.Resolve(code: received.code, outcome: .granted, documentNumber: "12/TL-HT"))
      .receipt
    #expect(resolved.owes.map(\.kind) == [.handOver])
    let returned = try desk.ask(Wire.Return(code: received.code)).receipt
    #expect(returned.owes.isEmpty && returned.status == .returned)
    let told = try desk.ask(Wire.Show(code: received.code)).case
    #expect(told.returnedTo == "Nguyễn Thị Hoa" && told.documentNumber == "12/TL-HT")
    let events = try desk.pages(Wire.History(code: received.code)).flatMap(\.events)
    #expect(events.map(\.type) == [.received, .progressed, .resolved, .returned])
    #expect(events.map(\.version) == [1, 2, 3, 4])
    #expect(Set(events.map(\.uid)) == [Int(getuid())])
    #expect(daemon.stop() == 0)
  }

  @Test("a query on a connection sees the command before it, and other connections see it too")
  func readsOwnWrites() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let (one, other) = (try daemon.connect(), try daemon.connect())
    for index in 0..<50 {
      let receipt = try one.receive("Người \(index)")
      #expect(try one.ask(Wire.Show(code: receipt.code)).case.version == 1)
      #expect(try other.ask(Wire.Show(code: receipt.code)).case.applicant == "Người \(index)")
    }
  }

  @Test("the same command id is answered again and not done twice; for another text it is refused")
  func idempotent() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let id = "018f4e6a-0000-7000-8000-000000000001"
    let first = try desk.receive("Hoa", id: id)
    let again = try desk.receive("Hoa", id: id)
    #expect(!first.repeated && again.repeated)
    #expect(first.code == again.code && first.position == again.position)
    let refused = try desk.refusal(
      of: Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: "Lan", entry: .init(commandId: id)),
      Wire.CommandReused.self)
    #expect(refused.commandId == id)
  }

  @Test("what is recorded survives a restart, and a restart in order does not replay")
  func restart() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    #expect(daemon.stop() == 0)
    try daemon.start()
    let desk = try daemon.connect()
    #expect(try desk.ask(Wire.Show(code: code)).case.applicant == "Hoa")
    let status = try desk.ask(Wire.GetStatus()).status
    #expect(status.viewsNumber == 1 && status.position == 2)
  }

  @Test("a name is found however its letters are composed, in a script other than ours too")
  func composedNames() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    // Cyrillic letters with marks: composed, decomposed.
    let names = ["Андр\u{0435}\u{0439}", "Серге\u{0438}\u{0306}"]
    let codes = try names.map { try desk.receive($0).code }
    for (name, code) in zip(names, codes) {
      for words in [name.precomposedStringWithCanonicalMapping, name.decomposedStringWithCanonicalMapping] {
        #expect(try desk.pages(Wire.Search(words: words)).flatMap(\.cases).map(\.code) == [code])
      }
    }
    #expect(daemon.stop() == 0)
  }

  @Test("watching tells every event from a position on, without gap or repeat, as it is recorded")
  func watch() async throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let socket = daemon.socket
    let watcher = await Task.detached { () -> [Int] in
      await inParallel(2) { role -> [Int] in
        guard let connection = try? Connection(path: socket) else { return [] }
        if role == 0 {
          for index in 0..<300 { _ = try? connection.receive("Người \(index)") }
          return []
        }
        connection.timeout = .seconds(20)
        var positions: [Int] = []
        try? connection.stream(Wire.Watch(after: 0)) { page in
          positions += page.events.map(\.position)
          return positions.count < 301
        }
        return positions
      }.flatMap(\.self)
    }.value
    #expect(watcher == Array(1...301))
  }

  @Test("a demo's clock moves forward; the clock of a real ledger does not move")
  func clocks() throws {
    let real = try RunningDaemon()
    try real.start()
    _ = try real.connect().refusal(of: Wire.SetClock(to: "2030-01-01T09:00"), Wire.NotADemo.self)
    #expect(real.stop() == 0)
    real.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try real.launch()
    #expect(real.waitForExit() == 65)
    #expect(real.log.contains("holds a real ledger"))

    let demo = try RunningDaemon()
    demo.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try demo.start()
    let desk = try demo.connect()
    let code = try desk.receive("Hoa").code
    #expect(code == "H56.26.07-261118-0001")
    _ = try desk.ask(Wire.SetClock(to: "2026-11-25T08:00"))
    let owed = try desk.refusal(of: Wire.Resolve(code: code), Wire.ApologyOwed.self)
    #expect(owed.due == "2026-11-23T17:00:00+07:00" && owed.days == 2)
    _ = try desk.refusal(of: Wire.SetClock(to: "2026-11-20T08:00"), Wire.ClockNotLater.self)
  }

  @Test("a case keeps the procedure it was received under when the catalogue changes")
  func catalogueChanges() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    #expect(daemon.stop() == 0)
    try Configuration.replace(daemon.config + "/procedures.toml", "Thay đổi, cải chính hộ tịch", "Cải chính (mới)")
    try daemon.start()
    let desk = try daemon.connect()
    #expect(try desk.ask(Wire.Show(code: code)).case.procedureName?.vi == "Thay đổi, cải chính hộ tịch")
    let later = try desk.receive("Lan").code
    #expect(try desk.ask(Wire.Show(code: later)).case.procedureName?.vi == "Cải chính (mới)")
    let adopted = try desk.firstEvents(10).filter { $0.type == .rulesAdopted }
    #expect(adopted.count == 2)
  }
}

extension Connection {
  /// The first events of the ledger; there must be at least one.
  func firstEvents(_ count: Int) throws -> [Wire.Event] {
    var events: [Wire.Event] = []
    try stream(Wire.Watch(after: 0)) { page in
      events += page.events
      return false
    }
    return Array(events.prefix(count))
  }
}
