import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

@testable import motcuad

/// The account that a data directory belongs to may put anything at any name in it; what root runs there must do no more
/// with that than the account could itself.
@Suite(
  "Root in the data directory of another account", .oneAtATime,
  .enabled(if: getuid() == 0, "skipped: needs root to be followed"))
struct RootLinkTests {
  private static let owner = Somebody.stranger

  /// A ledger with a case, and backups of it, made once.
  private final class Office {
    let daemon: RunningDaemon
    let (ledger, keys): (String, String)

    init() throws {
      daemon = try RunningDaemon()
      (ledger, keys) = (daemon.home + "/ledger.mdb", daemon.home + "/ledger.keys")
      try daemon.start()
      let desk = try daemon.connect()
      _ = try desk.receive("Nguyễn Thị Hoa")
      try desk.backup().file.write(to: URL(filePath: ledger))
      try desk.backup(keys: true).file.write(to: URL(filePath: keys))
      for path in [ledger, keys] { chmod(path, 0o600) }
      #expect(daemon.stop() == 0)
    }

    /// Another account's data directory, beside what is root's alone.
    func scene(_ change: (Scene) throws -> Void = { _ in }) throws -> Scene {
      let scene = Scene(home: NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))")
      for path in [scene.home, scene.outside, scene.outside + "/dir", scene.data] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      }
      for path in ["/secret", "/dir/owner", "/dir/data.mdb", "/dir/master"] {
        try "root's own\n".write(toFile: scene.outside + path, atomically: true, encoding: .utf8)
        chmod(scene.outside + path, 0o600)
      }
      chmod(scene.data, 0o700)
      try change(scene)
      try scene.run("/bin/chown", "-hR", "\(owner.uid):\(owner.gid)", scene.data)
      return scene
    }

    /// With the whole ledger in it.
    func full(_ change: (Scene) throws -> Void = { _ in }) throws -> Scene {
      try scene { scene in
        try scene.run("/bin/cp", "-a", daemon.data + "/.", scene.data)
        try change(scene)
      }
    }
  }

  private final class Scene {
    let home: String
    var data: String { home + "/data" }
    var outside: String { home + "/outside" }

    init(home: String) { self.home = home }
    deinit { try? FileManager.default.removeItem(atPath: home) }

    func run(_ program: String, _ arguments: String...) throws {
      let process = try Process.run(URL(filePath: program), arguments: arguments)
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "\(program) \(arguments)")
    }

    /// Puts a link in the place of a name in the data directory.
    func plant(_ name: String, _ target: String) throws {
      let path = data + "/" + name
      try? FileManager.default.removeItem(atPath: path)
      try? FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: outside + "/" + target)
    }

    /// Everything that is said of what lies outside, by name.
    func inventory() throws -> [String] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: outside).sorted()
      return try ([""] + names).map { name in
        var status = stat()
        try #require(lstat(outside + "/" + name, &status) == 0)
        let isFile = status.st_mode & S_IFMT == S_IFREG
        let content = isFile ? try String(contentsOfFile: outside + "/" + name, encoding: .utf8) : ""
        return "\(name) \(status.st_uid):\(status.st_gid) \(status.st_mode) \(status.st_mtim.tv_nsec) \(content)"
      }
    }

    /// What root has left in the data directory.
    func roots() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: data).filter { name in
        var status = stat()
        return lstat(data + "/" + name, &status) == 0 && status.st_uid == 0
      }
    }
  }

  /// Every name at which one of the commands opens, makes, renames or removes something, with what a link there leads to.
  private static let links: [(name: String, targets: [String])] = [
    ("lock", ["secret", "new"]), ("ledger", ["dir", "new"]), ("ledger.new", ["dir"]),
    ("ledger/data.mdb", ["secret", "new"]), ("ledger/lock.mdb", ["secret", "new"]),
    ("keys", ["dir", "new"]), ("keys/master", ["secret"]), ("keys/master.new", ["secret", "new"]),
    ("keys/slots", ["secret", "new"]), ("keys/slots.new", ["secret", "new"]), ("keys/signing", ["secret", "new"]),
    ("CURRENT", ["secret"]), ("CURRENT.new", ["secret", "new"]), ("STATE", ["secret"]),
    ("STATE.new", ["secret", "new"]),
    ("CLOCK", ["secret"]), ("CLOCK.new", ["secret"]), ("ACCEPTED", ["secret"]), ("restore.new", ["dir"]),
    ("verify-1", ["dir"]), ("spool-1", ["dir"]), ("spool", ["dir"]), ("freed", ["dir", "new"]),
    ("views-1", ["dir", "new"]), ("views-2", ["dir"]),
  ]

  @Test(
    "whatever link stands at a name, nothing outside is changed, made or given away, and what is made is the account's",
    arguments: ["restore", "restore --keys", "verify", "salvage", "keygen", "run"])
  func links(command: String) throws {
    let office = try Office()
    for (name, targets) in Self.links {
      for target in targets {
        let scene =
          try command == "restore"
          ? office.scene { try $0.plant(name, target) }
          : office.full {
            // Without a key there is one to be brought.
            if command == "restore --keys" {
              try DiskFault.overwrite($0.data + "/keys/slots", at: 64 + 5, with: Data([0xDE, 0xAD]))
            }
            try $0.plant(name, target)
          }
        let before = try scene.inventory()
        let outcome = try run(command, scene, office)
        let what = "\(command), \(name) → \(target): \(outcome.status) \(outcome.errors)"
        #expect(try scene.inventory() == before, "\(what)")
        #expect(try scene.roots() == [], "\(what)")
        #expect(outcome.status == 0 || !outcome.errors.isEmpty, "\(what)")
        #expect(!outcome.errors.contains("/proc/self/cwd") && !outcome.output.contains("/proc/self/cwd"), "\(what)")
        #expect([0, 64, 65, 69, 74, 78].contains(outcome.status), "\(what)")
      }
    }
  }

  private func run(_ command: String, _ scene: Scene, _ office: Office) throws -> Client.Outcome {
    let data = scene.data
    switch command {
    case "restore": return try Operator.restore(office.ledger, "--keys", office.keys, "--data", data)
    case "restore --keys": return try Operator.run("restore", "--keys", office.keys, "--data", data)
    case "verify": return try Operator.run("verify", "--data", data)
    case "salvage": return try Operator.run("salvage", "--data", data, "--out", scene.home + "/readable.jsonl")
    case "keygen": return try Operator.run("keygen", "--name", "o", "--data", data)
    default:
      let daemon = try RunningDaemon(home: scene.home)
      daemon.arguments = ["--socket", data + "/run/s.sock"]
      try daemon.launch()
      // It serves, or says why not.
      while daemon.process?.isRunning == true, !daemon.log.contains("ready") { usleep(5000) }
      return Client.Outcome(status: daemon.stop(), output: "", errors: daemon.log)
    }
  }

  @Test("without links everything works, and a daemon that root starts there is the account's, and never root again")
  func works() throws {
    let office = try Office()
    let fresh = try office.scene()
    let restored = try run("restore", fresh, office)
    #expect(restored.status == 0 && restored.output.contains("into \(fresh.data)"), "\(restored)")
    for command in ["verify", "salvage", "keygen"] {
      let outcome = try run(command, fresh, office)
      #expect(outcome.status == 0 && !"\(outcome)".contains("/proc/self"), "\(command): \(outcome)")
    }
    #expect(try fresh.roots() == [])
    var out = stat()
    #expect(lstat(fresh.home + "/readable.jsonl", &out) == 0 && out.st_uid == 0 && out.st_size > 0)

    let daemon = try RunningDaemon(home: fresh.home)
    daemon.arguments = ["--socket", fresh.data + "/run/s.sock"]
    try daemon.launch()
    while daemon.process?.isRunning == true, !daemon.log.contains("ready") { usleep(5000) }
    let tasks = "/proc/\(try #require(daemon.process?.processIdentifier))/task"
    let (uid, gid) = (Self.owner.uid, Self.owner.gid)
    for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
      // A thread may have ended since.
      guard let status = try? String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8) else { continue }
      #expect(
        status.contains("Uid:\t\(uid)\t\(uid)\t\(uid)\t\(uid)\n")
          && status.contains("Gid:\t\(gid)\t\(gid)\t\(gid)\t\(gid)\n"))
      #expect(status.contains("CapPrm:\t0000000000000000\n") && status.firstMatch(of: #/Groups:\s*\n/#) != nil)
    }
    let told = try Connection(path: fresh.data + "/run/s.sock").ask(Wire.GetStatus()).status
    #expect(told.dataDirectory == fresh.data)
    #expect(daemon.stop() == 0)
    #expect(try fresh.roots() == [])
  }

  @Test("where only root may pass, in a directory of root's, the data of another account are verified all the same")
  func privateParent() throws {
    let scene = try Office().full()
    chmod(scene.home, 0o700)
    let verified = try Operator.run("verify", "--data", scene.data)
    #expect(verified.status == 0 && verified.output.contains(scene.data), "\(verified)")
  }

  @Test("in a directory of root's own no link is followed, and nobody else may be able to put one there")
  func ownDirectory() throws {
    let office = try Office()
    func refused(_ words: String, _ change: (Scene) throws -> Void) throws {
      let scene = try office.full()
      try scene.run("/bin/chown", "-hR", "0:0", scene.data)
      #expect(try Operator.run("verify", "--data", scene.data).status == 0)
      try change(scene)
      let before = try scene.inventory()
      for arguments in [["verify"], ["restore", "--keys", office.keys], ["keygen", "--name", "o"], ["run"]] {
        let outcome = try Operator.run(
          arguments: arguments + ["--data", scene.data]
            + (arguments == ["run"]
              ? ["--config", RunningDaemon.sampleConfiguration, "--socket", scene.home + "/s"] : []))
        #expect([69, 74].contains(outcome.status) && outcome.errors.contains(words), "\(arguments): \(outcome)")
      }
      #expect(try scene.inventory() == before)
    }
    try refused("is a link, which root does not follow") { try $0.plant("keys/slots.new", "secret") }
    try refused("is a link, which root does not follow") { try $0.plant("restore.new", "dir") }
    // Whatever lies in it would be overwritten and removed.
    try refused("is a link, which root does not follow") {
      try? FileManager.default.removeItem(atPath: $0.data + "/freed")
      try $0.plant("freed", "dir")
    }
    try refused("belongs to uid \(Self.owner.uid)") { chown($0.data + "/keys", Self.owner.uid, 0) }
    try refused("others can write in") { chmod($0.data, 0o777) }
    try refused("others can write in") { chmod($0.data + "/keys", 0o1777) }
    // Whoever owns a directory on the way may exchange what lies in it.
    try refused("belongs to uid \(Self.owner.uid)") { chown($0.home, Self.owner.uid, 0) }
  }

  @Test("a way that another account lays for root is not gone")
  func laidWay() throws {
    let office = try Office()
    let scene = try office.scene { try $0.plant("way", "dir") }
    let before = try scene.inventory()
    for arguments in [
      ["restore", office.ledger, "--keys", office.keys, "--data", scene.data + "/way"] + Operator.denied([]),
      ["restore", office.ledger, "--keys", office.keys, "--data", scene.data + "/way/new"] + Operator.denied([]),
      ["keygen", "--name", "o", "--out", scene.data + "/way/signing", "--data", office.daemon.data],
      ["keygen", "--name", "o", "--data", scene.data + "/way"],
      ["salvage", "--data", office.daemon.data, "--out", scene.data + "/way/out"],
    ] {
      let outcome = try Operator.run(arguments: arguments)
      #expect(outcome.status == 69 || outcome.status == 74, "\(arguments): \(outcome)")
      #expect(outcome.errors.contains("belongs to uid \(Self.owner.uid)"), "\(arguments): \(outcome)")
      #expect(try scene.inventory() == before)
    }
    // A directory that is missing in one of his becomes his, as he makes it.
    let new = scene.data + "/a/b"
    let restored = try Operator.restore(office.ledger, "--without-keys", "--data", new)
    #expect(restored.status == 0 && FileManager.default.fileExists(atPath: new + "/ledger/data.mdb"), "\(restored)")
    #expect(try scene.roots() == [])
  }

  @Test("what root is given is read by him, but no file of his that another account hands him as its backup")
  func given() throws {
    let office = try Office()
    let scene = try office.scene()
    let theirs = scene.home + "/theirs"
    try FileManager.default.createDirectory(atPath: theirs, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: theirs + "/link", withDestinationPath: scene.outside + "/secret")
    #expect(link(scene.outside + "/dir/owner", theirs + "/name") == 0)
    try FileManager.default.copyItem(atPath: office.ledger, toPath: theirs + "/ledger.mdb")
    for name in ["", "/link"] { lchown(theirs + name, Self.owner.uid, Self.owner.gid) }
    for name in ["link", "name"] {
      let outcome = try Operator.restore(theirs + "/" + name, "--without-keys", "--data", scene.data)
      #expect(outcome.status == 69 && outcome.errors.contains("root"), "\(outcome)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scene.data) == [])
    // What an administrator has put down there himself is root's, and has one name.
    let restored = try Operator.restore(theirs + "/ledger.mdb", "--without-keys", "--data", scene.data)
    #expect(restored.status == 0, "\(restored)")
  }

  @Test("a new directory that root makes is root's, and one that a failure leaves empty is taken back")
  func newDirectory() throws {
    let office = try Office()
    let scene = try office.scene()
    let new = scene.home + "/new/data"
    let broken = scene.home + "/broken.mdb"
    try "no ledger".write(toFile: broken, atomically: true, encoding: .utf8)
    #expect(try Operator.restore(broken, "--without-keys", "--data", new).status == 65)
    #expect(!FileManager.default.fileExists(atPath: scene.home + "/new"))
    #expect(try Operator.restore(office.ledger, "--keys", office.keys, "--data", new).status == 0)
    #expect(try Operator.run("verify", "--data", new).status == 0)
    var status = stat()
    #expect(lstat(new + "/keys/slots", &status) == 0 && status.st_uid == 0)
  }
}
