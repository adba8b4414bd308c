import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

@testable import motcuad

@Suite(
  "A role that is taken away", .oneAtATime,
  .enabled(if: getuid() == 0 && AttackTests.hasCompiler, "skipped: needs root to be somebody else, and cc"))
struct MembershipTests {
  private static let lan = Somebody(uid: 61_501, gid: 61_500, groups: [61_600])
  /// In the group by the directory alone: he has not logged in again.
  private static let binh = Somebody(uid: 61_502, gid: 61_500)
  /// In a group that his unit gives.
  private static let service = Somebody(uid: 61_503, gid: 61_500, groups: [61_602])
  /// By his own group.
  private static let mai = Somebody(uid: 61_504, gid: 61_603)

  /// A daemon with users and groups of its own.
  private final class Office {
    let daemon: RunningDaemon
    private var directory: String { daemon.home + "/directory" }

    init(seconds: Int) throws {
      daemon = try RunningDaemon()
      try FileManager.default.createDirectory(atPath: daemon.home + "/directory", withIntermediateDirectories: true)
      daemon.environment = [
        "LD_PRELOAD": try Disk.compile("Attacks/users.c", in: daemon.home),
        "USERS_DIRECTORY": daemon.home + "/directory",
        "USERS_FAULT": daemon.home + "/fault",
      ]
      try users(["lan:61501:61500", "binh:61502:61500", "mai:61504:61603", "hung:61506:61500"])
      try groups(["desk:61600:lan,binh", "units:61602:", "own:61603:", "number:61605:hung"])
      daemon.config = try Configuration.copy(into: daemon.home)
      let path = daemon.config + "/office.toml"
      try Configuration.replace(
        path, "groups = [\"motcua-clerks\"]",
        "groups = [\"desk\", \"own\", \"61605\", \"61606\"]\nunit_groups = [\"units\", \"61699\"]")
      try Configuration.replace(path, "[role.reader]\nusers = []", "[role.reader]\nusers = [\"lan\"]")
      try Configuration.replace(
        daemon.config + "/motcuad.toml", "directory_seconds = 60", "directory_seconds = \(seconds)")
      try daemon.start()
      for path in [daemon.home, daemon.home + "/run"] { chmod(path, 0o755) }
      chmod(daemon.socket, 0o666)
    }

    func users(_ lines: [String]) throws {
      try write("passwd", lines.map { $0.replacing(":", with: ":x:", maxReplacements: 1) + "::/:/bin/sh" })
    }
    func groups(_ lines: [String]) throws {
      try write("group", lines.map { $0.replacing(":", with: ":x:", maxReplacements: 1) })
    }
    func fail(_ fails: Bool) throws {
      let path = daemon.home + "/fault"
      if fails { try "fail".write(toFile: path, atomically: true, encoding: .utf8) } else { unlink(path) }
    }

    private func write(_ name: String, _ lines: [String]) throws {
      try (lines.joined(separator: "\n") + "\n").write(
        toFile: directory + "/\(name)", atomically: true, encoding: .utf8)
    }

    func session(_ who: Somebody) throws -> Session { try Session(who, daemon.socket) }
    func status(_ who: Somebody) throws -> String? { try who.answer(daemon.socket, Wire.GetStatus()).error }
  }

  /// A connection that somebody keeps, as a session of his that goes on.
  private final class Session {
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())
    private var rest = Data()

    private static let talker = """
      import json, os, socket, sys
      who = json.loads(sys.argv[2])
      os.setgroups(who["groups"]); os.setgid(who["gid"]); os.setuid(who["uid"])
      peer = socket.socket(socket.AF_UNIX); peer.settimeout(60); peer.connect(sys.argv[1])
      answers = b""
      for call in sys.stdin:
          peer.sendall(call.strip().encode() + b"\\0")
          while b"\\0" not in answers:
              part = peer.recv(65536)
              if not part: sys.exit()
              answers += part
          answer, _, answers = answers.partition(b"\\0")
          print(answer.decode(), flush=True)
          if json.loads(answer).get("continues"):
              print(peer.recv(65536).split(b"\\0")[0].decode(), flush=True)
      """

    init(_ who: Somebody, _ socket: String) throws {
      process.executableURL = URL(filePath: "/usr/bin/env")
      let groups = who.groups.map(String.init).joined(separator: ",")
      process.arguments = [
        "python3", "-c", Self.talker, socket, #"{"uid":\#(who.uid),"gid":\#(who.gid),"groups":[\#(groups)]}"#,
      ]
      (process.standardInput, process.standardOutput) = (input, output)
      try process.run()
    }

    deinit { try? input.fileHandleForWriting.close() }

    func say<Method: WireMethod>(_ call: Method, more: Bool = false) throws {
      let parameters = String(decoding: call.json, as: UTF8.self)
      let text = #"{"method":"\#(Method.method)","more":\#(more),"parameters":\#(parameters)}"# + "\n"
      try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    func hear() throws -> Somebody.Answer {
      while !rest.contains(10) {
        let part = output.fileHandleForReading.availableData
        try #require(!part.isEmpty, "the connection is gone")
        rest += part
      }
      let line = rest.prefix { $0 != 10 }
      rest = Data(rest.dropFirst(line.count + 1))
      return try JSONDecoder().decode(Somebody.Answer.self, from: Data(line))
    }

    func ask<Method: WireMethod>(_ call: Method) throws -> Somebody.Answer {
      try say(call)
      return try hear()
    }
  }

  private static let enquiry = Wire.Receive(kind: .enquiry)
  private static let denied = Wire.PermissionDenied.error

  @Test("the kernel and the directory both say so, or the kernel alone of a group that a unit gives")
  func both() throws {
    let office = try Office(seconds: 3600)
    func error(_ who: Somebody) throws -> String? { try who.answer(office.daemon.socket, Self.enquiry).error }
    #expect(try error(Self.lan) == nil && error(Self.mai) == nil && error(Self.service) == nil)
    #expect(try error(Self.binh) == Self.denied)
    #expect(try error(Somebody(uid: 61_505, gid: 61_500, groups: [61_699])) == nil)
    // A session from before he was taken out of the group, and one with a group that nobody gave him.
    #expect(try error(Somebody(uid: 61_504, gid: 61_500, groups: [61_600])) == Self.denied)
    #expect(try error(Somebody(uid: 61_505, gid: 61_500, groups: [61_600])) == Self.denied)
  }

  @Test(
    "a group that is given by its number counts while the directory has it, and is not left to the kernel when it is gone"
  )
  func number() throws {
    let office = try Office(seconds: 3600)
    let (socket, hung) = (office.daemon.socket, Somebody(uid: 61_506, gid: 61_500, groups: [61_605]))
    let other = Somebody(uid: 61_506, gid: 61_500, groups: [61_606])
    #expect(try hung.answer(socket, Self.enquiry).error == nil)
    #expect(try other.answer(socket, Self.enquiry).error == Self.denied)
    #expect(office.daemon.log.contains("this machine has no group 61606"), "\(office.daemon.log)")
    #expect(!office.daemon.log.contains("no group 61605") && !office.daemon.log.contains("no group 61699"))
    try office.groups(["desk:61600:lan,binh", "units:61602:", "own:61603:", "late:61606:hung"])
    // He does not connect again.
    office.daemon.signal(SIGHUP)
    #expect(eventually { office.daemon.log.contains("this machine has no group 61605") })
    #expect(eventually { office.daemon.log.contains("the configuration is reloaded") })
    #expect(try hung.answer(socket, Self.enquiry).error == Self.denied)
    #expect(try other.answer(socket, Self.enquiry).error == nil)
    #expect(try Somebody(uid: 61_505, gid: 61_500, groups: [61_699]).answer(socket, Self.enquiry).error == nil)
  }

  @Test("who is taken out of the group is told at his next connection at once, and on an old one after a reload")
  func connections() throws {
    let office = try Office(seconds: 3600)
    let session = try office.session(Self.lan)
    #expect(try session.ask(Self.enquiry).error == nil)
    try office.groups(["desk:61600:binh", "units:61602:", "own:61603:"])
    // He is a reader by his name all the same.
    let answer = try Self.lan.answer(office.daemon.socket, Self.enquiry)
    #expect(answer == .denied(Wire.Receive.method, needed: .clerk, held: .reader))
    office.daemon.signal(SIGHUP)
    #expect(eventually { office.daemon.log.contains("the configuration is reloaded") })
    #expect(try session.ask(Self.enquiry).error == Self.denied)
    #expect(try session.ask(Wire.GetStatus()).error == nil)
  }

  @Test("without a reload it is noticed at the next look: an idle connection is told at its next call, a watch at once")
  func looks() throws {
    let office = try Office(seconds: 1)
    let (idle, watch) = (try office.session(Self.mai), try office.session(Self.mai))
    #expect(try idle.ask(Self.enquiry).error == nil)
    try watch.say(Wire.Watch(after: 0), more: true)
    #expect(try watch.hear().error == nil)
    try office.groups(["desk:61600:lan,binh", "units:61602:"])
    // Nothing is recorded meanwhile.
    #expect(try watch.hear().error == Self.denied)
    #expect(try idle.ask(Self.enquiry).error == Self.denied)
  }

  @Test("a directory that cannot say changes nothing and is logged, and whom it never told of waits for it")
  func failure() throws {
    let office = try Office(seconds: 1)
    let session = try office.session(Self.lan)
    #expect(try session.ask(Self.enquiry).error == nil)
    try office.fail(true)
    try office.groups([])
    #expect(eventually { office.daemon.log.contains("cannot say who is in which; what was known stays") })
    #expect(try session.ask(Self.enquiry).error == nil)
    #expect(try Self.lan.answer(office.daemon.socket, Self.enquiry).error == nil)
    #expect(try Self.mai.answer(office.daemon.socket, Self.enquiry).error == Wire.AccountsUnavailable.error)
    #expect(try Self.service.answer(office.daemon.socket, Self.enquiry).error == nil)
    try office.fail(false)
    #expect(eventually { (try? session.ask(Self.enquiry).error) == Self.denied })
  }

  @Test("while the directory cannot say, whoever it never told of hears that, on however many connections he waits")
  func outage() throws {
    let office = try Office(seconds: 1)
    try office.fail(true)
    // More than somebody has whom the directory knows, and who has no role.
    let sessions = try (0..<8).map { _ in try office.session(Self.mai) }
    for session in sessions { #expect(try session.ask(Self.enquiry).error == Wire.AccountsUnavailable.error) }
    try office.fail(false)
    for session in sessions { #expect(try eventually { try session.ask(Self.enquiry).error == nil }) }
  }

  @Test(
    "a new person with an old number is not the old one: not on his connection, not by his name, not by his commands")
  func oldNumber() throws {
    let office = try Office(seconds: 1)
    let session = try office.session(Self.lan)
    let command = Wire.Receive(kind: .enquiry, entry: Wire.Entry(commandId: "018f4e6a-0000-7000-8000-000000000002"))
    #expect(try session.ask(command).error == nil && session.ask(command).error == nil)
    // lan leaves, and hoa, who is in the same group, gets his number.
    try office.groups(["desk:61600:hoa", "units:61602:", "own:61603:"])
    try office.users(["hoa:61501:61500", "binh:61502:61500", "mai:61504:61603"])
    #expect(eventually { (try? session.ask(Wire.GetStatus()).error) == Self.denied })
    #expect(office.daemon.log.contains("the number of an account that is connected is another's now"))
    let socket = office.daemon.socket
    #expect(try Self.lan.answer(socket, command).error == Wire.CommandReused.error)
    #expect(try Self.lan.answer(socket, Self.enquiry).error == nil)
    let desk = try office.daemon.connect()
    #expect(try desk.pages(Wire.List(clerk: "hoa")).flatMap(\.cases).count == 1)
    let events = try desk.allEvents(upTo: try desk.ask(Wire.GetStatus()).status.position).filter { $0.uid == 61_501 }
    #expect(Set(events.map(\.account)) == ["lan", "hoa"])
    // What was given to lan by name is not hoa's.
    try office.groups(["units:61602:"])
    #expect(try office.status(Self.lan) == Self.denied)
    try office.users(["lan:61501:61500"])
    #expect(try office.status(Self.lan) == nil)
  }

  @Test("whoever a supervisor acts for is in the group by what the directory says, and nobody when it cannot say")
  func onBehalf() throws {
    let office = try Office(seconds: 3600)
    func answer(_ account: String) throws -> String? {
      do {
        _ = try office.daemon.connect().ask(Wire.Receive(kind: .enquiry, entry: Wire.Entry(onBehalfOf: account)))
        return nil
      } catch CallError.varlink(let error) {
        return error.name
      }
    }
    #expect(try answer("binh") == nil && answer("mai") == nil)
    try office.groups(["desk:61600:lan", "units:61602:mai", "own:61604:"])
    #expect(try answer("binh") == Wire.BehalfNotAllowed.error && answer("mai") == Wire.BehalfNotAllowed.error)
    try office.fail(true)
    #expect(try answer("lan") == Wire.AccountsUnavailable.error)
  }
}
