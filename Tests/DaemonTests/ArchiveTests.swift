import DeskInterface
import Foundation
import LedgerArchive
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient
import Wording

@Suite("The continuous archive", .oneAtATime)
struct ArchiveTests {
  @Test(
    "when the disk is thrown away, then a restore of the archive alone gives the ledger up to the last archived event, with root and answers"
  )
  func alone() throws {
    let office = try Office()
    let archive = try ArchiveFolder(office.daemon.home + "/archive")
    let keys = office.daemon.home + "/office.keys"
    #expect(try Client(socket: office.daemon.socket).run("backup", "--keys", keys).status == 0)
    let made = try archive.take(office.daemon, "--json")
    let desk = try office.daemon.connect()
    let before = try desk.status
    #expect(made.status == 0 && made.output.contains(before.root), "\(made.said)")
    #expect(try archive.walk() == (UInt64(before.position), before.root, nil))
    let told = try desk.told(upTo: before.position)
    // Recorded after it, and lost.
    _ = try desk.receive("Phạm Thị Lan")
    #expect(office.daemon.stop() == 0)
    try FileManager.default.removeItem(atPath: office.daemon.data)

    let other = try RunningDaemon()
    let restored = try Operator.restore("--archive", archive.path, "--keys", keys, "--data", other.data)
    #expect(restored.status == 0, "\(restored.said)")
    #expect(
      restored.output.contains(
        "No checkpoint vouches for events 1–\(before.position.groupedEn): they are the word of who kept the archive."))
    try other.start()
    let again = try other.connect()
    #expect(try again.status.position == before.position + 1)
    #expect(try again.told(upTo: before.position) == told)
    #expect(try again.verify().damage == nil)
    // The same archive goes on with the ledger that came out of it.
    #expect(try archive.take(other).status == 0)
    #expect(try archive.walk() == (UInt64(before.position) + 1, again.status.root, nil))
  }

  @Test(
    "given keys that are older than the archive, then the cases that came after them count and stay closed, until later keys are brought"
  )
  func olderKeys() throws {
    let office = try Office()
    let (daemon, home) = (office.daemon, office.daemon.home)
    let archive = try ArchiveFolder(home + "/archive")
    #expect(try Client(socket: daemon.socket).run("backup", "--keys", home + "/hourly.keys").status == 0)
    // It has the key of the next case already, but a start makes those anew that were not used.
    let next = try daemon.connect().receive("Phạm Thị Lan").code
    #expect(daemon.stop() == 0)
    try daemon.start()
    let closed = try daemon.connect().receive("Vũ Văn Bình").code
    #expect(try Client(socket: daemon.socket).run("backup", "--keys", home + "/later.keys").status == 0)
    #expect(try archive.take(daemon).status == 0)

    let other = try RunningDaemon()
    let restored = try Operator.restore(
      "--archive", archive.path, "--keys", home + "/hourly.keys", "--data", other.data)
    #expect(restored.status == 0, "\(restored.said)")
    #expect(restored.output.contains("1 case came after this backup of the keys"), "\(restored.said)")
    try other.start()
    func applicant(_ code: String) throws -> String? {
      try other.connect().ask(Wire.Show(code: code)).case.applicant
    }
    #expect(try applicant(next) == "Phạm Thị Lan" && applicant(closed) == nil)
    #expect(try other.connect().verify().damage == nil)
    #expect(other.stop() == 0)
    let brought = try Operator.run("restore", "--keys", home + "/later.keys", "--data", other.data)
    #expect(brought.status == 0, "\(brought.said)")
    try other.start()
    #expect(try applicant(next) == "Phạm Thị Lan" && applicant(closed) == "Vũ Văn Bình")
  }

  @Test("given an older backup, then the archive adds what it lacks; one that is newer than the archive stays as it is")
  func base() throws {
    let office = try Office()
    let (daemon, home) = (office.daemon, office.daemon.home)
    let client = Client(socket: daemon.socket)
    let archive = try ArchiveFolder(home + "/archive")
    #expect(try client.run("backup", home + "/older.mdb").status == 0)
    _ = try daemon.connect().receive("Phạm Thị Lan")
    #expect(try archive.take(daemon).status == 0)
    let archived = try daemon.connect().status
    _ = try daemon.connect().receive("Vũ Văn Bình")
    #expect(try client.run("backup", home + "/newer.mdb", "--keys", home + "/office.keys").status == 0)
    let last = try daemon.connect().status
    for (file, end) in [("/older.mdb", archived), ("/newer.mdb", last)] {
      let other = try RunningDaemon()
      let restored = try Operator.restore(
        home + file, "--archive", archive.path, "--keys", home + "/office.keys", "--data", other.data)
      #expect(restored.status == 0, "\(restored.said)")
      try other.start()
      let lines = try other.connect().exportText().split(separator: "\n")
      #expect(try other.connect().status.position == end.position + 1)
      #expect(
        try lines[1...end.position]
          == daemon.connect().exportText().split(separator: "\n")[1...end.position])
    }
    // An archive of another office adds nothing.
    let stranger = try Office()
    let foreign = try ArchiveFolder(stranger.daemon.home + "/archive")
    #expect(try foreign.take(stranger.daemon).status == 0)
    let refused = try Operator.restore(
      home + "/older.mdb", "--archive", foreign.path, "--keys", home + "/office.keys", "--data", home + "/mixed")
    #expect(refused.status == 65 && refused.errors.contains("is not of the ledger in the backup"), "\(refused.said)")
    #expect(!FileManager.default.fileExists(atPath: home + "/mixed"))
  }

  @Test(
    "a torn, missing, foreign or doubled segment is named by restore and by the next run, and what is whole before it can be had"
  )
  func damaged() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let whole = try ArchiveFolder(daemon.home + "/whole")
    var sizes: [UInt64] = []
    for _ in 0..<3 {
      try desk.consult(20)
      #expect(try whole.take(daemon).status == 0)
      sizes.append(try whole.walk().size)
    }
    let archive = try whole.cut(at: [1, sizes[0] + 1, sizes[1] + 1], to: daemon.home + "/archive")
    let names = try archive.segments
    #expect(names.count == 3 && names.map { SegmentName.first(of: $0) } == [1, sizes[0] + 1, sizes[1] + 1])
    let stranger = try RunningDaemon()
    try stranger.start()
    let other = try ArchiveFolder(stranger.home + "/archive")
    #expect(try other.take(stranger).status == 0)
    let foreign = try other.bytes(try #require(try other.segments.first))

    let faults: [(word: String, body: (ArchiveFolder) throws -> Void)] = [
      ("torn", { try DiskFault.truncate($0.path + "/" + names[1], to: 5000) }),
      ("missing", { try FileManager.default.removeItem(at: $0.file(names[1])) }),
      ("foreign", { try Data(foreign).write(to: $0.file(names[1])) }),
      ("doubled", { try Data($0.bytes(names[0])).write(to: $0.file(names[1])) }),
    ]
    for (word, damage) in faults {
      let broken = try archive.copy(to: daemon.home + "/" + word)
      try damage(broken)
      let data = daemon.home + "/" + word + ".data"
      let arguments = ["--archive", broken.path, "--without-keys", "--data", data]
      let refused = try Operator.restore(arguments: arguments)
      #expect(refused.status == 65 && refused.errors.contains(word), "\(word): \(refused.said)")
      #expect(
        refused.errors.contains(names[1])
          || refused.errors.contains("\((sizes[0] + 1).groupedEn)–\(sizes[1].groupedEn)"))
      #expect(!FileManager.default.fileExists(atPath: data))
      let had = try Operator.restore(arguments: arguments + ["--before-damage"])
      #expect(had.status == 0 && had.errors.contains(word), "\(word): \(had.said)")
      #expect(had.output.contains("Put back \(sizes[0].groupedEn) events"), "\(had.said)")

      let next = try broken.take(daemon)
      if word == "missing" {
        // Nothing says that it is wrong: it is fetched again.
        #expect(next.status == 0, "\(next.said)")
        #expect(try broken.walk() == archive.walk())
      } else {
        #expect(next.status == 1 && next.errors.contains(word) && next.errors.contains(names[1]), "\(next.said)")
        try FileManager.default.removeItem(at: broken.file(names[1]))
        #expect(try broken.take(daemon).status == 0)
        #expect(try broken.walk() == archive.walk())
      }
    }
    let empty = try ArchiveFolder(daemon.home + "/empty")
    let none = try Operator.restore("--archive", empty.path, "--without-keys", "--data", daemon.home + "/none")
    #expect(none.status == 64 && none.errors.contains("no segment"), "\(none.said)")
  }

  @Test("an archive of another ledger, or of one that was lost meanwhile, is refused and stays as it is")
  func otherLedgers() throws {
    let office = try Office()
    let (daemon, home) = (office.daemon, office.daemon.home)
    #expect(try Client(socket: daemon.socket).run("backup", home + "/b.mdb", "--keys", home + "/b.keys").status == 0)
    _ = try daemon.connect().receive("Phạm Thị Lan")
    let archive = try ArchiveFolder(home + "/archive")
    #expect(try archive.take(daemon).status == 0)
    let before = try archive.bytes(try #require(try archive.segments.first))

    let stranger = try RunningDaemon()
    try stranger.start()
    let foreign = try archive.take(stranger)
    #expect(foreign.status == 1 && foreign.errors.contains("use a new directory"), "\(foreign.said)")

    let lost = try RunningDaemon()
    #expect(try Operator.restore(home + "/b.mdb", "--keys", home + "/b.keys", "--data", lost.data).status == 0)
    try lost.start()
    let shorter = try archive.take(lost)
    #expect(shorter.status == 1, "\(shorter.said)")
    _ = try lost.connect().receive("Vũ Văn Bình")
    _ = try lost.connect().receive("Vũ Văn An")
    let another = try archive.take(lost)
    #expect(another.status == 1 && another.errors.contains("another history"), "\(another.said)")
    let anew = "→ mkdir -m 700 \(archive.path)-2 && motcua archive --directory \(archive.path)-2\n"
    #expect(another.errors.hasSuffix(anew) && foreign.errors.hasSuffix(anew), "\(another.errors)")
    #expect(try archive.bytes(try #require(try archive.segments.first)) == before)

    // Keys beside it, whoever put them there.
    try Data([1]).write(to: archive.file("ledger-20261125T020000.keys"))
    let keys = try archive.take(daemon)
    #expect(keys.status == 64 && keys.errors.contains("keys may not lie beside"), "\(keys.said)")
    let beside = try Client(socket: daemon.socket).run(
      "backup", "--keys-directory", archive.path, "--keys-keep", "2")
    #expect(beside.status == 64 && beside.errors.contains("archive"), "\(beside.said)")
  }

  @Test("nothing is fetched into a hole behind which another ledger goes on, or another history of this one")
  func holes() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let (desk, client) = (try daemon.connect(), Client(socket: daemon.socket))
    let one = try ArchiveFolder(daemon.home + "/one")
    try desk.consult(20)
    let first = try desk.status.position
    let (backup, keys) = (daemon.home + "/b.mdb", daemon.home + "/b.keys")
    #expect(try client.run("backup", backup, "--keys", keys).status == 0)
    try desk.consult(20)
    #expect(try one.take(daemon).status == 0)
    let archive = try one.cut(at: [1, UInt64(first) + 1], to: daemon.home + "/archive")
    let names = try archive.segments
    #expect(names.count == 2)
    let whole = try archive.walk()
    let hole = try archive.copy(to: daemon.home + "/hole")
    try FileManager.default.removeItem(at: hole.file(names[0]))

    func refused(by other: RunningDaemon, _ words: String) throws {
      let made = try hole.take(other)
      #expect(made.status == 1 && made.errors.contains(words), "\(made.said)")
      #expect(try hole.names == [names[1]])
    }
    let stranger = try RunningDaemon()
    try stranger.start()
    try stranger.connect().consult(60)
    try refused(by: stranger, "use a new directory")
    // What is missing it has as it was, and nothing of what comes after.
    let lost = try RunningDaemon()
    #expect(try Operator.restore(backup, "--keys", keys, "--data", lost.data).status == 0)
    try lost.start()
    try refused(by: lost, "knows more than the ledger")
    try lost.connect().consult(60)
    try refused(by: lost, "another history")
    #expect(try hole.take(daemon).status == 0)
    #expect(try hole.walk() == whole)
  }

  @Test(
    "when a record of the ledger is changed on the disk, then the archive has what comes before it and ends by name, and status and metrics go on and warn",
    arguments: [["--follow", "--pause", "1"], []])
  func changedRecord(options: [String]) throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    try daemon.connect().consult(20)
    let position = try daemon.connect().status.position
    #expect(daemon.stop() == 0)
    try DiskFault.changeRecord(UInt64(position - 5), in: daemon.data + "/ledger")
    try daemon.start()
    let archive = try ArchiveFolder(daemon.home + "/archive")
    var client = Client(socket: daemon.socket)
    // Who is told nothing asks for ever.
    client.wrapper = ["/usr/bin/timeout", "--signal=KILL", "60"]
    let made = try client.run(["archive", "--directory", archive.path] + options)
    #expect(made.status == 1 && made.errors.contains("damaged"), "\(made.said)")
    #expect(made.errors.contains("event \(position - 5)"), "\(made.said)")
    let held = try archive.walk()
    #expect(held.size == UInt64(position - 6) && held.fault == nil, "\(held)")
    let status = try daemon.connect().status
    #expect(status.archive?.size == position - 6 && status.archive?.missingSince == nil)
    #expect(status.archiveLate == true)
    for (language, words) in [("en", "cannot be read"), ("vi", "không đọc được")] {
      #expect(try client.run("status", "--lang", language).output.contains(words))
    }
    let metrics = try daemon.connect().ask(Wire.GetMetrics()).text
    #expect(metrics.contains("motcua_archive_late 1") && !metrics.contains("motcua_archive_lag_seconds "))
    #expect(try daemon.connect().receive("Nguyễn Thị Hoa").code.isEmpty == false)
  }

  @Test(
    "a directory that is not there is never made, and how to make it is said; what is no directory is said to be none",
    arguments: ["en", "vi"])
  func missing(language: String) throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let client = Client(socket: daemon.socket, language: language)
    let (path, file) = (daemon.home + "/archive", daemon.home + "/file")
    let none = try client.run("archive", "--directory", path)
    #expect(none.status == 64 && none.output.isEmpty, "\(none.said)")
    #expect(none.errors.contains(language == "vi" ? "Không có thư mục \(path)" : "There is no directory \(path)"))
    #expect(none.errors.hasSuffix("→ mkdir -m 700 \(path)\n"), "\(none.errors)")
    #expect(!FileManager.default.fileExists(atPath: path))
    try Data().write(to: URL(filePath: file))
    let other = try client.run("archive", "--directory", file)
    #expect(other.status == 64 && other.errors.contains(language == "vi" ? "không phải thư mục" : "is no directory"))
    // What it says to run makes it go on.
    #expect(try Program.run(["mkdir", "-m", "700", path]).status == 0)
    let made = try client.run("archive", "--directory", path)
    #expect(made.status == 0 && made.errors.isEmpty, "\(made.said)")
    // given a directory that others may enter: the archive goes on, and says it
    #expect(try Program.run(["chmod", "755", path]).status == 0)
    let open = try client.run("archive", "--directory", path)
    #expect(open.status == 0 && open.errors.contains("755") && open.errors.hasSuffix("→ chmod 700 \(path)\n"))
  }

  @Test(
    "who follows says when the daemon is away, when it answers again, and how far the archive is then",
    arguments: [3, 0])
  func outage(events: Int) throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let archive = try ArchiveFolder(daemon.home + "/archive")
    let follower = try archive.follower(of: daemon)
    defer {
      kill(follower.processIdentifier, SIGKILL)
      follower.waitUntilExit()
    }
    func said() throws -> String { try String(contentsOfFile: daemon.home + "/follower", encoding: .utf8) }
    #expect(try eventually { try said().contains("The archive ") })
    // What is written in the ordinary way is no news for a journal.
    try daemon.connect().consult(1)
    #expect(try eventually { try archive.walk().size == UInt64(daemon.connect().status.position) })
    let before = try said()
    #expect(before.split(separator: "\n").count == 1, "\(before)")
    #expect(daemon.stop() == 0)
    #expect(try eventually { try said().contains("The archive waits and tries again.") })
    try daemon.start()
    if events > 0 { try daemon.connect().consult(events) }
    #expect(try eventually { try said().contains("motcuad answers again.\nThe archive ") })
    let after = try said()
    #expect(after.split(separator: "\n").count == 4, "\(after)")
  }

  @Test("a pause without --follow is named and not ignored")
  func pause() throws {
    let made = try Client(socket: "/nowhere").run("archive", "--directory", "/nowhere", "--pause", "5")
    #expect(made.status == 64 && made.errors.contains("--pause goes with --follow"), "\(made.said)")
  }

  @Test(
    "who follows has each event within seconds, goes on after it or the daemon was killed, and the status says how far it is"
  )
  func follows() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    #expect(try daemon.connect().status.archive == nil)
    let archive = try ArchiveFolder(daemon.home + "/archive")
    func isThere() throws -> Bool {
      guard let desk = try? daemon.connect() else { return false }
      let status = try desk.status
      return status.archive?.size == status.position && status.archive?.missingSince == nil
    }
    var follower = try archive.follower(of: daemon)
    for round in 0..<3 {
      try daemon.connect().consult(20)
      #expect(try eventually { try isThere() }, "round \(round)")
      #expect(try archive.walk().size == UInt64(daemon.connect().status.position))
    }
    // Another run does not write beside it.
    let second = try archive.take(daemon)
    #expect(second.status == 1 && second.errors.contains("already"), "\(second.said)")

    kill(follower.processIdentifier, SIGKILL)
    follower.waitUntilExit()
    let held = try daemon.connect().status.position
    try daemon.connect().consult(3)
    let behind = try daemon.connect().status
    #expect(behind.archive?.size == held && behind.archive?.missingSince != nil)
    #expect(behind.archiveLate == nil)
    let lacking = "lacking \(behind.position - held) since"
    #expect(try Client(socket: daemon.socket).run("status").output.contains(lacking))
    let metrics = try daemon.connect().ask(Wire.GetMetrics()).text
    #expect(
      metrics.contains("motcua_archive_events \(held)") && metrics.contains("motcua_archive_late 0"))

    follower = try archive.follower(of: daemon)
    #expect(try eventually { try isThere() })
    daemon.kill()
    try daemon.start()
    try daemon.connect().consult(3)
    #expect(try eventually { try isThere() })
    kill(follower.processIdentifier, SIGKILL)
    follower.waitUntilExit()
    #expect(try archive.walk().fault == nil)
    #expect(try archive.names == archive.segments)
  }

  @Test(
    "a copy that lags for longer than it may is warned of, in the status and in the metrics: 5 minutes, or what is set",
    arguments: [nil, 10])
  func late(minutes: Int?) throws {
    let daemon = try RunningDaemon()
    if let minutes { try Configuration.setArchiveMinutes(minutes, daemon) }
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let archive = try ArchiveFolder(daemon.home + "/archive")
    #expect(try archive.take(daemon).status == 0)
    let desk = try daemon.connect()
    #expect(try Client(socket: daemon.socket).run("status").output.contains("up to the last one"))
    _ = try desk.receive("Nguyễn Thị Hoa")
    let most = minutes ?? 5
    _ = try desk.ask(Wire.SetClock(to: String(format: "2026-11-18T09:%02d", most - 1)))
    #expect(try desk.status.archiveLate == nil)
    _ = try desk.ask(Wire.SetClock(to: String(format: "2026-11-18T09:%02d", most + 1)))
    #expect(try desk.status.archiveLate == true)
    #expect(try Client(socket: daemon.socket).run("status").output.contains("TOO OLD"))
    #expect(try Client(socket: daemon.socket, language: "vi").run("status").output.contains("CHẬM QUÁ"))
    #expect(try desk.ask(Wire.GetMetrics()).text.contains("motcua_archive_late 1"))
    #expect(try archive.take(daemon).status == 0)
    #expect(try desk.status.archiveLate == nil)
  }

  @Test(
    "an archive that is set up, in motcuad.toml or for the unit, and never comes is told of; where none is, nobody misses it",
    .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"),
    arguments: [("", nil), ("", 5), ("/srv/motcua-archive", nil), ("/srv/motcua-archive", 10)])
  func neverCame(directory: String, minutes: Int?) throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    clock.sleeps()
    daemon.environment["MOTCUA_ARCHIVE_DIRECTORY"] = directory
    if let minutes { try Configuration.setArchiveMinutes(minutes, daemon) }
    try daemon.start()
    let desk = try daemon.connect()
    func told(_ language: String) throws -> String {
      try Client(socket: daemon.socket, language: language).run("status").output
    }
    func isTold() throws -> Bool {
      let (late, english, vietnamese) = (try desk.status.archiveLate == true, try told("en"), try told("vi"))
      #expect(try desk.ask(Wire.GetMetrics()).text.contains("motcua_archive_late \(late ? 1 : 0)"))
      #expect(english.contains("Archive") == late && vietnamese.contains("Kho lưu trữ") == late)
      #expect(
        english.contains("NONE: no relay has said anything since the start (systemctl status motcua-archive)") == late,
        "\(english)")
      #expect(
        vietnamese.contains("CHƯA CÓ: từ lúc chạy chưa tài khoản lưu trữ nào báo (systemctl status motcua-archive)")
          == late, "\(vietnamese)")
      return late
    }
    #expect(try !isTold())
    let isExpected = minutes != nil || !directory.isEmpty
    try clock.set(Int64(minutes ?? 5) * 60 - 60)
    #expect(try !isTold())
    try clock.set(Int64(minutes ?? 5) * 60 + 60)
    #expect(try isTold() == isExpected)
    // It comes after all.
    #expect(try ArchiveFolder(daemon.home + "/archive").take(daemon).status == 0)
    #expect(try desk.status.archiveLate == nil && told("en").contains("up to the last one"))
  }

  @Test("nobody is believed who does not hold what he says, and no place beyond the ledger is told of")
  func believed() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    _ = try desk.receive("Nguyễn Thị Hoa")
    let head = try desk.ask(Wire.GetHead())
    #expect(head.origin == "motcua/H56.26.07" && !head.demo)
    let other = MerkleTree.leafHash([1]).base64
    #expect(
      try desk.refusal(of: Wire.Archived(size: head.size, root: other), Wire.AnotherHistory.self).size == head.size)
    let beyond = try desk.refusal(of: Wire.Archived(size: head.size + 1, root: head.root), Wire.BeyondLedger.self)
    #expect(beyond.asked == head.size + 1 && beyond.size == head.size)
    #expect(try desk.status.archive == nil)
    _ = try desk.ask(Wire.Archived(size: head.size, root: head.root))
    #expect(try desk.status.archive?.size == head.size)
    for parameters in [#"{"after":-1}"#, #"{"after":0,"limit":0}"#] {
      #expect(throws: CallError.self) {
        try daemon.connect().stream(Wire.Records.method, parameters: Array(parameters.utf8)) { _ in true }
      }
    }
    var pages: [Wire.Records.Answer] = []
    try desk.stream(Wire.Records(after: 1, limit: head.size - 1)) {
      pages.append($0)
      return true
    }
    #expect(pages.map(\.first) == [2] && pages.last?.size == head.size && pages.last?.root == head.root)
  }

  @Test("with its clock gone the archive is as whole as with it", .enabled(if: AttackTests.hasCompiler))
  func noClock() throws {
    let office = try Office()
    let archive = try ArchiveFolder(office.daemon.home + "/archive")
    let library = try Disk.compile("Attacks/no_clock.c", in: office.daemon.home)
    var client = Client(socket: office.daemon.socket)
    client.wrapper = ["/usr/bin/env", "LD_PRELOAD=\(library)"]
    let made = try client.run("archive", "--directory", archive.path)
    #expect(made.status == 0, "\(made.said)")
    let status = try office.daemon.connect().status
    #expect(try archive.walk() == (UInt64(status.position), status.root, nil))
  }

  @Test(
    "what a relay is told holds no name and no number of a citizen",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func ciphertext() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    let desk = try daemon.connect()
    // The office's own name is no secret, so the citizen has no word in common with it.
    let name = "Đặng Thúy Quỳnh"
    _ = try desk.ask(
      Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: name, phone: "0912345678"))
    try desk.consult(1)
    let size = try desk.status.position
    let answer = try #require(
      try Somebody.relay.ask(daemon.socket, [(Wire.Records.method, #"{"after":0,"limit":\#(size)}"#)]).first)
    let page = try Reply.parse(Array(answer)).read(Wire.Records.Answer.self)
    #expect(page.size == size && page.records.count == size)
    let clear = Data(page.records.compactMap { Base64.decode($0) }.joined())
    #expect(clear.count > 1000)
    for text in [name, "Quỳnh", "0912345678", "Hướng dẫn", "Hỏi?"] {
      #expect(clear.range(of: Data(text.utf8)) == nil, "\(text)")
    }
  }
}
