import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

/// A daemon whose clock the test sets, by a library that is loaded before the C library.
final class SetClock {
  let daemon: RunningDaemon
  private let path: String

  /// What the machine says of it.
  enum Word: String { case synchronised, unsynchronised }

  init() throws {
    daemon = try RunningDaemon()
    path = daemon.home + "/clock"
    daemon.config = try Configuration.copy(into: daemon.home)
    try Configuration.replace(
      daemon.config + "/motcuad.toml", "# clock_state = \"/run/motcua-clock/state\"",
      "clock_state = \"\(daemon.home)/clock-state\"")
    try set(0)
    daemon.environment = [
      "LD_PRELOAD": try Disk.compile("Attacks/clock.c", in: daemon.home), "CLOCK_OFFSET": path,
    ]
  }

  /// Says so of a clock that is off by so many seconds, as `motcuad clock-state` would.
  func say(_ word: Word, of seconds: Int64) throws {
    var (boot, now) = (timespec(), timespec())
    clock_gettime(CLOCK_BOOTTIME, &boot)
    clock_gettime(CLOCK_REALTIME, &now)
    let (up, shown) = (Double(boot.tv_sec) + Double(boot.tv_nsec) / 1e9, Double(now.tv_sec) + Double(now.tv_nsec) / 1e9)
    try "\(word.rawValue) \(up) \(shown + Double(seconds))\n".write(
      toFile: daemon.home + "/clock-state", atomically: true, encoding: .utf8)
  }

  /// When its time of day goes on, so does the time since its boot: it has slept.
  func sleeps() { daemon.environment["CLOCK_SLEEPS"] = "1" }

  /// From here on the machine has been started anew: nothing that was believed before is known.
  func boot() { daemon.environment["MOTCUA_BOOT_ID"] = UUID().uuidString }

  /// How far it is off, in seconds.
  func set(_ seconds: Int64) throws {
    try withUnsafeBytes(of: seconds.littleEndian) { bytes in
      if !FileManager.default.fileExists(atPath: path) {
        try Data(bytes).write(to: URL(filePath: path))
      } else {
        // In place, because the daemon has the file mapped.
        try DiskFault.overwrite(path, with: Data(bytes))
      }
    }
  }
}

extension AttackTests {
  static let hour: Int64 = 3600
  static let day: Int64 = 24 * hour
  static let year9999: Int64 = 7972 * 365 * day

  @Test(
    "a clock that steps back an hour is not believed: nothing is recorded, the office's time goes on, until it is back",
    .enabled(if: hasCompiler, "skipped: needs cc"))
  func clockBack() throws {
    let clock = try SetClock()
    try attack(on: clock.daemon) { daemon in
      let desk = try daemon.connect()
      let code = try desk.receive("Hoa").code
      try clock.set(-Self.hour)
      let refusal = try desk.refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(refusal.doubt == .known(.behindLedger))
      let status = try desk.ask(Wire.GetStatus()).status
      #expect(status.clock?.doubt == .known(.behindLedger) && status.clock?.synchronised == nil)
      // Whatever is asked is answered as of the hour that it is, and not of the last event.
      let (now, real) = (try seconds(status.now), Date().timeIntervalSince1970)
      #expect(abs(now - real) < 30, "\(status.now)")
      let said = try Client(socket: daemon.socket).run("status")
      #expect(said.output.contains("NOT BELIEVED"), "\(said.output)")
      try clock.set(0)
      _ = try desk.ask(Wire.Progress(code: code, step: "Tra sổ"))
      _ = try desk.ask(Wire.Progress(code: code, step: "Ký"))
      let times = try desk.pages(Wire.History(code: code)).flatMap(\.events).map(\.recordedAt)
      #expect(times.count == 3 && times == times.sorted())
      #expect(try desk.verify().damage == nil)
    }
  }

  @Test(
    "a clock that jumps to the year 9999 is not believed: nothing is recorded, reading goes on, until it is back",
    .enabled(if: hasCompiler, "skipped: needs cc"))
  func clockAhead() throws {
    let clock = try SetClock()
    try attack(on: clock.daemon) { daemon in
      let desk = try daemon.connect()
      let code = try desk.receive("Hoa").code
      let position = try desk.ask(Wire.GetStatus()).status.position
      try clock.set(Self.year9999)
      let refusal = try desk.refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(refusal.now.hasPrefix("999") && refusal.expected.hasPrefix("20"), "\(refusal)")
      #expect(refusal.doubt == .known(.jumpedAhead))
      let client = Client(socket: daemon.socket)
      // Nobody is led to accept what cannot be right.
      for (language, words) in [("vi", "trước hết hãy chỉnh lại giờ máy"), ("en", "put the clock right first")] {
        let said = try Client(socket: daemon.socket, language: language).run("progress", code, "Tra sổ")
        #expect(said.status == 75 && said.errors.contains(words) && !said.errors.contains("accept"), "\(said.errors)")
      }
      let shown = try client.run("clock").output
      #expect(shown.contains("that cannot be right") && !shown.contains("accept"), "\(shown)")
      #expect(try client.run("show", code).status == 0)
      let status = try desk.ask(Wire.GetStatus()).status
      #expect(status.position == position && status.now.hasPrefix("20"))
      #expect(daemon.log.components(separatedBy: "the clock has jumped").count == 2)
      try clock.set(0)
      #expect(try desk.ask(Wire.Progress(code: code, step: "Tra sổ")).receipt.recordedAt.hasPrefix("20"))
      try clock.set(Self.year9999)
      _ = try desk.refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(daemon.log.components(separatedBy: "the clock has jumped").count == 3, "the second jump is told, too")
      try clock.set(0)
    }
  }

  @Test(
    "a clock that has jumped is not believed either by a daemon that died, gave up or was stopped meanwhile and started again: only by one that is told that it is right",
    .enabled(if: hasCompiler, "skipped: needs cc"))
  func clockAheadOfRestart() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    try clock.set(30 * Self.day)
    func expectDoubt() throws {
      try daemon.start()
      let refusal = try daemon.connect().refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(refusal.doubt == .known(.jumpedAhead))
      #expect(try seconds(refusal.now) - seconds(refusal.expected) > 29.9 * Double(Self.day), "\(refusal)")
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.version == 1)
    }
    for _ in 0..<2 {
      daemon.kill()
      try expectDoubt()
    }
    #expect(daemon.stop() == 0)
    try expectDoubt()
    // A start that gives up is followed by another with nobody there, too.
    daemon.kill()
    try? FileManager.default.removeItem(atPath: daemon.socket + ".lock")
    try FileManager.default.createDirectory(atPath: daemon.socket + ".lock", withIntermediateDirectories: false)
    try daemon.launch()
    #expect(daemon.waitForExit() == 74)
    try FileManager.default.removeItem(atPath: daemon.socket + ".lock")
    try expectDoubt()
    // Between his look at it and his word it has shown something else.
    let seen = try daemon.connect().ask(Wire.GetClock()).clock.shown
    try clock.set(400 * Self.day)
    _ = try daemon.connect().refusal(of: Wire.AcceptClock(shown: seen), Wire.ClockSuspect.self)
    try clock.set(30 * Self.day)
    let accepted = try daemon.connect().ask(Wire.AcceptClock(shown: seen))
    let receipt = try daemon.connect().ask(Wire.Progress(code: code, step: "Tra sổ")).receipt
    #expect(try abs(seconds(receipt.recordedAt) - seconds(accepted.shown)) < 60)
    daemon.kill()
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.Progress(code: code, step: "Ký")).receipt.version == 3)
    #expect(daemon.stop() == 0)
  }

  static var hasCompiler: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") }
}

/// Seconds since 1970 of a time as the daemon tells it.
func seconds(_ time: String) throws -> Double {
  let parts = time.split(separator: ".", maxSplits: 1)
  let whole = parts.count == 2 ? String(parts[0]) + String(parts[1].drop { $0.isNumber }) : time
  return try #require(ISO8601DateFormatter().date(from: whole), "\(time)").timeIntervalSince1970
}
