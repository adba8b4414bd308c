import DeskInterface
import Foundation
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// `MOTCUA_SOAK_MINUTES=30 swift test --filter SoakTests` is the long form.
@Suite("A long day", .oneAtATime)
struct SoakTests {
  @Test(
    "64 clients at mixed work, with reloads, rebuilds, backups and two kills: no error that is not explained, memory and bytes an event stay flat, and all verifies"
  )
  func soak() throws {
    let minutes = SoakClient.minutes
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try daemon.start()
    let (socket, diary) = (daemon.socket, Diary())
    let load = SoakClient.load(on: socket, diary)
    let start = ContinuousClock.now
    let end = start + .seconds(minutes * 60)
    var samples: [Sample] = []
    var (turn, kills, rebuilds, backups, reloads) = (0, 0, 0, 0, 0)
    while ContinuousClock.now < end {
      let share = start.duration(to: .now) / start.duration(to: end)
      // Two kills, at a third and at two thirds.
      if share > Double(kills + 1) / 3, kills < 2 {
        kills += 1
        diary.isDown(true)
        daemon.kill()
        try daemon.start()
        diary.isDown(false)
      }
      let desk = try daemon.connect()
      desk.timeout = .seconds(120)
      switch turn % 4 {
      case 0:
        _ = try desk.pages(Wire.Rebuild())
        rebuilds += 1
      case 1:
        let made = try desk.backup()
        #expect(made.last.phase == .done && made.file.count == made.last.done)
        backups += 1
      case 2:
        // Every reload is another rule set, so that one is adopted under load each time.
        let (old, new) = (reloads == 0 ? "2025-07" : "soak-\(reloads)", "soak-\(reloads + 1)")
        try Configuration.replace(daemon.config + "/rules.toml", "version = \"\(old)\"", "version = \"\(new)\"")
        kill(try #require(daemon.process?.processIdentifier), SIGHUP)
        reloads += 1
      default: break
      }
      usleep(useconds_t(max(500_000, minutes * 60 * 1e6 / 240)))
      let status = try desk.ask(Wire.GetStatus()).status
      samples.append(Sample(status, pid: try #require(daemon.process?.processIdentifier)))
      turn += 1
    }
    let done = load.finish()
    let desk = try daemon.connect()
    let status = try desk.ask(Wire.GetStatus()).status
    print(
      "\(minutes) minutes: \(done.reduce(0, +)) calls, \(status.position) events, \(rebuilds) rebuilds, \(backups) backups, \(reloads) reloads, \(kills) kills"
    )
    for sample in samples { print(sample) }
    #expect(diary.unexplained == [:])
    #expect(kills == 2 && rebuilds > 0 && backups > 0 && reloads > 0)
    #expect(done.allSatisfy { $0 > 10 })
    #expect(try desk.pages(Wire.Watch(after: 0), until: status.position) { $0.rulesAdopted != nil } > reloads / 2)
    let verified = try daemon.connect().verify()
    #expect(verified.phase == .done && verified.damage == nil)
    try Sample.expectFlat(samples)
    #expect(daemon.stop() == 0)
  }
}

extension Connection {
  /// How many of the events up to a position are such ones.
  fileprivate func pages(_ watch: Wire.Watch, until position: Int, _ accepts: (Wire.Event) -> Bool) throws -> Int {
    var count = 0
    try stream(watch) { page in
      count += page.events.count { accepts($0) }
      return (page.events.last?.position ?? 0) < position
    }
    return count
  }
}
