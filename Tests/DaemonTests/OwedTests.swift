import DeskInterface
import TestSupport
import Testing
import VarlinkClient

@Suite("What is owed, asked of the daemon", .oneAtATime)
struct OwedTests {
  @Test("every open promise is told: what, since when, until when, to whom, and whether it is broken")
  func owed() throws {
    // given two requests of which one is late, and a result that waits
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let client = Client(socket: daemon.socket)
    for name in ["Nguyễn Thị Hoa", "Trần Văn Nam"] {
      #expect(try client.run("receive", "cải-chính", "--name", name).status == 0)
    }
    #expect(try client.run("resolve", "1").status == 0)
    let desk = try daemon.connect()
    // when somebody asks before the date, and after it
    let before = try desk.pages(Wire.Owed()).flatMap(\.promises)
    _ = try desk.ask(Wire.SetClock(to: "2026-11-25T08:00"))
    let after = try desk.pages(Wire.Owed()).flatMap(\.promises)
    // then
    #expect(before.map(\.kind) == [.known(.firstDate), .known(.apology), .known(.handOver)])
    #expect(before.map(\.owed) == [true, false, true] && before.allSatisfy { !$0.broken })
    #expect(before.map(\.number) == [2, 2, 1] && before.map(\.madeBy) == [1, 1, 2])
    #expect(before.map(\.to) == ["Trần Văn Nam", "Trần Văn Nam", "Nguyễn Thị Hoa"])
    #expect(before[0].due == before[1].since && before[1].due == nil && before[2].due == nil)
    #expect(before[0].code?.hasSuffix("-0002") == true && before[0].holder != nil)
    #expect(after.map(\.broken) == [true, false, false] && after.map(\.owed) == [true, true, true])
    // and of his own he is told the same, and of another's nothing
    #expect(try desk.pages(Wire.Owed(mine: true)).flatMap(\.promises) == after)
  }
}
