import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import VarlinkClient

@Suite(
  "What others see of the daemon's memory", .oneAtATime,
  .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
struct MemoryTests {
  private static let nobody: UInt32 = 65534

  /// Runs as an account that is not root's, without any unit.
  private static func started() throws -> RunningDaemon {
    let daemon = try RunningDaemon()
    chown(daemon.home, nobody, nobody)
    daemon.tracer = ["/usr/bin/setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"]
    try daemon.start()
    return daemon
  }

  @Test("no other process of its account reads it, and it goes on with all that it does itself by /proc")
  func dumps() throws {
    let daemon = try Self.started()
    let id = try #require(daemon.process?.processIdentifier)
    let asNobody = ["/usr/bin/setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups"]
    for file in ["environ", "maps", "mem"] {
      let read = try Program.run(asNobody + ["/usr/bin/head", "--bytes=1", "/proc/\(id)/\(file)"])
      #expect(read.status != 0 && read.errors.contains("Permission denied"), "\(file): \(read.errors)")
    }
    // The control: of a program that does not forbid it they are read.
    let control = try Program.run(asNobody + ["/bin/sh", "-c", "head --bytes=1 /proc/$$/environ > /dev/null"])
    #expect(control.status == 0, "\(control.errors)")
    let desk = try daemon.connect()
    _ = try desk.receive("Nguyễn Thị Hoa")
    // Verify starts a process of its own from /proc/self/exe, a rebuild empties files by /proc/self/fd.
    #expect(try desk.pages(Wire.Verify()).last?.progress.damage == nil)
    _ = try desk.pages(Wire.Rebuild())
    #expect(try desk.ask(Wire.GetMetrics()).text.contains("process_open_fds"))
    #expect(daemon.stop() == 0, "\(daemon.log)")
  }

  @Test("the master key is locked, and where the system allows none of that the log says so and the daemon goes on")
  func locked() throws {
    let daemon = try Self.started()
    let id = try #require(daemon.process?.processIdentifier)
    let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmLck:") })
    #expect((Int(line.filter(\.isNumber)) ?? 0) > 0, "\(line)")
    #expect(!daemon.log.contains("master key"))
    #expect(daemon.stop() == 0)
    daemon.tracer = ["/usr/bin/prlimit", "--memlock=0:0"] + daemon.tracer
    try daemon.start()
    #expect(daemon.log.contains("the master key may be written to swap"), "\(daemon.log)")
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    #expect(daemon.stop() == 0)
  }

  @Test(
    "where the system does not let it forbid that, the log says so and the daemon goes on",
    .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
  func refused() throws {
    let daemon = try RunningDaemon()
    daemon.environment = ["LD_PRELOAD": try Disk.compile("Attacks/no_prctl.c", in: daemon.home)]
    try daemon.start()
    #expect(
      daemon.log.contains(
        "other processes of this account can read the memory of motcuad, and a crash may leave a core of it: Operation not permitted"
      ), "\(daemon.log)")
    _ = try daemon.connect().receive("Nguyễn Thị Hoa")
    #expect(daemon.stop() == 0)
  }
}
