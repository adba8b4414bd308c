import DeskInterface
import Foundation
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("An erasure is acknowledged when its key is gone from the disk")
  struct TombstoneTests {
    private static let id = "018f0000-0000-7000-8000-00000000e4a5"

    /// A daemon with a case that can be erased, and what its disk would have of its keys.
    private final class Desk {
      let daemon: RunningDaemon
      let code: String
      private let number: Int
      private var fault: String { daemon.home + "/fault" }
      private var disk: String { daemon.home + "/slots.disk" }

      init() throws {
        daemon = try RunningDaemon()
        try daemon.start()
        code = try daemon.connect().quac()
        number = try daemon.connect().ask(Wire.Show(code: code)).case.number
        try #require(daemon.stop() == 0)
        try FileManager.default.copyItem(atPath: daemon.data + "/keys/slots", toPath: disk)
        daemon.environment = [
          "LD_PRELOAD": try Disk.compile("Disk/lost_flush.c", in: daemon.home), "LOST_FLUSH_DISK": disk,
          "LOST_FLUSH_FAULT": fault,
        ]
      }

      func failNextFlush() throws { try Data().write(to: URL(filePath: fault)) }

      /// Whether the key is gone from the disk, and from the file as everybody reads it.
      func isGone() throws -> (disk: Bool, file: Bool) {
        func isGone(_ path: String) throws -> Bool {
          try Data(contentsOf: URL(filePath: path))[(number * 64)..<(number * 64 + 60)].allSatisfy { $0 == 0 }
        }
        return (try isGone(disk), try isGone(daemon.data + "/keys/slots"))
      }

      /// Whether it was acknowledged.
      func erase() throws -> Bool {
        do {
          let erase = Wire.Erase(
            code: code, basis: "Luật 91/2025/QH15", entry: Wire.Entry(commandId: TombstoneTests.id))
          _ = try daemon.connect().ask(erase)
          return true
        } catch CallError.varlink(let error) where error.name == Wire.StorageFailed.error {
          return false
        } catch CallError.connectionLost {
          return false
        }
      }
    }

    @Test(
      "given a flush of the key's end that failed, when the daemon is started, then the key is gone from the disk before anybody is told",
      .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/cc"), "skipped: needs cc"))
    func failedFlush() throws {
      let desk = try Desk()
      try desk.daemon.start()
      try desk.failNextFlush()
      #expect(try !desk.erase())
      #expect(desk.daemon.waitForExit() == 74)
      #expect(try desk.isGone() == (disk: false, file: true), "what memory says is not what the disk has")
      // The next one fails, too: nobody is served.
      try desk.failNextFlush()
      try desk.daemon.launch()
      #expect(desk.daemon.waitForExit() == 74)
      #expect(try !desk.isGone().disk)
      try desk.daemon.start()
      #expect(try desk.isGone().disk)
      #expect(try desk.erase())
      #expect(desk.daemon.stop() == 0)
    }

    @Test(
      "given an erasure that is repeated, when the flush fails, then it is not acknowledged",
      .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/cc"), "skipped: needs cc"))
    func repeated() throws {
      let desk = try Desk()
      try desk.daemon.start()
      #expect(try desk.erase())
      #expect(try desk.isGone() == (disk: true, file: true))
      try desk.failNextFlush()
      #expect(try !desk.erase())
      #expect(desk.daemon.waitForExit() == 74)
    }
  }
}
