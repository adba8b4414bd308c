import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("A disk that is full")
  struct FullDiskTests {
    @Test("a read-only data directory is refused by name", .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func readOnly() throws {
      let daemon = try RunningDaemon()
      let disk = try SmallDisk(daemon.data, bytes: 8 << 20)
      try disk.makeReadOnly()
      try daemon.launch()
      #expect(daemon.waitForExit() == 74)
      #expect(daemon.log.contains("Read-only file system") && daemon.log.contains(daemon.data))
    }

    @Test(
      "a full disk: commands are refused, reading goes on, and everything acknowledged is there",
      .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func fullDisk() throws {
      let daemon = try RunningDaemon()
      let disk = try SmallDisk(daemon.data, bytes: 4 << 20)
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 1")
      try daemon.start()
      let desk = try daemon.connect()
      var acknowledged = 0
      let text = String(repeating: "Hướng dẫn. ", count: 200)
      let refused = try #require(
        try (0..<5000).lazy.compactMap { _ -> VarlinkError? in
          do {
            _ = try desk.ask(Wire.Consult(question: "Hỏi?", guidance: text))
            acknowledged += 1
            return nil
          } catch CallError.varlink(let error) {
            return error
          }
        }.first)
      #expect(refused.name == Wire.StorageFull.error && acknowledged > 10)
      #expect(try desk.ask(Wire.Tally()).enquiries.all.received == acknowledged)
      #expect(daemon.stop() == 0)
      _ = disk
    }

    @Test(
      "a disk that fills in the middle of a commit: no false answer, a distinct exit, and a restart settles it",
      .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func brimFull() throws {
      let daemon = try RunningDaemon()
      let disk = try SmallDisk(daemon.data, bytes: 3 << 20)
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 0")
      try daemon.start()
      // The daemon may have ended before the answer was out: the outcome is unknown, which is what the client is told.
      let (acknowledged, name) = try consultUntilRefused(try daemon.connect())
      #expect(name == nil || name == Wire.StorageFailed.error)
      #expect(daemon.waitForExit() == 74)
      try disk.grow(to: 32 << 20)
      try daemon.start()
      let received = try daemon.connect().ask(Wire.Tally()).enquiries.all.received
      #expect(received >= acknowledged.count && received <= acknowledged.count + 1 && acknowledged.count > 10)
      for code in acknowledged { _ = try daemon.connect().ask(Wire.Show(code: code)) }
    }

    @Test(
      "a disk that fails under its file system: the flush fails, nothing false is acknowledged, and what was acknowledged is there when the disk is mended",
      .enabled(if: LoopDisk.isPossible, "skipped: needs root, mkfs.ext4 and a loop device"))
    func failsUnderneath() throws {
      let daemon = try RunningDaemon()
      let disk = try LoopDisk(daemon.data, in: daemon.home)
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 0")
      try daemon.start()
      let (acknowledged, name) = try consultUntilRefused(try daemon.connect())
      #expect(name == nil || name == Wire.StorageFailed.error)
      #expect(daemon.waitForExit() == 74)
      let log = daemon.log
      // Kernels differ in which of the two they say; the write itself had gone well.
      let reasons = ["Input/output error", "No space left on device"]
      #expect(log.contains("outcomeUnknown") && reasons.contains { log.contains($0) }, "\(log.suffix(300))")
      try disk.mend()
      try daemon.start()
      let received = try daemon.connect().ask(Wire.Tally()).enquiries.all.received
      #expect(received >= acknowledged.count && received <= acknowledged.count + 1 && acknowledged.count > 10)
      for code in acknowledged { _ = try daemon.connect().ask(Wire.Show(code: code)) }
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }

    /// - Returns: the codes that were acknowledged, and the refusal; none when the daemon ended before it was out.
    private func consultUntilRefused(_ desk: Connection) throws -> (acknowledged: [String], refusal: String?) {
      var acknowledged: [String] = []
      let text = String(repeating: "Hướng dẫn. ", count: 200)
      do {
        while acknowledged.count < 5000 {
          acknowledged.append(try desk.ask(Wire.Consult(question: "Hỏi?", guidance: text)).receipt.code)
        }
      } catch CallError.varlink(let error) {
        return (acknowledged, error.name)
      } catch CallError.connectionLost {
        return (acknowledged, nil)
      }
      throw RunningDaemon.Failure(text: "the disk never filled")
    }
  }
}

/// A file system of a few megabytes at a directory.
final class SmallDisk {
  let path: String

  /// - Parameter inodes: how many files and directories there can be; 0 for any number.
  init(_ path: String, bytes: Int, inodes: Int = 0) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.call(mount("tmpfs", path, "tmpfs", 0, "size=\(bytes),nr_inodes=\(inodes),mode=700"))
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  func makeReadOnly() throws { try Self.call(mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil)) }
  func grow(to bytes: Int) throws { try Self.call(mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(bytes)")) }

  private static func call(_ result: Int32) throws {
    if result != 0 { throw RunningDaemon.Failure(text: "mount: \(String(cString: strerror(errno)))") }
  }
}

/// An ext4 that promises more than the disk under it has: its writes fail when they are flushed.
final class LoopDisk {
  private let path: String
  /// All blocks of it, the free ones included.
  let image: String
  private let backing: SmallDisk

  static var isPossible: Bool {
    guard getuid() == 0, access("/sbin/mkfs.ext4", X_OK) == 0, access("/dev/loop-control", R_OK) == 0 else {
      return false
    }
    return (try? run("losetup", "-f")) == 0
  }

  /// - Parameter bytes: what the disk under it has, of the 64 MiB that it promises.
  init(_ path: String, in home: String, bytes: Int = 8 << 20) throws {
    self.path = path
    image = home + "/backing/image"
    backing = try SmallDisk(home + "/backing", bytes: bytes)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.call("truncate", "-s", "64M", image)
    try Self.call("mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4", image)
    try Self.call("mount", "-o", "loop", image, path)
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// As after a change of the disk: all of it is there, the file system is checked and mounted anew.
  func mend() throws {
    try backing.grow(to: 80 << 20)
    try Self.call("umount", path)
    // 1 says that something was mended.
    guard try Self.run("e2fsck", "-p", image) <= 1 else { throw RunningDaemon.Failure(text: "e2fsck cannot mend") }
    try Self.call("mount", "-o", "loop", image, path)
  }

  private static func call(_ command: String...) throws {
    if try run(command) != 0 { throw RunningDaemon.Failure(text: command.joined(separator: " ")) }
  }

  static func run(_ command: String...) throws -> Int32 { try run(command) }

  static func run(_ command: [String]) throws -> Int32 {
    try Program.run(command, environment: ["PATH": "/usr/sbin:/sbin:/usr/bin:/bin"]).status
  }
}
