import DeskInterface
import Foundation
import LedgerArchive
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("An archive whose disk fails, or whose program is killed")
  struct ArchiveFaultTests {
    private static let calls = [
      "openat", "flock", "getdents64", "unlink", "fsync", "write", "linkat", "rename", "close", "connect", "sendto",
      "recvfrom",
    ]

    /// A daemon, an archive of its first events, and more that are not in it.
    private struct Beginning {
      let daemon = try? RunningDaemon()
      let archive: ArchiveFolder
      let old: UInt64
      let new: UInt64

      /// - Parameter grown: how many fat events the archive has; 200 fill a segment.
      init(grown: Int) throws {
        let daemon = try #require(daemon)
        try daemon.start()
        archive = try ArchiveFolder(daemon.home + "/archive")
        if grown > 0 {
          try daemon.connect().consult(grown)
          try #require(try archive.take(daemon).status == 0)
        }
        old = try archive.walk().size
        try daemon.connect().consult(40)
        new = UInt64(try daemon.connect().status.position)
      }

      /// Runs `motcua archive` into a copy of the archive, with a tracer around it.
      func run(_ name: String, _ options: [String], log: String) throws -> (ArchiveFolder, Client.Outcome) {
        let daemon = try #require(daemon)
        let copy = try archive.copy(to: daemon.home + "/" + name)
        var client = Client(socket: daemon.socket)
        client.wrapper = [Strace.path, "-f", "-o", log] + options
        return (copy, try client.run("archive", "--directory", copy.path))
      }
    }

    /// What may be there after a run that did not come to its end; then a plain run makes it whole.
    private func expectWhole(_ copy: ArchiveFolder, _ beginning: Beginning, _ text: String) throws {
      let found = try copy.walk()
      #expect(found.fault == nil && (beginning.old...beginning.new).contains(found.size), "\(text): \(found)")
      let again = try copy.take(try #require(beginning.daemon))
      #expect(again.status == 0, "\(text): \(again.said)")
      #expect(try copy.walk().size == beginning.new, "\(text)")
      #expect(try copy.names == copy.segments, "\(text)")
    }

    /// How often a run makes each call, by a run in which nothing happens.
    private func counts(_ beginning: Beginning, _ options: [String]) throws -> [String: Int] {
      let log = try #require(beginning.daemon).home + "/counted"
      let (copy, made) = try beginning.run("counted.archive", options, log: log)
      #expect(made.status == 0, "\(made.said)")
      #expect(try copy.walk().size == beginning.new)
      return try Strace.counts(log)
    }

    /// Each call that a run makes.
    private func every(_ beginning: Beginning) throws -> [(call: String, number: Int)] {
      let counts = try counts(beginning, ["-e", "trace=" + Self.calls.joined(separator: ",")])
      // Without these it would not have been durable: the file, and the directory after its name.
      #expect(counts["fsync", default: 0] >= 3 && counts["rename", default: 0] >= 1, "\(counts)")
      return Self.calls.flatMap { call in (0..<(counts[call] ?? 0)).map { (call, $0 + 1) } }
    }

    @Test(
      "when the archive program is killed at any call, then what lies there is whole, and the next run brings the rest",
      .enabled(if: Strace.isHere, Strace.comment), arguments: [0, 20, 190])
    func killed(grown: Int) throws {
      let beginning = try Beginning(grown: grown)
      let every = try every(beginning)
      let chosen = try Disk.sample(every, "MOTCUA_KILL_POINTS", ci: 24)
      let log = try #require(beginning.daemon).home + "/trace"
      var killed = 0
      for (call, number) in chosen {
        let options = ["-e", "trace=\(call)", "-e", "inject=\(call):signal=SIGKILL:when=\(number)"]
        let (copy, made) = try beginning.run("killed", options, log: log)
        if made.status != 0 { killed += 1 }
        try expectWhole(copy, beginning, "\(call) \(number)")
      }
      #expect(killed * 4 >= chosen.count * 3, "\(killed) of \(chosen.count)")
      print("killed: archive of \(grown) at \(chosen.count) of \(every.count) calls, \(killed) times")
    }

    @Test(
      "when the directory or a segment of it cannot be opened or read, then the run says so with 74, and what lies there is whole",
      .enabled(if: Strace.isHere, Strace.comment))
    func reading() throws {
      let beginning = try Beginning(grown: 20)
      let home = try #require(beginning.daemon).home
      let segments = try beginning.archive.segments
      /// What else the program opens and reads is not meant.
      func only(_ name: String) -> [String] {
        let path = home + "/" + name
        return ["-P", path] + segments.flatMap { ["-P", path + "/" + $0] }
      }
      let counts = try counts(beginning, only("counted.archive") + ["-e", "trace=openat,read"])
      #expect(counts["openat", default: 0] >= 4 && counts["read", default: 0] >= 2, "\(counts)")
      let every = ["openat", "read"].flatMap { call in (0..<(counts[call] ?? 0)).map { (call, $0 + 1) } }
      let all = ["EIO", "EACCES"].flatMap { error in every.map { (error, $0.0, $0.1) } }
      var endings: [Int32: Int] = [:]
      for (error, call, number) in try Disk.sample(all, "MOTCUA_ERRNO_SWEEP", ci: 24) {
        let options = only("unread") + ["-e", "trace=\(call)", "-e", "inject=\(call):error=\(error):when=\(number)"]
        let (copy, made) = try beginning.run("unread", options, log: home + "/trace")
        endings[made.status, default: 0] += 1
        #expect([0, 74].contains(made.status), "\(error) \(call) \(number): \(made.status) \(made.said)")
        try expectWhole(copy, beginning, "\(error) \(call) \(number)")
      }
      #expect(endings[74, default: 0] > 0, "\(endings)")
      print("archive: calls that could not open or read, endings \(endings)")
    }

    @Test(
      "when any call of it fails with EIO or ENOSPC, then it is done, or says so; and what lies there is whole",
      .enabled(if: Strace.isHere, Strace.comment))
    func failing() throws {
      let beginning = try Beginning(grown: 20)
      let calls = ["flock", "getdents64", "fsync", "write", "linkat", "rename"]
      let every = try every(beginning).filter { calls.contains($0.call) }
      let all = ["EIO", "ENOSPC"].flatMap { error in every.map { (error, $0.call, $0.number) } }
      let log = try #require(beginning.daemon).home + "/trace"
      var endings: [Int32: Int] = [:]
      for (error, call, number) in try Disk.sample(all, "MOTCUA_ERRNO_SWEEP", ci: 24) {
        let options = ["-e", "trace=\(call)", "-e", "inject=\(call):error=\(error):when=\(number)"]
        let (copy, made) = try beginning.run("failing", options, log: log)
        endings[made.status, default: 0] += 1
        #expect([0, 74].contains(made.status), "\(error) \(call) \(number): \(made.status) \(made.said)")
        try expectWhole(copy, beginning, "\(error) \(call) \(number)")
      }
      #expect(endings[74, default: 0] > 0, "\(endings)")
      print("archive: calls that failed, endings \(endings)")
    }

    @Test(
      "when its directory is full, then the run says so, what lies there is whole, the daemon works on, and with room the next run brings the rest",
      .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func full() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let path = daemon.home + "/archive"
      let disk = try SmallDisk(path, bytes: 1 << 20)
      let archive = try ArchiveFolder(path)
      try daemon.connect().consult(100)
      #expect(try archive.take(daemon).status == 0)
      let old = try archive.walk()
      try daemon.connect().consult(300)
      let refused = try archive.take(daemon)
      #expect(refused.status == 74 && refused.errors.contains("No space left"), "\(refused.said)")
      // Segments that were full before the disk was are kept.
      let held = try archive.walk()
      #expect(
        try held.fault == nil && (old.size..<UInt64(daemon.connect().status.position)).contains(held.size), "\(held)")
      #expect(try archive.names == archive.segments)
      #expect(try daemon.connect().status.archive?.size == Int(old.size))
      #expect(try daemon.connect().receive("Nguyễn Thị Hoa").code.isEmpty == false)
      try disk.grow(to: 32 << 20)
      #expect(try archive.take(daemon).status == 0)
      #expect(try archive.walk().size == UInt64(daemon.connect().status.position))
    }
  }
}
