import DeskInterface
import Foundation
import LedgerArchive
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("The archive under load", .oneAtATime)
struct ArchiveLoadTests {
  /// Asks for everything and reads none of it.
  private static let unread = """
    import socket, sys, time
    held = []
    for _ in range(int(sys.argv[2])):
        peer = socket.socket(socket.AF_UNIX); peer.connect(sys.argv[1])
        peer.sendall(b'{"method":"vn.motcua.Ledger.Records","more":true,"parameters":{"after":0}}\\0')
        held.append(peer)
    # In one piece, however it is buffered.
    sys.stdout.write("asked\\n"); sys.stdout.flush()
    sys.stdin.read()
    """

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

  @Test("relays that read nothing hold up nobody, take no memory, and keep no read transaction open")
  func slow() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    try desk.consult(1000)
    let before = try Self.latencies(desk, 400)
    let status = try desk.status
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.unread, daemon.socket, "32"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "asked\n")
    let meanwhile = try Self.latencies(desk, 400)
    let later = try desk.status
    #expect((later.ledgerReaders ?? 0) <= (status.ledgerReaders ?? 0) + 1)
    // Of each a page is made and another may wait: a megabyte at most.
    #expect(later.residentBytes - status.residentBytes < 64 << 20)
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    print(
      "32 relays that read nothing: p50 \(before.p50) s before, \(meanwhile.p50) s meanwhile;",
      "p99 \(before.p99) s before, \(meanwhile.p99) s meanwhile, ratio \(meanwhile.p99 / before.p99);",
      "memory \((later.residentBytes - status.residentBytes) >> 10) KiB more")
    #expect(meanwhile.p50 < before.p50 * 2)
  }

  @Test(
    "so many events are archived and restored, and the figures printed: MOTCUA_ARCHIVE_EVENTS=1000000 takes a while")
  func many() async throws {
    let count = try Disk.count("MOTCUA_ARCHIVE_EVENTS", ci: 20_000)
    let daemon = try RunningDaemon()
    try daemon.start()
    let socket = daemon.socket
    let failures = await inParallel(32) { client -> String? in
      do {
        let desk = try Connection(path: socket)
        // An enquiry that is answered at once is three events.
        for _ in 0..<max(1, count / 3 / 32 / 25) {
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
