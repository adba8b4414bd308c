import DeskInterface
import Foundation
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("Views that could not be flushed", .enabled(if: Strace.isHere, Strace.comment))
  struct FailedFlushTests {
    /// Lets every flush of the views fail. Which one it begins with could not be said: it is counted for each thread apart,
    /// and who flushes is whatever thread is free.
    private func failing(_ daemon: RunningDaemon, views number: Int) -> [String] {
      let path = daemon.data + "/views-\(number)/data.mdb"
      return Strace.around(
        ["-P", path, "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO:when=1+"],
        log: daemon.home + "/fault")
    }

    private func current(_ daemon: RunningDaemon) throws -> String {
      try String(contentsOfFile: daemon.data + "/CURRENT", encoding: .utf8)
    }

    @Test("when the last flush of the views fails, then no later start believes them, however orderly it stops")
    func lastFlush() throws {
      // given: views that are there, so that a start flushes none
      let daemon = try RunningDaemon()
      try daemon.start()
      #expect(daemon.stop() == 0)
      daemon.tracer = failing(daemon, views: 1)
      try daemon.start()
      #expect(try current(daemon) == "views-1\n")
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      // when
      daemon.stop()
      #expect(daemon.log.contains("closing the views failed"), "\(daemon.log)")
      // then
      #expect(!FileManager.default.fileExists(atPath: daemon.data + "/STATE"))
      daemon.tracer = []
      try daemon.start()
      #expect(try current(daemon) == "views-2\n")
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.code == code)
      #expect(daemon.stop() == 0)
      try daemon.start()
      #expect(try current(daemon) == "views-2\n", "flushed in order, they are believed")
      #expect(daemon.stop() == 0)
    }

    @Test("when the views of a killed daemon cannot be flushed by the next start, then it builds others")
    func afterKill() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      daemon.kill()
      daemon.tracer = failing(daemon, views: 1)
      try daemon.start()
      #expect(try current(daemon) == "views-2\n")
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.code == code)
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }
  }
}
