import Desk
import DeskInterface
import EventSourcing
import Foundation
import Testing
import VarlinkClient

@testable import motcuad

@Suite("What systemd is told", .oneAtATime)
struct SystemdTests {
  @Test(
    "READY comes when it answers, with what it holds; STOPPING when it is told to stop; a line in between when that changes"
  )
  func states() throws {
    let daemon = try RunningDaemon()
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    let ready = try #require(systemd.wait { $0.says("READY=1") })
    #expect(ready["STATUS"] == "0 cases, position 1")
    #expect(systemd.messages(saying: "WATCHDOG=1").allSatisfy { $0.at > ready.at })
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    #expect(systemd.wait { $0["STATUS"] == "1 case, position 2" } != nil)
    #expect(daemon.stop() == 0)
    let all = systemd.allMessages()
    #expect(all.count { $0.says("STOPPING=1") } == 1 && all.count { $0.says("READY=1") } == 1)
    let end = try #require(all.last)
    #expect(end["EXTEND_TIMEOUT_USEC"] != nil, "closing the views may take longer than a stop usually does")
  }

  @Test("what it says of itself is in the language of the office")
  func vietnamese() throws {
    let daemon = try RunningDaemon()
    daemon.environment["MOTCUA_LANG"] = "vi"
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    #expect(systemd.wait { $0.says("READY=1") }?["STATUS"] == "0 hồ sơ, vị trí 1")
    _ = try daemon.connect().pages(Wire.Rebuild())
    #expect(daemon.stop() == 0)
    let said = systemd.allMessages().compactMap { $0["STATUS"] }
    for begin in ["Đang dựng lại các bảng tra cứu: sự kiện ", "Đang dừng", "Đang đóng các bảng tra cứu"] {
      #expect(said.contains { $0.hasPrefix(begin) }, "\(said)")
    }
  }

  @Test("the line tells no number of cases when the views cannot tell it")
  func line() {
    #expect(StatusLine.settled(cases: 1, at: Position(2)).en == "1 case, position 2")
    #expect(StatusLine.settled(cases: 1200, at: Position(2500)).en == "1200 cases, position 2500")
    let uncounted = StatusLine.settled(cases: nil, at: Position(2))
    #expect(uncounted.en == "position 2" && uncounted.vi == "vị trí 2")
  }

  @Test("the watchdog is fed when nothing goes on, under load, and while the views are rebuilt")
  func fed() throws {
    let daemon = try RunningDaemon()
    let systemd = try daemon.supervise(watchdog: 3_000_000)
    defer { systemd.close() }
    try daemon.start()
    let socket = daemon.socket
    expectFed(systemd, "idle") { sleep(5) }
    let load = Load(clients: 4) { client in
      guard let desk = try? UncheckedBox(Connection(path: socket)) else { return nil }
      return { round in (try? desk.value.receive("Khách \(client) \(round)")) != nil }
    }
    expectFed(systemd, "under load") { sleep(5) }
    try expectFed(systemd, "rebuilding") {
      let start = NotifySocket.now
      repeat { _ = try daemon.connect().pages(Wire.Rebuild()) } while NotifySocket.now < start + 5
    }
    #expect(load.finish().allSatisfy { $0 > 0 })
    #expect(
      systemd.messages.contains {
        $0["STATUS"]?.hasPrefix("Rebuilding the views: event ") == true && $0["EXTEND_TIMEOUT_USEC"] == "60000000"
      })
  }

  /// No two signs of life are further apart than the watchdog waits.
  private func expectFed(_ systemd: NotifySocket, _ when: String, _ body: () throws -> Void) rethrows {
    let start = NotifySocket.now
    try body()
    let end = NotifySocket.now
    let longest = longestSilence(systemd, from: start, to: end)
    #expect(longest < 3, "\(when): nothing for \(longest) s")
  }

  private func longestSilence(_ systemd: NotifySocket, from start: Double, to end: Double) -> Double {
    let beats = [start] + systemd.messages(saying: "WATCHDOG=1").map(\.at).filter { $0 > start && $0 < end } + [end]
    return zip(beats, beats.dropFirst()).map { $1 - $0 }.max() ?? 0
  }

  @Test(
    "when a flush of the ledger hangs, the watchdog is not fed until it is over",
    .enabled(if: Strace.isHere, Strace.comment))
  func stuck() throws {
    let daemon = try RunningDaemon()
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    let tracer = try Strace.attach(
      to: daemon.process, ["-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=2000000:when=1"],
      log: daemon.home + "/strace")
    #expect(systemd.wait { $0.says("WATCHDOG=1") } != nil)
    let start = NotifySocket.now
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    let end = NotifySocket.now
    #expect(end - start > 1.9)
    #expect(longestSilence(systemd, from: start, to: end) > 1.4, "it is fed by another thread than the one that writes")
    #expect(systemd.wait(after: end) { $0.says("WATCHDOG=1") } != nil)
    #expect(daemon.stop() == 0)
    tracer.waitUntilExit()
  }

  @Test(
    "a watchdog of another process is not fed, nor one that nobody asked for", arguments: [["WATCHDOG_PID": "1"], [:]])
  func notOurs(environment: [String: String]) throws {
    let daemon = try RunningDaemon()
    let systemd = try daemon.supervise(watchdog: environment.isEmpty ? nil : 300_000)
    defer { systemd.close() }
    daemon.environment.merge(environment) { $1 }
    try daemon.start()
    sleep(1)
    #expect(systemd.messages(saying: "WATCHDOG=1").isEmpty && systemd.messages(saying: "READY=1").count == 1)
  }

  @Test("a start that replays says how far it is, and asks for more time")
  func replay() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    for number in 0..<20 { _ = try daemon.connect().receive("Khách \(number)") }
    daemon.stop()
    try FileManager.default.removeItem(atPath: daemon.data + "/STATE")
    let systemd = try daemon.supervise()
    defer { systemd.close() }
    try daemon.start()
    let ready = try #require(systemd.wait { $0.says("READY=1") })
    for step in ["Reading the ledger: event ", "Rebuilding the views: event "] {
      let told = systemd.messages.filter { $0["STATUS"]?.hasPrefix(step) == true }
      #expect(!told.isEmpty && told.allSatisfy { $0["EXTEND_TIMEOUT_USEC"] != nil && $0.at < ready.at }, "\(step)")
    }
  }

  @Test("on the journal each line has its level, and elsewhere the program's name")
  func journal() throws {
    let daemon = try RunningDaemon()
    // Standard error is the file of the log; the variable names another, as the child of a service inherits it.
    daemon.environment["JOURNAL_STREAM"] = "8:1"
    try daemon.start()
    daemon.stop()
    #expect(daemon.log.contains("motcuad: info: ready data=") && !daemon.log.contains("<6>"))
    var status = stat()
    try #require(stat(daemon.home + "/log", &status) == 0)
    daemon.environment["JOURNAL_STREAM"] = "\(status.st_dev):\(status.st_ino)"
    try daemon.start()
    daemon.stop()
    #expect(daemon.log.contains("\n<6>ready data="))
    daemon.config = daemon.home
    try daemon.launch()
    #expect(daemon.waitForExit() == 78)
    #expect(daemon.log.contains("\n<3>\(daemon.home)/motcuad.toml: cannot be read"), "\(daemon.log)")
  }
}
