import DeskInterface
import Foundation
import Synchronization
import Testing
import Varlink
import VarlinkClient

@Suite("Views are built anew while the desk works", .oneAtATime)
struct RebuildTests {
  @Test(
    "given 64 clients at work, when the views are rebuilt over and over, then no command is refused, every client reads its own writes, the new views answer, and they equal a replay row for row"
  )
  func underLoad() async throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let socket = daemon.socket
    let isDone = Mutex(false)
    async let rebuilds = inParallel(1) { _ -> Int in
      defer { isDone.withLock { $0 = true } }
      guard let desk = try? Connection(path: socket) else { return 0 }
      for count in 0..<3 where (try? desk.pages(Wire.Rebuild())) == nil { return count }
      return 3
    }
    let received = Mutex(0)
    let failures = await inParallel(64) { client -> String? in
      do {
        let desk = try Connection(path: socket)
        var step = 0
        while step < 8 || !isDone.withLock({ $0 }) {
          step += 1
          received.withLock { $0 += 1 }
          let name = "Khách \(client) Lần \(step)"
          let receipt = try desk.receive(name)
          let shown = try desk.ask(Wire.Show(code: receipt.code)).case
          guard shown.applicant == name, shown.status == .received else { return "read \(shown.status) of \(name)" }
          let found = try desk.pages(Wire.Search(words: "khach \(client) lan \(step)")).flatMap(\.cases)
          guard found.contains(where: { $0.code == receipt.code }) else { return "\(name) is not found" }
          _ = try desk.ask(Wire.Resolve(code: receipt.code))
          guard try desk.ask(Wire.Show(code: receipt.code)).case.status == .ready else { return "\(name) is not ready" }
          let history = try desk.pages(Wire.History(code: receipt.code)).flatMap(\.events)
          guard history.map(\.type) == [.received, .resolved] else { return "\(name) has another history" }
        }
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(failures.compactMap(\.self) == [])
    #expect(await rebuilds == [3])
    let desk = try daemon.connect()
    let status = try desk.ask(Wire.GetStatus()).status
    #expect(status.viewsNumber == 4 && status.viewsPosition == status.position && status.rebuild == nil)
    #expect(status.cases == received.withLock { $0 })
    let folders = try FileManager.default.contentsOfDirectory(atPath: daemon.data).filter { $0.hasPrefix("views-") }
    #expect(folders == ["views-4"])
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test("killed while new views are built, the daemon goes on with the old ones and removes the beginnings")
  func killed() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    for index in 0..<300 { _ = try desk.receive("Người \(index)") }
    for delay in [0, 200, 1000, 3000, 10_000] as [UInt32] {
      let socket = daemon.socket
      let thread = Thread { _ = try? Connection(path: socket).pages(Wire.Rebuild()) }
      thread.start()
      usleep(delay)
      daemon.kill()
      try daemon.start()
      let status = try daemon.connect().ask(Wire.GetStatus()).status
      #expect(status.cases == 300 && status.viewsPosition == status.position)
      let folders = try FileManager.default.contentsOfDirectory(atPath: daemon.data).filter { $0.hasPrefix("views-") }
      #expect(folders == ["views-\(status.viewsNumber)"])
    }
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test("views of another release are thrown away and built anew before the first answer")
  func otherForm() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
    #expect(daemon.stop() == 0)
    let state = daemon.data + "/STATE"
    try Configuration.replace(state, "desk ", "desk 0.")
    try daemon.start()
    let desk = try daemon.connect()
    #expect(try desk.ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
    #expect(try desk.ask(Wire.GetStatus()).status.viewsNumber == 2)
  }
}
