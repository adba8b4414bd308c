import DeskInterface
import EventSourcing
import Foundation
import LedgerArchive
import MerkleTree
import TestSupport
import Testing
import VarlinkClient
import Wording

@Suite("The archive put back, when something is wrong in it", .oneAtATime)
struct ArchiveRestoreTests {
  /// A ledger, a backup of its first half, and an archive of all of it in five segments, of which the third begins in
  /// that half and ends after it.
  private final class Scene {
    let daemon: RunningDaemon
    let archive: ArchiveFolder
    /// The last event of the backup, and the last of the archive.
    let (base, end): (Int, Int)
    let names: [String]
    let root: String
    var backup: String { daemon.home + "/b.mdb" }
    var newer: String { daemon.home + "/newer.mdb" }

    init() throws {
      daemon = try RunningDaemon()
      try daemon.start()
      let (desk, client) = (try daemon.connect(), Client(socket: daemon.socket))
      try desk.consult(5)
      #expect(try client.run("backup", daemon.home + "/b.mdb").status == 0)
      base = try desk.status.position
      try desk.consult(5)
      #expect(try client.run("backup", daemon.home + "/newer.mdb").status == 0)
      (end, root) = (try desk.status.position, try desk.status.root)
      let whole = try ArchiveFolder(daemon.home + "/whole")
      #expect(try whole.take(daemon).status == 0)
      #expect(daemon.stop() == 0)
      let firsts = [1, 6, base - 2, base + 3, base + 8].map { UInt64($0) }
      archive = try whole.cut(at: firsts, to: daemon.home + "/archive")
      names = try archive.segments
      try #require(names == firsts.map { SegmentName.text(first: $0) } && base > 8 && end > base + 9)
    }

    /// A copy of the archive to which something happens.
    func broken(_ damage: (ArchiveFolder) throws -> Void) throws -> ArchiveFolder {
      let copy = try archive.copy(to: daemon.home + "/broken")
      try damage(copy)
      return copy
    }

    func torn(_ segments: Int...) throws -> ArchiveFolder {
      try broken { copy in for index in segments { try DiskFault.truncate(copy.path + "/" + names[index], to: 200) } }
    }

    /// Puts it back into a directory of its own.
    func restore(_ arguments: [String], language: String = "en") throws -> (data: String, said: Program.Outcome) {
      let data = daemon.home + "/" + UUID().uuidString
      let all = ["restore", "--clock-is-right", "--without-keys", "--data", data] + arguments
      return (data, try Operator.run(arguments: all + Operator.denied(arguments), language: language))
    }

    /// That without `--before-damage` nothing is done, and with it so many events are put back, told in these words.
    func expect(
      _ archive: ArchiveFolder, _ backup: String? = nil, has size: Int, saying words: [String],
      not others: [String] = []
    ) throws {
      let arguments = (backup.map { [$0] } ?? []) + ["--archive", archive.path]
      let refused = try restore(arguments)
      #expect(refused.said.status == 65 && refused.said.errors.contains("--before-damage"), "\(refused.said.said)")
      #expect(refused.said.errors.contains("without --archive") == (backup != nil), "\(refused.said.said)")
      #expect(!FileManager.default.fileExists(atPath: refused.data))
      let had = try restore(arguments + ["--before-damage"])
      #expect(had.said.status == 0 && had.said.output.contains("Put back \(size) events"), "\(had.said.said)")
      for word in words { #expect(had.said.errors.contains(word), "\(word): \(had.said.said)") }
      for word in others { #expect(!had.said.errors.contains(word), "\(word): \(had.said.said)") }
      let verified = try Operator.run("verify", "--data", had.data)
      #expect(verified.status == 0, "\(verified.said)")
    }
  }

  @Test(
    "what the backup has is missed by nobody: the archive goes on behind a segment that is torn, missing or another's")
  func passed() throws {
    let scene = try Scene()
    let (first, second) = (scene.names[0], scene.names[1])
    let changes: [(ArchiveFolder) throws -> Void] = [
      { try DiskFault.truncate($0.path + "/" + first, to: 200) },
      { try DiskFault.truncate($0.path + "/" + second, to: 200) },
      { try FileManager.default.removeItem(at: $0.file(first)) },
      { try FileManager.default.removeItem(at: $0.file(second)) },
      { try Data($0.bytes(first)).write(to: $0.file(second)) },
      { for name in [first, second] { try DiskFault.truncate($0.path + "/" + name, to: 200) } },
    ]
    for change in changes {
      try scene.expect(
        try scene.broken(change), scene.backup, has: scene.end,
        saying: ["the backup has the events that should be there, and nothing is missing by it"],
        not: ["put back", "left out"])
    }
    let vietnamese = try scene.restore(
      [scene.backup, "--archive", try scene.torn(0).path, "--before-damage"], language: "vi")
    #expect(
      vietnamese.said.status == 0 && vietnamese.said.errors.contains("bản sao lưu có đủ những sự kiện phải ở đó"),
      "\(vietnamese.said.said)")
  }

  @Test("an archive of another history than the backup's is refused as that, also where its first segment is torn")
  func otherHistory() throws {
    let scene = try Scene()
    let forged = try scene.broken { copy in
      var tree = Frontier()
      for (index, name) in scene.names.enumerated() {
        var segment = try Segment(copy.bytes(name))
        var records = segment.records
        // Each can be read, and they are in another order.
        if index == 0 { records.swapAt(2, 3) }
        var writer = SegmentWriter(of: segment.ledger, after: tree)
        for record in records { writer.append(record) }
        segment = try Segment(writer.finished())
        tree = segment.after
        try Data(writer.finished()).write(to: copy.file(name))
      }
      try DiskFault.truncate(copy.path + "/" + scene.names[0], to: 200)
    }
    for more in [[], ["--before-damage"]] {
      let refused = try scene.restore([scene.backup, "--archive", forged.path] + more)
      #expect(
        refused.said.status == 65 && refused.said.errors.contains("are not the same history"), "\(refused.said.said)")
      #expect(!FileManager.default.fileExists(atPath: refused.data))
    }
  }

  @Test(
    "given a backup and an archive that is damaged behind it, then the backup is put back, and of the archive what continues it"
  )
  func behindBackup() throws {
    let scene = try Scene()
    let (base, end, names) = (scene.base, scene.end, scene.names)
    // Whose end is among what the backup lacks.
    try scene.expect(
      try scene.torn(2), scene.backup, has: base,
      saying: [
        names[2], "events \(base + 1)–\(end) were not put back", "left out: \(names[2]) to \(names[4]) (3 segments)",
      ])
    try scene.expect(
      try scene.torn(0, 3), scene.backup, has: base + 2,
      saying: [
        names[0], "nothing is missing by it", "events \(base + 3)–\(end) were not put back",
        "left out: \(names[3]), \(names[4])",
      ])
    try scene.expect(
      try scene.torn(4), scene.backup, has: base + 7,
      saying: [
        "the events from \(base + 8) on were not put back, and how many they were is unknown", "left out: \(names[4])",
      ])
    try scene.expect(
      try scene.torn(3, 4), scene.backup, has: base + 2,
      saying: ["events \(base + 3)–\(base + 8), and maybe later ones, were not put back"])
    try scene.expect(
      try scene.torn(0, 1, 2, 3, 4), scene.backup, has: base, saying: ["left out: \(names[2]) to \(names[4])"])
    // Of a backup that is as new as the archive nothing is missing that anybody knows of.
    try scene.expect(
      try scene.torn(2, 4), scene.newer, has: end,
      saying: [
        names[2], "nothing is missing by it",
        "it was read up to event \(base + 7), and all are there up to \(end); whether it held later ones is unknown",
      ], not: ["put back"])
  }

  @Test("without a backup what was left out is named, and with a checkpoint that what was put back ends before it")
  func alone() throws {
    let scene = try Scene()
    let (base, end, names) = (scene.base, scene.end, scene.names)
    let broken = try scene.torn(3)
    try scene.expect(
      broken, has: base + 2,
      saying: [names[3], "events \(base + 3)–\(end) were not put back", "left out: \(names[3]), \(names[4])"])
    let hole = try scene.broken { try FileManager.default.removeItem(at: $0.file(names[3])) }
    try scene.expect(
      hole, has: base + 2,
      saying: [
        "events \(base + 3)–\(base + 7) are missing", "events \(base + 3)–\(end) were not put back",
        "left out: \(names[4])",
      ])

    let signer = try NoteSigningKey(name: "motcua/H56.26.07")
    let root = try #require(Hash(base64: scene.root))
    let checkpoint = try Checkpoint(origin: signer.name, size: UInt64(end), root: root)
    let note = scene.daemon.home + "/note"
    try SignedNote(text: checkpoint.text, signedBy: [signer]).description
      .write(toFile: note, atomically: true, encoding: .utf8)
    for (language, words) in [
      ("en", "Events \(base + 3)–\(end) are missing: what was put back ends before the checkpoint"),
      ("vi", "Thiếu sự kiện \(base + 3)–\(end): những gì được đặt lại kết thúc trước điểm chốt"),
    ] {
      let had = try scene.restore(
        [
          "--archive", try scene.torn(3).path, "--before-damage", "--checkpoint", note, "--key",
          signer.verifierKey.description,
        ], language: language)
      #expect(had.said.status == 0 && had.said.output.contains(words), "\(had.said.said)")
    }
    // Where nothing is whole, there is nothing to be had.
    let none = try scene.restore(["--archive", try scene.torn(0).path, "--before-damage"])
    #expect(none.said.status == 65 && none.said.errors.contains("there is nothing before it"), "\(none.said.said)")
  }

  @Test("a segment whose sum is right and whose events nobody can read is named, and so is one that was renamed")
  func wrongInside() throws {
    let scene = try Scene()
    let (base, end, names) = (scene.base, scene.end, scene.names)
    let garbage = try scene.broken { copy in
      try copy.change(names[4]) { records in records[1] = Array("no record".utf8) }
    }
    let reason = "the segment \(names[4]) is whole, and event \(base + 9) in it cannot be read"
    let refused = try scene.restore(["--archive", garbage.path])
    #expect(refused.said.status == 65 && refused.said.errors.contains(reason), "\(refused.said.said)")
    #expect(!refused.said.errors.contains("the backup is damaged"))
    try scene.expect(
      garbage, has: base + 7, saying: [reason, "events \(base + 8)–\(end) were not put back", "left out: \(names[4])"])
    try scene.expect(
      garbage, scene.newer, has: end, saying: [reason, "all the events that it holds are there"], not: ["put back"])

    // It can be read, and was recorded before those that it follows: the ledger that comes of it is wrong.
    let twice = try scene.broken { copy in
      let first = try Segment(copy.bytes(names[0])).records[0]
      try copy.change(names[4]) { records in records[1] = first }
    }
    for more in [[], ["--before-damage"]] {
      let refused = try scene.restore([scene.backup, "--archive", twice.path] + more)
      #expect(
        refused.said.status == 65 && refused.said.errors.contains("in the segment \(names[4])"), "\(refused.said.said)")
      #expect(!refused.said.errors.contains("the backup is damaged"))
    }

    let other = SegmentName.text(first: UInt64(base + 5))
    let renamed = try scene.broken { try FileManager.default.moveItem(at: $0.file(names[3]), to: $0.file(other)) }
    try scene.expect(
      renamed, has: base + 2, saying: ["\(other) was renamed: by what it holds it should be called \(names[3])"])
    try scene.daemon.start()
    let next = try renamed.take(scene.daemon)
    #expect(next.status == 1 && next.errors.contains(other) && next.errors.contains(names[3]), "\(next.said)")
  }

  @Test(
    "an archive of more segments than a process may open files is restored under that limit, also by root for another account",
    .enabled(if: getuid() == 0, "skipped: needs root to be followed"), arguments: [false, true])
  func manySegments(isOfAnother: Bool) throws {
    let scene = try Scene()
    let one = try scene.archive.cut(at: (1...scene.end).map { UInt64($0) }, to: scene.daemon.home + "/one")
    let most = 24
    try #require(try one.segments.count == scene.end && scene.end > most)
    chmod(one.path, 0o700)
    let data = scene.daemon.home + "/other.data"
    if isOfAnother {
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
      chmod(data, 0o700)
      chown(data, Somebody.stranger.uid, Somebody.stranger.gid)
      // Root's own directories lead there.
      for path in [scene.daemon.home, one.path] { chown(path, 0, 0) }
    }
    let restored = try Program.run(
      ["/usr/bin/prlimit", "--nofile=\(most):\(most)", Project.program("motcuad"), "restore", "--archive", one.path]
        + ["--without-keys", "--clock-is-right", "--data", data] + Operator.denied([]),
      environment: ["MOTCUA_LANG": "en", "PATH": "/usr/bin:/bin"])
    #expect(restored.status == 0 && restored.output.contains("Put back \(scene.end) events"), "\(restored.said)")
    var status = stat()
    #expect(stat(data + "/ledger/data.mdb", &status) == 0)
    #expect(status.st_uid == (isOfAnother ? Somebody.stranger.uid : 0))
    #expect(try Operator.run("verify", "--data", data).status == 0)
  }

  @Test(
    "root follows no link of another account that lies as a segment in the archive",
    .enabled(if: getuid() == 0, "skipped: needs root to be followed"))
  func link() throws {
    let scene = try Scene()
    let secret = scene.daemon.home + "/secret"
    try FileManager.default.moveItem(at: scene.archive.file(scene.names[1]), to: URL(filePath: secret))
    let place = scene.archive.path + "/" + scene.names[1]
    try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: secret)
    lchown(place, Somebody.stranger.uid, Somebody.stranger.gid)
    let refused = try scene.restore(["--archive", scene.archive.path])
    #expect(
      refused.said.status == 69 && refused.said.errors.contains("belongs to uid \(Somebody.stranger.uid)"),
      "\(refused.said.said)")
    #expect(!FileManager.default.fileExists(atPath: refused.data))
  }

  @Test("a run that is far behind writes no segment that takes much with it, and goes on behind a larger one of before")
  func bounded() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    try daemon.connect().consult(800)
    let archive = try ArchiveFolder(daemon.home + "/archive")
    #expect(try archive.take(daemon).status == 0)
    let status = try daemon.connect().status
    #expect(try archive.walk() == (UInt64(status.position), status.root, nil))
    // A page has 256 KiB of records at the most.
    let sizes = try archive.segments.map { try archive.bytes($0).count }
    #expect(sizes.count >= 3 && sizes.allSatisfy { $0 < Segment.fullBytes + (300 << 10) }, "\(sizes)")
    #expect(sizes.dropLast().allSatisfy { $0 >= Segment.fullBytes }, "\(sizes)")

    let large = try archive.cut(at: [1], to: daemon.home + "/large")
    try daemon.connect().consult(3)
    #expect(try large.take(daemon).status == 0)
    let later = try daemon.connect().status
    #expect(try large.walk() == (UInt64(later.position), later.root, nil))
    #expect(try large.segments.map { SegmentName.first(of: $0) } == [1, UInt64(status.position) + 1])
    let restored = try Operator.restore("--archive", large.path, "--without-keys", "--data", daemon.home + "/again")
    #expect(
      restored.status == 0 && restored.output.contains("Put back \(later.position.groupedEn) events"),
      "\(restored.said)")
  }
}

extension ArchiveFolder {
  /// Writes a segment anew with other records, under a sum of its own.
  fileprivate func change(_ name: String, _ body: (inout [[UInt8]]) throws -> Void) throws {
    let segment = try Segment(bytes(name))
    var records = segment.records
    try body(&records)
    var writer = SegmentWriter(of: segment.ledger, after: segment.before)
    for record in records { writer.append(record) }
    try Data(writer.finished()).write(to: file(name))
  }
}
