import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// As long as the day of `SoakTests`, and by the same variable.
@Suite("A long day under siege", .oneAtATime)
struct SiegeTests {
  fileprivate static let besiegers: (reader: UInt32, clerk: UInt32) = (65_534, 65_533)

  @Test(
    "64 clients work while a reader and a clerk take all that they can get and the ledger is archived: nothing grows and nobody gets an error; when the disk is thrown away, the archive gives back what it had, with root and answers",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func siege() throws {
    let minutes = SoakClient.minutes
    let daemon = try RunningDaemon()
    try #require(try Operator.run("keygen", "--data", daemon.data, "--config", daemon.config).status == 0)
    try daemon.startForAll(readers: ["\(Self.besiegers.reader)"], clerks: ["\(Self.besiegers.clerk)"])
    let desk = try daemon.connect()
    let hostile = try Hostile(daemon)
    let archive = try ArchiveFolder(daemon.home + "/archive")
    let follower = try archive.follower(of: daemon)
    let diary = Diary()
    let load = SoakClient.load(on: daemon.socket, diary)

    var samples: [Sample] = []
    let pid = try #require(daemon.process?.processIdentifier)
    let end = ContinuousClock.now + .seconds(minutes * 60)
    while ContinuousClock.now < end {
      usleep(useconds_t(max(500_000, minutes * 60 * 1e6 / 240)))
      samples.append(Sample(try desk.status, pid: pid))
    }
    // Amid all of it, as a disk ends.
    Foundation.kill(follower.processIdentifier, SIGKILL)
    follower.waitUntilExit()
    let position = try desk.status.position
    let had = try archive.walk()
    let done = load.finish()
    try hostile.end()
    let size = Int(had.size)
    print(
      "\(minutes) minutes: \(done.reduce(0, +)) calls, \(position) events, of which \(position - size) not archived yet"
    )
    for sample in samples { print(sample) }
    #expect(diary.unexplained == [:])
    #expect(done.allSatisfy { $0 > 10 })
    // What these two do not read is kept until each has the 8 MiB that a user may have.
    try Sample.expectFlat(samples, within: 24e6)

    #expect(had.fault == nil && size > 0)
    let keys = daemon.home + "/office.keys"
    #expect(try Client(socket: daemon.socket).run("backup", "--keys", keys).status == 0)
    let (told, codes) = try (daemon.told(upTo: size), daemon.codes(atLeast: 500))
    let answers = try daemon.connect().histories(of: codes, upTo: size)
    #expect(answers.values.contains { $0.count > 1 })
    daemon.kill()
    try FileManager.default.removeItem(atPath: daemon.data)

    let other = try RunningDaemon()
    let restored = try Operator.restore("--archive", archive.path, "--keys", keys, "--data", other.data)
    #expect(restored.status == 0, "\(restored.said)")
    try other.start(within: 600)
    // The restore itself is an event.
    #expect(try other.connect().status.position == size + 1)
    #expect(try other.told(upTo: size) == told)
    #expect(try other.connect().histories(of: answers.keys.sorted(), upTo: size) == answers)
    #expect(try other.connect().verify(within: 1200).damage == nil)
    // It is the same history, root included: the archive goes on with it.
    #expect(try archive.take(other).status == 0)
    #expect(try archive.walk() == (UInt64(size) + 1, other.connect().status.root, nil))
  }
}

/// A reader and a clerk of the office who ask for everything that takes much, on as many connections as they get.
private final class Hostile {
  private var readers: [Greedy] = []
  private var clerks: [Greedy] = []

  init(_ daemon: RunningDaemon) throws {
    let desk = try daemon.connect()
    let (fat, full) = (try desk.receive("Trần Văn Béo").code, try desk.receive("Trần Văn Đầy").code)
    let guidance = String(repeating: "ô", count: 2000)
    for _ in 1..<150 { _ = try desk.ask(Wire.Consult(code: fat, question: "?", guidance: guidance)) }
    // Without a checkpoint that covers the case nobody gets a proof.
    _ = try desk.ask(Wire.Checkpoint())
    let moment = try desk.status.now
    let (reader, clerk) = SiegeTests.besiegers
    readers = [
      try Greedy(daemon.socket, as: reader, connections: 30, Wire.Prove(code: fat)),
      try Greedy(daemon.socket, as: reader, connections: 20, Wire.History(code: fat)),
      try Greedy(daemon.socket, as: reader, connections: 10, Wire.List(asOf: moment)),
      try Greedy(daemon.socket, as: reader, connections: 10, Wire.Tally(asOf: moment), more: false),
      try Greedy(daemon.socket, as: reader, connections: 20, Wire.History(code: fat), reads: false),
      try Greedy(daemon.socket, as: reader, connections: 20, Wire.Watch(after: 0), reads: false),
    ]
    clerks = [
      try Greedy(
        daemon.socket, as: clerk, connections: 8, Wire.Consult(code: full, question: "?", guidance: guidance),
        more: false),
      try Greedy(
        daemon.socket, as: clerk, connections: 8, Wire.Consult(question: "?", guidance: guidance), more: false),
      try Greedy(daemon.socket, as: clerk, connections: 40, Wire.Watch(after: 0), reads: false),
      try Greedy(daemon.socket, as: clerk, connections: 40, Wire.History(code: fat)),
    ]
  }

  func end() throws {
    for (who, ones) in [("reader", readers), ("clerk", clerks)] {
      for one in ones {
        let outcome = try one.end()
        print("a hostile \(who): \(outcome)")
        // They are told where they have too much, and nothing else goes wrong.
        #expect(Set(outcome.errors.keys).isSubset(of: [Wire.TooManyEvents.error, Wire.TooManyStreams.error]))
      }
    }
  }
}

extension RunningDaemon {
  /// The digest of all events up to a position, as they are exported.
  fileprivate func told(upTo position: Int) throws -> String {
    let export = "'\(Project.program("motcua"))' export --socket '\(socket)' --timeout 600 '\(home)/export'"
    // The first line says which ledger it is.
    let digest = "head -n \(position + 1) '\(home)/export' | tail -n +2 | sha256sum"
    let outcome = try Program.run(["sh", "-c", "set -e; \(export) >&2; \(digest)"])
    #expect(outcome.status == 0, "\(outcome.said)")
    return outcome.output
  }

  /// The codes of the first pages of cases. A stream that is not taken to its end takes its connection with it.
  fileprivate func codes(atLeast count: Int) throws -> [String] {
    var codes: [String] = []
    try connect().stream(Wire.List()) { page in
      codes += page.cases.map(\.code)
      return codes.count < count
    }
    return codes
  }
}

extension Connection {
  /// The histories of the cases as far as they go up to a position, of those that were there by then.
  fileprivate func histories(of codes: [String], upTo position: Int) throws -> [String: [String]] {
    var histories: [String: [String]] = [:]
    for code in codes {
      histories[code] = try pages(Wire.History(code: code)).flatMap(\.events).filter { $0.position <= position }
        .map { String(decoding: $0.json, as: UTF8.self) }
    }
    return histories.filter { !$0.value.isEmpty }
  }
}
