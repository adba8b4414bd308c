import DeskInterface
import Foundation
import Testing
import VarlinkClient

/// A daemon whose clock the test sets, by a library that is loaded before the C library.
final class SetClock {
  let daemon: RunningDaemon
  private let path: String

  init() throws {
    daemon = try RunningDaemon()
    path = daemon.home + "/clock"
    try set(0)
    daemon.environment = [
      "LD_PRELOAD": try Disk.compile("Attacks/clock.c", in: daemon.home), "CLOCK_OFFSET": path,
    ]
  }

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
  private static let hour: Int64 = 3600

  @Test(
    "a clock that steps back an hour leaves the ledger's times in order", .enabled(if: hasCompiler, "skipped: needs cc")
  )
  func clockBack() throws {
    let clock = try SetClock()
    try attack(on: clock.daemon) { daemon in
      let desk = try daemon.connect()
      let code = try desk.receive("Hoa").code
      try clock.set(-Self.hour)
      _ = try desk.ask(Wire.Progress(code: code, step: "Tra sổ"))
      _ = try desk.ask(Wire.Progress(code: code, step: "Ký"))
      let times = try desk.pages(Wire.History(code: code)).flatMap(\.events).map(\.recordedAt)
      #expect(times.count == 3 && times == times.sorted())
      // It is the same hour again, not a time in the future.
      try clock.set(0)
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
      try clock.set(7972 * 365 * 24 * Self.hour)
      let refusal = try desk.refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(refusal.now.hasPrefix("999") && refusal.expected.hasPrefix("20"), "\(refusal)")
      let client = Client(socket: daemon.socket)
      let said = try client.run("progress", code, "Tra sổ")
      #expect(said.status == 75 && said.errors.contains("Put the clock right"), "\(said.errors)")
      #expect(try client.run("show", code).status == 0)
      #expect(try desk.ask(Wire.GetStatus()).status.position == position)
      #expect(daemon.log.components(separatedBy: "the clock has jumped").count == 2)
      try clock.set(0)
      #expect(try desk.ask(Wire.Progress(code: code, step: "Tra sổ")).receipt.recordedAt.hasPrefix("20"))
      try clock.set(7972 * 365 * 24 * Self.hour)
      _ = try desk.refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(daemon.log.components(separatedBy: "the clock has jumped").count == 3, "the second jump is told, too")
      try clock.set(0)
    }
  }

  @Test(
    "a clock that is put right after a start with a wrong one is believed",
    .enabled(if: hasCompiler, "skipped: needs cc"))
  func wrongClock() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    #expect(daemon.stop() == 0)
    try clock.set(-200 * 24 * Self.hour)
    try daemon.start()
    try clock.set(0)
    #expect(try daemon.connect().ask(Wire.Progress(code: code, step: "Tra sổ")).receipt.version == 2)
  }

  @Test(
    "a clock that has jumped is not believed either by a daemon that died or gave up meanwhile and was started again; stopped and started by hand, it is",
    .enabled(if: hasCompiler, "skipped: needs cc"))
  func clockAheadOfRestart() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    daemon.config = try Configuration.copy(into: daemon.home)
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    try clock.set(7972 * 365 * 24 * Self.hour)
    func expectDoubt() throws {
      try daemon.start()
      let refusal = try daemon.connect().refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self)
      #expect(refusal.now.hasPrefix("999") && refusal.expected.hasPrefix("20"), "\(refusal)")
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.version == 1)
    }
    for _ in 0..<2 {
      daemon.kill()
      try expectDoubt()
    }
    // A start that gives up is followed by another with nobody there, too.
    daemon.kill()
    try? FileManager.default.removeItem(atPath: daemon.socket + ".lock")
    try FileManager.default.createDirectory(atPath: daemon.socket + ".lock", withIntermediateDirectories: false)
    try daemon.launch()
    #expect(daemon.waitForExit() == 74)
    try FileManager.default.removeItem(atPath: daemon.socket + ".lock")
    // Rules that it could not record.
    try Configuration.replace(daemon.config + "/rules.toml", "version = \"2025-07\"", "version = \"2025-08\"")
    try daemon.launch()
    #expect(daemon.waitForExit() == 74)
    #expect(daemon.log.contains("this start has something to record; put the clock right"), "\(daemon.log)")
    try Configuration.replace(daemon.config + "/rules.toml", "version = \"2025-08\"", "version = \"2025-07\"")
    try expectDoubt()
    #expect(daemon.stop() == 0)
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.Progress(code: code, step: "Tra sổ")).receipt.recordedAt.hasPrefix("999"))
    #expect(daemon.stop() == 0)
  }

  static var hasCompiler: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") }
}
