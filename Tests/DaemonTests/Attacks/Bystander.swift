import DeskInterface
import Foundation
import Synchronization
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// A client who records and asks while somebody else takes what he can: he gets no error, and how much longer he waits than
/// before is printed. It is no part of the test, because a machine may be busy with other things.
final class Bystander: Sendable {
  private let socket: String
  private let waits = Mutex<[Duration]>([])
  private let failures = Mutex<[String]>([])
  private let code: String

  init(of daemon: RunningDaemon) throws {
    socket = daemon.socket
    code = try daemon.connect().receive("Nguyễn Thị Hoa").code
  }

  /// - Parameter begin: begins the attack, and gives what ends it.
  func stands(_ what: String, rounds: Int = 150, _ begin: () throws -> () throws -> Void) throws {
    let before = work(rounds: rounds)
    let end = try begin()
    let meanwhile = work(rounds: rounds)
    try end()
    #expect(failures.withLock { $0 } == [], "\(what)")
    #expect(meanwhile.count == rounds)
    let (calm, held) = (Self.p99(before), Self.p99(meanwhile))
    print(
      "\(what): p99 of another client \(calm) ms before, \(held) ms meanwhile, \((10 * held / calm).rounded() / 10) times"
    )
  }

  /// The waits of as many rounds; fewer when he is not served for ten minutes.
  private func work(rounds: Int) -> [Duration] {
    waits.withLock { $0 = [] }
    let load = Load(clients: 1) { [self] _ in
      guard let connection = try? Connection(path: socket, timeout: .seconds(30)) else { return nil }
      let box = UncheckedBox(connection)
      return { _ in self.step(box.value) }
    }
    let deadline = ContinuousClock.now + .seconds(600)
    while waits.withLock({ $0.count }) < rounds, load.isRunning, .now < deadline { usleep(5000) }
    _ = load.finish()
    return Array(waits.withLock { $0 }.prefix(rounds))
  }

  private func step(_ connection: Connection) -> Bool {
    let start = ContinuousClock.now
    do {
      _ = try connection.receive("Lê Văn An")
      _ = try connection.ask(Wire.Show(code: code))
      _ = try connection.pages(Wire.Search(words: "Hoa"))
    } catch {
      failures.withLock { $0.append("\(error)") }
      return false
    }
    waits.withLock { $0.append(start.duration(to: .now)) }
    usleep(2000)
    return true
  }

  private static func p99(_ waits: [Duration]) -> Double {
    guard !waits.isEmpty else { return .infinity }
    let wait = waits.sorted()[max(0, waits.count * 99 / 100 - 1)]
    return ((wait / .microseconds(10)).rounded()) / 100
  }
}

/// Somebody who asks the same on many connections, again as soon as it is answered.
final class Greedy {
  private static let script = """
    call = sys.argv[3].encode() + b"\\0"
    reads = sys.argv[4] == "reads"
    held, errors, answers, longest = {}, {}, 0, 0
    for _ in range(int(sys.argv[2])):
        made = socket.socket(socket.AF_UNIX); made.connect(sys.argv[1]); made.sendall(call); held[made] = bytearray()
    print("begun", flush=True)
    begun = time.monotonic()
    while True:
        ready = select.select((list(held) if reads else []) + [sys.stdin], [], [])[0]
        if sys.stdin in ready: break
        for made in ready:
            more = made.recv(1 << 20)
            if not more:
                errors["closed"] = errors.get("closed", 0) + 1; made.close(); del held[made]; continue
            got = held[made]; got += more
            while True:
                end = got.find(b"\\0")
                if end < 0: break
                frame = json.loads(got[:end].decode()); longest = max(longest, end); del got[:end + 1]
                if "error" in frame: errors[frame["error"]] = errors.get(frame["error"], 0) + 1
                if "continues" not in frame:
                    answers += 1; made.sendall(call)
    print(json.dumps({"answers": answers, "errors": errors, "longest": longest, "seconds": time.monotonic() - begun}))
    """

  struct Outcome: Decodable {
    var answers: Int
    var errors: [String: Int]
    /// The longest reply, in bytes.
    var longest: Int
    var seconds: Double
  }

  private let process = Process()
  private let (input, output) = (Pipe(), Pipe())

  /// - Parameter reads: whether he takes the answers.
  init<Method: WireMethod>(
    _ socket: String, as uid: UInt32, connections: Int, _ method: Method, more: Bool = true, reads: Bool = true
  ) throws {
    let parameters = String(decoding: method.json, as: UTF8.self)
    let call = #"{"method":"\#(Method.method)","more":\#(more),"parameters":\#(parameters)}"#
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import json, time\n" + Python.become(uid) + Self.script, socket, "\(connections)", call,
      reads ? "reads" : "holds",
    ]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    _ = output.fileHandleForReading.availableData
  }

  func end() throws -> Outcome {
    try input.fileHandleForWriting.close()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let line = said.split(separator: UInt8(ascii: "\n")).last.map { Data($0) } ?? Data()
    return try JSONDecoder().decode(Outcome.self, from: line)
  }
}
