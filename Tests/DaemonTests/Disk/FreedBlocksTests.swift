import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("The blocks of a file system after an erasure")
  struct FreedBlocksTests {
    /// As typed, folded, a phone number, a place.
    private static let traces = ["Quắc Thị Xuyến", "xuyen", "0987654321", "Xóm Vạc Nước", "giấy nợ họ Quắc"]

    @Test(
      "given a name in views, in views that a rebuild replaced, in what a verify built and in what killed ones left, when the case is erased and scrubbed, then no block tells of it, the free ones included",
      .enabled(if: LoopDisk.isPossible, "skipped: needs root, mkfs.ext4 and a loop device"))
    func forgotten() throws {
      let daemon = try RunningDaemon()
      let disk = try LoopDisk(daemon.data, in: daemon.home, bytes: 80 << 20)
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 0")
      // What only loses its name stays: the search finds free blocks.
      let lost = daemon.data + "/lost"
      try Data(repeating: UInt8(ascii: "T"), count: 8000).write(to: URL(filePath: lost))
      try found("TTTTTTTT", disk, true)
      try FileManager.default.removeItem(atPath: lost)
      try found("TTTTTTTT", disk, true)

      try daemon.start()
      var desk = try daemon.connect()
      for index in 0..<50 { _ = try desk.receive("Người \(index)") }
      let code = try desk.quac()
      // The views come behind the answer to a command; the answer to a question is made of them.
      #expect(try desk.ask(Wire.Show(code: code)).case.code == code)
      for trace in Self.traces { try found(trace, disk, true) }
      _ = try desk.pages(Wire.Rebuild())
      #expect(try desk.verify().damage == nil)
      _ = try desk.backup()
      #expect(daemon.overwritesAll())
      // Views that were half built, and such as a killed verify leaves.
      let views = try #require(FileManager.default.enumerator(atPath: daemon.data)).compactMap { $0 as? String }
        .first { $0.hasPrefix("views-") && $0.hasSuffix("/data.mdb") }
      let current = daemon.data + "/" + (try #require(views))
      daemon.kill()
      for name in ["views-77", "verify-4194304", "restore.new"] {
        let folder = daemon.data + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: current, toPath: folder + "/data.mdb")
      }
      sync()
      try daemon.start()
      desk = try daemon.connect()
      _ = try desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15, điều 14"))
      #expect(try desk.ask(Wire.GetStatus()).status.scrubPending != nil)
      _ = try desk.pages(Wire.Rebuild())
      #expect(try desk.isScrubbed())
      for trace in Self.traces { try found(trace, disk, false) }
      #expect(try desk.verify().damage == nil)
      #expect(daemon.stop() == 0)
      for trace in Self.traces { try found(trace, disk, false) }
    }

    private func found(_ text: String, _ disk: LoopDisk, _ isThere: Bool) throws {
      sync()
      let grep = try Program.run(
        ["grep", "-q", "-a", "-F", text, disk.image], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
      #expect(grep.status == (isThere ? 0 : 1), "\(text)")
    }
  }
}
