import DeskInterface
import Foundation
import Testing
import Varlink

/// A user of the machine who is not root: who he is the kernel knows, whether or not an account bears the number.
struct Somebody: Sendable, CustomTestStringConvertible {
  var uid: UInt32
  var gid: UInt32
  var groups: [UInt32] = []
  var role: Wire.Role?

  var testDescription: String { role?.rawValue ?? "a stranger" }

  static let stranger = Somebody(uid: 61_000, gid: 61_000)
  /// By one of his groups.
  static let reader = Somebody(uid: 61_001, gid: 61_000, groups: [61_101], role: .reader)
  /// By his own group.
  static let clerk = Somebody(uid: 61_002, gid: 61_102, role: .clerk)
  static let otherClerk = Somebody(uid: 61_012, gid: 61_000, groups: [61_102], role: .clerk)
  /// By his user, and stronger than by his group.
  static let supervisor = Somebody(uid: 61_003, gid: 61_000, groups: [61_102], role: .supervisor)
  /// By the last of more groups than anybody sets aside room for.
  static let operatorRole = Somebody(
    uid: 61_004, gid: 61_000, groups: Array(62_000..<62_300) + [65_104], role: .operatorRole)

  /// Beside the ranks.
  static let relay = Somebody(uid: 61_005, gid: 61_000, groups: [61_105], role: .relay)
  /// In the relays' group as well as in the readers': the rank counts, and he is no relay.
  static let readerAndRelay = Somebody(uid: 61_006, gid: 61_000, groups: [61_101, 61_105], role: .reader)

  static let all = [stranger, reader, clerk, supervisor, operatorRole, relay, readerAndRelay]

  /// What a call was answered.
  struct Answer: Decodable, Equatable {
    var error: String?
    var parameters: Parameters?

    struct Parameters: Decodable, Equatable {
      var method: String?
      var needed: Wire.Role?
      var held: Wire.Role?
      var account: String?
      var days: Int?
      var daysMax: Int?
      var limit: Int?
      var seconds: Int?
    }

    static func denied(_ method: String, needed: Wire.Role, held: Wire.Role?) -> Answer {
      Answer(
        error: Wire.PermissionDenied.error, parameters: Parameters(method: method, needed: needed, held: held))
    }
  }

  /// Each call on a connection of its own; of its answer the first reply.
  private static let asker = """
    import json, os, socket, sys
    who = json.loads(sys.argv[2])
    os.setgroups(who["groups"]); os.setgid(who["gid"]); os.setuid(who["uid"])
    for call in json.load(sys.stdin):
        peer = socket.socket(socket.AF_UNIX); peer.settimeout(60); peer.connect(sys.argv[1])
        peer.sendall(json.dumps(call).encode() + b"\\0")
        answer = b""
        while b"\\0" not in answer:
            part = peer.recv(65536)
            if not part: break
            answer += part
        print(answer.split(b"\\0")[0].decode())
    """

  /// - Parameter calls: methods, each with the JSON text of its parameters.
  func ask(_ socket: String, _ calls: [(method: String, parameters: String)]) throws -> [Data] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let groups = groups.map(String.init).joined(separator: ",")
    process.arguments = [
      "python3", "-c", Self.asker, socket, #"{"uid":\#(uid),"gid":\#(gid),"groups":[\#(groups)]}"#,
    ]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let list = calls.map { #"{"method":"\#($0.method)","more":true,"parameters":\#($0.parameters)}"# }
    try input.fileHandleForWriting.write(contentsOf: Data("[\(list.joined(separator: ","))]".utf8))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let answers = text.split(separator: "\n").map { Data($0.utf8) }
    try #require(answers.count == calls.count, "\(text)")
    return answers
  }

  func answers(_ socket: String, _ calls: [(method: String, parameters: String)]) throws -> [Answer] {
    try ask(socket, calls).map { try JSONDecoder().decode(Answer.self, from: $0) }
  }

  func answer<Method: WireMethod>(_ socket: String, _ call: Method) throws -> Answer {
    let parameters = String(decoding: call.json, as: UTF8.self)
    return try #require(try answers(socket, [(Method.method, parameters)]).first)
  }
}

extension RunningDaemon {
  /// Maps the roles of `Somebody`, and lets everybody open the socket, so that the daemon alone decides.
  func startForAll(readers: [String] = [], clerks: [String] = [], settings: [String: Int] = [:]) throws {
    config = try Configuration.copy(into: home)
    let path = config + "/office.toml"
    let ids: [(Wire.Role, String)] = [
      (.reader, "61101"), (.clerk, "61102"), (.operatorRole, "65104"), (.relay, "61105"),
    ]
    // The machine's directory has none of them.
    for (role, id) in ids {
      try Configuration.replace(path, "groups = [\"motcua-\(role.rawValue)s\"]", "unit_groups = [\"\(id)\"]")
    }
    try Configuration.replace(
      path, "[role.supervisor]\nusers = []", "[role.supervisor]\nusers = [\"\(Somebody.supervisor.uid)\"]")
    for (role, users) in [("reader", readers), ("clerk", clerks)] {
      let names = users.map { "\"\($0)\"" }.joined(separator: ", ")
      try Configuration.replace(path, "[role.\(role)]\nusers = []", "[role.\(role)]\nusers = [\(names)]")
    }
    try set(settings)
    try start()
    for path in [home, home + "/run"] { chmod(path, 0o755) }
    chmod(socket, 0o666)
  }
}

/// For what a peer of another kind has read.
extension Wire.Role: Decodable {}
