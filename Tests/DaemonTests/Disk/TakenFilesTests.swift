import DeskInterface
import Foundation
import Glibc
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("A daemon whose files are taken away")
  struct TakenFilesTests {
    @Test(
      "given a daemon at rest, when its lock is removed and another is started, then the other is kept out, the first says why it stops and touches nothing more, and the next start goes on"
    )
    func lockRemoved() throws {
      // given
      let first = try RunningDaemon()
      try first.start()
      let code = try first.connect().receive("Nguyễn Thị Hoa").code
      let id = try #require(first.process?.processIdentifier)
      kill(id, SIGSTOP)
      let (state, slots) = (try content(first, "STATE"), try content(first, "keys/slots"))
      // when
      try FileManager.default.removeItem(atPath: first.data + "/lock")
      let second = try RunningDaemon(home: first.home)
      try second.launch()
      // then
      #expect(second.waitForExit() == 69)
      kill(id, SIGCONT)
      #expect(first.waitForExit() == 74)
      #expect(first.log.contains("/lock is no longer the file"), "\(first.log)")
      #expect(try content(first, "STATE") == state && content(first, "keys/slots") == slots)
      try first.start()
      #expect(try first.connect().ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
      _ = try first.connect().receive("Người sau")
      #expect(try first.connect().verify().damage == nil)
      #expect(first.stop() == 0)
    }

    @Test(
      "when a file that it works in is replaced, then the next command is refused and not recorded, and the daemon ends",
      arguments: ["lock", "keys/slots", "ledger/data.mdb"])
    func replaced(name: String) throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let desk = try daemon.connect()
      _ = try desk.receive("Người trước")
      let path = daemon.data + "/" + name
      try FileManager.default.copyItem(atPath: path, toPath: daemon.home + "/copy")
      guard rename(daemon.home + "/copy", path) == 0 else { throw RunningDaemon.Failure(text: "rename \(path)") }
      // The look at rest may have come first: then nobody answers any more.
      do {
        let receipt = try desk.receive("Người sau")
        Issue.record("acknowledged in a file that nobody reads: \(receipt)")
      } catch CallError.varlink(let error) {
        #expect(error.name == Wire.StorageFailed.error)
      } catch is CallError {}
      #expect(daemon.waitForExit() == 74)
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.GetStatus()).status.cases == 1)
      _ = try daemon.connect().receive("Người sau")
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }

    private func content(_ daemon: RunningDaemon, _ name: String) throws -> Data {
      try Data(contentsOf: URL(filePath: daemon.data + "/" + name))
    }
  }
}
