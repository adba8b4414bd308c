import DeskInterface
import Foundation
import LedgerArchive
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("The archive under load", .oneAtATime)
struct ArchiveLoadTests {
  /// By the relays' group.
  private static let relay: UInt32 = 61_105

  /// How long each of so many receptions took, the 50th and the 99th of a hundred, in seconds.
  private static func latencies(_ desk: Connection, _ count: Int) throws -> (p50: Double, p99: Double) {
    var times: [Double] = []
    for index in 0..<count {
      let start = ContinuousClock.now
      _ = try desk.receive("Khách \(index)")
      times.append(start.duration(to: .now) / .seconds(1))
    }
    times.sort()
    return (times[count / 2], times[count * 99 / 100])
  }

  @Test(
    "relays that read nothing take a bounded room, keep no read transaction open, and cost others nothing once their pages are made",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func slow() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    let desk = try daemon.connect()
    try desk.consult(1000)
    /// Of 400 receptions: how long they took, and how much processor time they cost.
    func received() throws -> (times: (p50: Double, p99: Double), ticks: Int) {
      let start = try daemon.vitals().ticks
      let times = try Self.latencies(desk, 400)
      return (times, try daemon.vitals().ticks - start)
    }
    _ = try received()
    let before = try received()
    let (status, memory) = (try desk.status, try daemon.vitals().memoryMiB)
    let relays = try Greedy(
      daemon.socket, as: Self.relay, connections: 32, Wire.Records(after: 0), reads: false)
    // The first pages are made meanwhile.
    let meanwhile = try received()
    let later = try received()
    let (readers, held) = (try desk.status.ledgerReaders ?? .max, try daemon.vitals().memoryMiB)
    #expect(readers <= (status.ledgerReaders ?? 0) + 1)
    // They ask for several megabytes each; of all that is made eight for the user, and a page of each stream, of 350 kB.
    #expect(held - memory < 8 + 32 * 350 / 1024 + 24, "\(memory) MiB before, \(held) MiB later")
    // Ticks of the processor and not time: a machine may be busy with other things.
    #expect(later.ticks <= before.ticks * 2, "\(before.ticks) ticks before, \(later.ticks) later")
    #expect(try relays.end().errors.isEmpty)
    print(
      "32 relays that read nothing: p50 \(before.times.p50) s before, \(meanwhile.times.p50) s meanwhile;",
      "p99 \(before.times.p99) s before, \(meanwhile.times.p99) s meanwhile, ratio",
      "\(meanwhile.times.p99 / before.times.p99); memory \(held - memory) MiB more;",
      "\(before.ticks) ticks before, \(meanwhile.ticks) meanwhile, \(later.ticks) later")
  }

  @Test(
    "who asks for the whole ledger on many connections and hangs up has one process read it at a time, and none of those that wait",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"),
    arguments: [Wire.Records.method, Wire.Export.method])
  func guarded(method: String) async throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll()
    // More than a relay is told without the guard.
    try await Self.fill(daemon, 10_500)
    let (desk, all) = (try daemon.connect(), 32)
    var readers: Set<Int32> = []
    /// Holds every reader of the ledger that there is where it is, and gives those that it has not seen.
    func hold() throws -> Set<Int32> {
      let new = Set(try daemon.children).subtracting(readers)
      for reader in new { kill(reader, SIGSTOP) }
      readers.formUnion(new)
      return new
    }
    try Bystander(of: daemon).stands("\(all) connections that ask for \(method)") {
      let greedy =
        method == Wire.Records.method
        ? try Greedy(daemon.socket, as: Self.relay, connections: all, Wire.Records(after: 0), reads: false)
        : try Greedy(daemon.socket, as: 65_104, connections: all, Wire.Export(), reads: false)
      #expect(try eventually { try !hold().isEmpty })
      // Whoever else were to read would be there by now.
      for _ in 0..<20 {
        _ = try desk.receive("Trần Văn Béo")
        _ = try hold()
      }
      return {
        _ = try hold()
        #expect(readers.count == 1, "\(readers)")
        _ = try greedy.end()
        // Those that wait have left, too.
        #expect(try eventually { try (desk.status.connections ?? .max) < all })
        for reader in readers { kill(reader, SIGCONT) }
        var later: Set<Int32> = []
        #expect(
          try eventually {
            let now = Set(try daemon.children)
            later.formUnion(now.subtracting(readers))
            return now.isEmpty
          })
        #expect(later.isEmpty, "\(later) began to read for somebody who has left")
      }
    }
    // Everybody has given his place back.
    let answer = try #require(try Somebody.relay.ask(daemon.socket, [(Wire.Records.method, #"{"after":0}"#)]).first)
    #expect(try Reply.parse(Array(answer)).read(Wire.Records.Answer.self).first == 1)
    #expect(try desk.exportText().hasPrefix("{"))
  }

  /// Records at least so many events.
  private static func fill(_ daemon: RunningDaemon, _ count: Int) async throws {
    let socket = daemon.socket
    let failures = await inParallel(32) { client -> String? in
      do {
        let desk = try Connection(path: socket)
        // An enquiry that is answered at once is three events.
        for _ in 0..<(count / 3 / 32 / 25 + 1) {
          let calls = (0..<25).map { index in
            Call(
              method: Wire.Consult.method,
              parameters: Wire.Consult(question: "Cần giấy tờ gì?", guidance: "Tờ khai, bản sao số \(index).").json)
          }
          for reply in try desk.pipeline(calls) { if let failure = reply.failure { return "\(failure)" } }
        }
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(failures.compactMap(\.self) == [])
  }

  @Test(
    "so many events are archived and restored, and the figures printed: MOTCUA_ARCHIVE_EVENTS=1000000 takes a while")
  func many() async throws {
    let count = try Disk.count("MOTCUA_ARCHIVE_EVENTS", ci: 20_000)
    let daemon = try RunningDaemon()
    try daemon.start()
    try await Self.fill(daemon, count)
    let status = try daemon.connect().status
    let archive = try ArchiveFolder(daemon.home + "/archive")
    func rate(_ seconds: Double) -> String { "\(Int(Double(status.position) / seconds)) events/s" }
    let taken = try archive.timed(daemon)
    #expect(taken.status == 0)
    #expect(try archive.walk() == (UInt64(status.position), status.root, nil))
    let again = try archive.timed(daemon)
    #expect(again.status == 0)
    let bytes = try archive.segments.reduce(0) { try $0 + archive.bytes($1).count }
    #expect(daemon.stop() == 0)
    let other = try RunningDaemon()
    let start = ContinuousClock.now
    let restored = try Operator.restore("--archive", archive.path, "--without-keys", "--data", other.data)
    let restoring = start.duration(to: .now) / .seconds(1)
    #expect(restored.status == 0, "\(restored.said)")
    try other.start()
    #expect(try other.connect().status.position == status.position + 1)
    print(
      "archive of \(status.position) events, \(bytes) bytes in \(try archive.segments.count) segments:",
      "taken in \(taken.seconds) s (\(rate(taken.seconds))), read again in \(again.seconds) s, restored in \(restoring) s (\(rate(restoring)))"
    )
  }
}

extension ArchiveFolder {
  fileprivate func timed(_ daemon: RunningDaemon) throws -> (status: Int32, seconds: Double) {
    let start = ContinuousClock.now
    let status = try take(daemon).status
    return (status, start.duration(to: .now) / .seconds(1))
  }
}

extension RunningDaemon {
  /// The processes that it has started and that have not ended.
  fileprivate var children: [Int32] {
    get throws {
      let id = try #require(process?.processIdentifier)
      return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { child in
        // One that ends meanwhile is none.
        let text = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 1 && fields[0] != "Z" && fields[1] == "\(id)"
      }
    }
  }
}
