import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("A disk that takes nothing more")
  struct NoRoomTests {
    /// On a file system that makes no file any more.
    private func withoutInodes(_ daemon: RunningDaemon, fill: () throws -> Void) throws {
      try daemon.start()
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      try fill()
      let room = daemon.data + "/x"
      #expect(open(room, O_WRONLY | O_CREAT, 0o600) < 0 && [ENOSPC, EDQUOT].contains(errno), "there is an inode left")
      // Commands need none, nor does an orderly stop, nor a start after it, or after a kill.
      for number in 0..<6 {
        _ = try daemon.connect().ask(Wire.Progress(code: code, step: "bước \(number)"))
        if number % 2 == 0 { #expect(daemon.stop() == 0) } else { daemon.kill() }
        try daemon.start()
        #expect(try daemon.connect().ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
      }
      let refused = try daemon.connect().failure { _ = try $0.pages(Wire.Rebuild()) }
      #expect(refused == Wire.StorageFull.error, "a rebuild needs inodes")
      _ = try daemon.connect().ask(Wire.Progress(code: code, step: "sau đó"))
      #expect(daemon.stop() == 0)
      // Views that are not believed make room for the new ones.
      try FileManager.default.removeItem(atPath: daemon.data + "/STATE")
      try "x".write(toFile: daemon.data + "/STATE-was-here", atomically: false, encoding: .utf8)
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
      #expect(try daemon.connect().pages(Wire.History(code: code)).flatMap(\.events).count == 8)
      #expect(daemon.stop() == 0)
    }

    @Test(
      "without an inode left, a daemon records, stops, starts, and builds views anew; a rebuild beside them is refused",
      .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func inodes() throws {
      let daemon = try RunningDaemon()
      let disk = try SmallDisk(daemon.data, bytes: 80 << 20, inodes: 40)
      try withoutInodes(daemon) { try useUp(disk.path) }
    }

    @Test(
      "the same on an ext4 with few inodes",
      .enabled(if: LoopDisk.isPossible, "skipped: needs root, mkfs.ext4 and a loop device"))
    func inodesOfExt4() throws {
      let daemon = try RunningDaemon()
      let disk = try DiskImage(daemon.data, in: daemon.home, bytes: 160 << 20, ["mkfs.ext4", "-q", "-F", "-N", "48"])
      try withoutInodes(daemon) { try useUp(disk.path) }
    }

    @Test(
      "without an inode left, views that are not believed are emptied where they lie: nobody waits until what they held is overwritten, which is done beside serving when others have been made",
      .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func emptied() throws {
      let daemon = try RunningDaemon()
      let disk = try SmallDisk(daemon.data, bytes: 200 << 20, inodes: 40)
      try daemon.start()
      var codes: [String] = []
      for number in 0..<20 { codes.append(try daemon.connect().receive("Người \(number)").code) }
      let erased = try daemon.connect().quac()
      _ = try daemon.connect().ask(Wire.Erase(code: erased, basis: "Luật 91/2025/QH15, điều 14"))
      #expect(daemon.stop() == 0)
      try useUp(disk.path)
      try FileManager.default.removeItem(atPath: daemon.data + "/STATE")
      // Views that were larger once.
      let old = try FileHandle(forUpdating: URL(filePath: daemon.data + "/views-1/data.mdb"))
      let (trace, end) = (Data("Quắc Thị Xuyến".utf8), try old.seekToEnd())
      for _ in 0..<2000 { try old.write(contentsOf: trace + Data(count: 4096 - trace.count)) }
      func tells() throws -> Bool {
        try old.seek(toOffset: end)
        return try old.readToEnd()?.range(of: trace) != nil
      }

      try daemon.start()

      #expect(try tells(), "somebody has waited")
      for code in codes { _ = try daemon.connect().ask(Wire.Show(code: code)) }
      #expect(try daemon.connect().ask(Wire.Show(code: erased)).case.applicant == nil)
      _ = try daemon.connect().ask(Wire.Progress(code: codes[0], step: "bước"))
      #expect(try daemon.connect().ask(Wire.GetStatus()).status.scrubPending != nil)
      // Killed and stopped they are believed as others are.
      daemon.kill()
      try daemon.start()
      #expect(daemon.stop() == 0)
      try daemon.start()
      #expect(try tells() && daemon.connect().ask(Wire.GetStatus()).status.scrubPending != nil)
      try FileManager.default.removeItem(atPath: disk.path + "/fill")
      #expect(try daemon.connect().verify().damage == nil)
      _ = try daemon.connect().pages(Wire.Rebuild())
      #expect(try daemon.connect().isScrubbed())
      #expect(try !tells())
      #expect(daemon.stop() == 0)
    }

    @Test(
      "a quota that is used up (btrfs): nothing false is acknowledged, a start says so and calls no ledger damaged, and with more quota everything is there",
      .enabled(if: DiskImage.isBtrfsPossible, "skipped: needs root, mkfs.btrfs and a loop device"))
    func quota() throws {
      // given
      let daemon = try RunningDaemon()
      let disk = try DiskImage(daemon.data, in: daemon.home, bytes: 512 << 20, ["mkfs.btrfs", "-q", "-f"])
      try DiskImage.call("btrfs", "quota", "enable", disk.path)
      try DiskImage.call("btrfs", "qgroup", "limit", "24M", disk.path)
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 1")
      try daemon.start()
      let desk = try daemon.connect()
      var codes: [String] = []
      for number in 0..<10 { codes.append(try desk.receive("Người \(number)").code) }
      try useUp(disk.path, bytes: 1 << 20)
      // when
      var end: End?
      while end == nil {
        try #require(codes.count < 5000, "the quota is never used up")
        do { codes.append(try desk.receive("Người \(codes.count)").code) } catch CallError.varlink(let error) {
          end = error.name == Wire.StorageFull.error ? .refused : .failed(error.name)
        } catch CallError.connectionLost {
          end = .lost
        }
      }
      // then: whoever is told that the disk is full is told so again, and nothing ends.
      if end == .refused {
        #expect(try desk.failure { _ = try $0.receive("Vẫn đầy") } == Wire.StorageFull.error)
        for code in codes { _ = try desk.ask(Wire.Show(code: code)) }
        #expect(daemon.stop() == 0)
      } else {
        // Else the outcome is unknown and the daemon ends, and says why. LMDB's lock file is written by way of the memory,
        // where btrfs says no with a signal.
        if case .failed(let name) = end { #expect(name == Wire.StorageFailed.error) }
        let (status, log) = (daemon.waitForExit(), daemon.log)
        let isExplained =
          status == 74 && log.contains("the ledger can no longer be written") && log.contains("Disk quota exceeded")
          || status == SIGBUS
            && log.contains("ended by signal 7: a part of a file could not be read, or not be written")
        #expect(isExplained, "\(status): \(log.suffix(500))")
      }
      // A start that needs room says what is missing, calls nothing damaged, and changes nothing.
      let before = daemon.log.utf8.count
      try daemon.launch()
      let status = daemon.waitForExit()
      let said = String(decoding: daemon.log.utf8.dropFirst(before), as: UTF8.self)
      #expect(status == 74 && said.contains("Disk quota exceeded") && !said.contains("damage"), "\(status): \(said)")
      try DiskImage.call("btrfs", "qgroup", "limit", "none", disk.path)
      try daemon.start()
      for code in codes { #expect(try daemon.connect().ask(Wire.Show(code: code)).case.code == code) }
      // The one command whose outcome nobody was told, at most.
      let received = try daemon.connect().ask(Wire.GetStatus()).status.cases
      #expect(received == codes.count || end != .refused && received == codes.count + 1)
      _ = try daemon.connect().receive("Ghi lại được")
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
      print("quota: \(end.map { "\($0)" } ?? "") after \(codes.count) cases")
    }

    @Test(
      "on an ext4 without a free block, a state whose lock files were copied as holes, or not at all, is told to have no room: the start dies of no signal, calls nothing damaged, and with room everything is there",
      .enabled(if: LoopDisk.isPossible, "skipped: needs root, mkfs.ext4 and a loop device"),
      arguments: [
        ["ledger"], ["views-1"], ["ledger", "views-1"],
      ], [Lock.hole, .empty, .missing])
    func lockFiles(of places: [String], lock: Lock) throws {
      let daemon = try RunningDaemon()
      let disk = try DiskImage(
        daemon.data, in: daemon.home, bytes: 48 << 20, ["mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096"])
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 1")
      try daemon.start()
      let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
      #expect(daemon.stop() == 0)
      for place in places {
        let path = "\(daemon.data)/\(place)/lock.mdb"
        let length = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        // What is taken before LMDB makes one is what LMDB makes.
        #expect(length == 8192)
        switch lock {
        case .hole: #expect(truncate(path, 0) == 0 && truncate(path, length) == 0)
        case .empty: #expect(truncate(path, 0) == 0)
        case .missing: try FileManager.default.removeItem(atPath: path)
        }
      }
      try fill(disk.path)
      for _ in 0..<2 {
        let before = daemon.log.utf8.count
        try daemon.launch()
        let status = daemon.waitForExit()
        let said = String(decoding: daemon.log.utf8.dropFirst(before), as: UTF8.self)
        #expect(status == 74 && said.contains("No space left on device"), "\(status): \(said)")
        #expect(!said.contains("damage") && !said.contains("signal"), "\(said)")
      }
      try FileManager.default.removeItem(atPath: disk.path + "/fill")
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
      _ = try daemon.connect().receive("Ghi lại được")
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }

    /// How a lock file came out of a copy.
    enum Lock { case hole, empty, missing }

    /// To the last block.
    private func fill(_ directory: String) throws {
      let descriptor = open(directory + "/fill", O_WRONLY | O_CREAT, 0o600)
      defer { close(descriptor) }
      for size in [1 << 20, 4096] {
        let block = [UInt8](repeating: 1, count: size)
        while write(descriptor, block, size) == size {}
      }
      #expect(errno == ENOSPC)
      fsync(descriptor)
    }

    /// What the command met for which there was no room.
    private enum End: Equatable {
      case refused
      case failed(String)
      /// Nobody was told anything.
      case lost
    }

    @Test(
      "an ext4 that makes itself read only after an error of its own: nothing false is acknowledged, and everything is there when it is mended",
      .enabled(if: LoopDisk.isPossible, "skipped: needs root, mkfs.ext4 and a loop device"))
    func readOnly() throws {
      let daemon = try RunningDaemon()
      let disk = try DiskImage(
        daemon.data, in: daemon.home, bytes: 96 << 20, ["mkfs.ext4", "-q", "-F", "-e", "remount-ro"])
      try daemon.start()
      let desk = try daemon.connect()
      let code = try desk.receive("Nguyễn Thị Hoa").code
      try disk.breakReadOnly()
      let refused = try desk.failure { _ = try $0.receive("Không ghi được") }
      #expect(refused == nil || refused == Wire.StorageFailed.error, "\(refused ?? "")")
      #expect(daemon.waitForExit() == 74)
      try daemon.launch()
      #expect(daemon.waitForExit() == 74)
      #expect(daemon.log.contains("Read-only file system"), "\(daemon.log)")
      try disk.mend()
      try daemon.start()
      #expect(try daemon.connect().ask(Wire.Show(code: code)).case.applicant == "Nguyễn Thị Hoa")
      _ = try daemon.connect().receive("Ghi lại được")
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
    }

    /// Files until there can be no more.
    private func useUp(_ directory: String) throws {
      try FileManager.default.createDirectory(atPath: directory + "/fill", withIntermediateDirectories: true)
      for number in 0..<10_000 {
        let descriptor = open("\(directory)/fill/\(number)", O_WRONLY | O_CREAT, 0o600)
        if descriptor < 0 { return }
        close(descriptor)
      }
      throw RunningDaemon.Failure(text: "\(directory) has no end of inodes")
    }

    /// All but so many bytes, as far as whole megabytes go.
    private func useUp(_ directory: String, bytes left: Int) throws {
      let descriptor = open(directory + "/fill", O_WRONLY | O_CREAT, 0o600)
      defer { close(descriptor) }
      // Not the same bytes, which some file systems would not keep twice.
      var generator = Dice(seed: 1)
      for _ in 0..<4096 {
        let block = (0..<8192).map { _ in generator.next() }
        guard write(descriptor, block, 65_536) == 65_536 else { break }
      }
      fsync(descriptor)
      ftruncate(descriptor, lseek(descriptor, 0, SEEK_END) - left)
      fsync(descriptor)
    }
  }
}

extension Connection {
  /// The name of the error that a call ends with; nil when the connection is lost, or nothing is wrong.
  func failure(_ body: (Connection) throws -> Void) throws -> String? {
    do { try body(self) } catch CallError.varlink(let error) { return error.name } catch is CallError {}
    return nil
  }
}

/// A file system in a file, mounted at a directory.
final class DiskImage {
  let path: String
  private let image: String

  static var isBtrfsPossible: Bool { LoopDisk.isPossible && (try? LoopDisk.run("btrfs", "version")) == 0 }

  /// - Parameter make: what makes the file system; the image comes last.
  init(_ path: String, in home: String, bytes: Int, _ make: [String]) throws {
    self.path = path
    image = home + "/image"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.call("truncate", "-s", "\(bytes)", image)
    try Self.call(make + [image])
    try Self.call("mount", "-o", "loop", image, path)
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Has the file system find an error, after which it takes no writing any more.
  func breakReadOnly() throws {
    let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8).split(separator: "\n")
    let fields = mounts.map { $0.split(separator: " ") }.last { $0.count > 1 && $0[1] == path }
    let device = try #require(fields?.first?.split(separator: "/").last)
    try "motcua".write(toFile: "/sys/fs/ext4/\(device)/trigger_fs_error", atomically: false, encoding: .utf8)
  }

  /// Checked and mounted anew.
  func mend() throws {
    try Self.call("umount", path)
    guard try LoopDisk.run("e2fsck", "-p", "-f", image) <= 1 else {
      throw RunningDaemon.Failure(text: "e2fsck cannot mend")
    }
    try Self.call("mount", "-o", "loop", image, path)
  }

  static func call(_ command: String...) throws { try call(command) }

  private static func call(_ command: [String]) throws {
    if try LoopDisk.run(command) != 0 { throw RunningDaemon.Failure(text: command.joined(separator: " ")) }
  }
}
