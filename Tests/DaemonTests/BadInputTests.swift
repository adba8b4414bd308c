import DeskInterface
import Foundation
import Glibc
import LMDB
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("Bad input meets a clear error, and nothing is lost or half done", .oneAtATime)
struct BadInputTests {
  @Test("a shortened code that fits two cases is refused with both")
  func ambiguous() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let mapping = """
      [columns]
      case = "c"
      received_at = "r"
      due = "d"
      activity = "s"
      at = "r"
      [channels]
      """
    _ = try desk.importText("c,r,d,s\n1,2026-01-05T09:00:00Z,2026-01-06T09:00:00Z,x\n", mapping: mapping)
    let today = try desk.receive("Hoa").code
    let refused = try desk.refusal(of: Wire.Show(code: "1"), Wire.AmbiguousCode.self)
    #expect(refused.matches == ["1", today])
  }

  @Test("unknown things are named", arguments: ["999", "H00-260101-0001", "../../etc/passwd", "'; drop table"])
  func unknownCode(code: String) throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    _ = try daemon.connect().refusal(of: Wire.Show(code: code), Wire.UnknownCase.self)
  }

  @Test(
    "minutes that cannot be meant are an invalid parameter and record nothing; the client says which can",
    arguments: [-1, 1441, 4_294_967_296, Int.max, Int.min])
  func minutes(minutes: Int) throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    let position = try desk.ask(Wire.GetStatus()).status.position
    for code in [code, nil] {
      do {
        _ = try desk.ask(Wire.Consult(code: code, question: "q", guidance: "g", minutes: minutes))
        Issue.record("\(minutes) minutes were accepted")
      } catch CallError.varlink(let error) {
        #expect(error == .invalidParameter("minutes"))
      }
    }
    #expect(try desk.ask(Wire.GetStatus()).status.position == position)
    for language in ["en", "vi"] {
      let refused = try Client(socket: daemon.socket, language: language)
        .run("consult", code, "q", "--answer", "g", "--minutes=\(minutes)")
      #expect(refused.status == 64 && refused.errors.contains("1440"), "\(refused.errors)")
    }
    _ = try desk.ask(Wire.Consult(code: code, question: "q", guidance: "g", minutes: 1440))
    _ = try desk.ask(Wire.Consult(code: code, question: "q", guidance: "g", minutes: 0))
    let told = try desk.pages(Wire.History(code: code)).flatMap(\.events).compactMap { $0.consulted?.minutes }
    #expect(told == [1440, 0])
  }

  @Test("a time in the future and an unreadable date are refused")
  func times() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    let future = Wire.Entry(occurredAt: "2999-01-01T09:00", reason: "nhầm")
    _ = try desk.refusal(of: Wire.Progress(code: code, step: "s", entry: future), Wire.InFuture.self)
    let odd = try desk.refusal(
      of: Wire.Apologise(code: code, cause: "late", text: "Xin lỗi", newDue: "32/13/2026"), Wire.UnreadableDate.self)
    #expect(odd.field == "newDue" && odd.text == "32/13/2026")
    let id = Wire.Entry(commandId: "not-a-uuid")
    _ = try desk.refusal(of: Wire.Progress(code: code, step: "s", entry: id), Wire.UnreadableCommandId.self)
    #expect(try desk.ask(Wire.Show(code: code)).case.version == 1)
  }

  @Test("an unknown parameter and an unknown method are named, and the connection goes on")
  func unknownParameter() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    func failure(_ method: String, _ parameters: String) throws -> VarlinkError {
      do {
        let reply = try desk.call(method, parameters: Array(parameters.utf8))
        throw RunningDaemon.Failure(text: "accepted: \(reply)")
      } catch CallError.varlink(let error) {
        return error
      }
    }
    let colour = try failure("vn.motcua.Desk.Progress", #"{"code":"1","step":"s","entry":{"colour":"red"}}"#)
    #expect(colour == .invalidParameter("entry.colour"))
    let method = try failure("vn.motcua.Desk.Dance", "{}")
    #expect(method.name == "org.varlink.service.MethodNotFound")
    let list = try failure("vn.motcua.Views.List", "{}")
    #expect(list == .expectedMore)
    #expect(try desk.ask(Wire.GetStatus()).status.position == 1)
  }

  @Test(
    "a frame that is no call gets the reason and the place, and others are served meanwhile",
    arguments: [
      Array(repeating: UInt8(ascii: "a"), count: 2 << 20), [0xFF, 0xFE, 0],
      Array(#"{"method":"x","method":"y"}"#.utf8) + [0],
      Array(#"{"method":"vn.motcua.Desk.Resolve","parameters":{"code":"1","code":"2"}}"#.utf8) + [0],
      Array("not json".utf8) + [0],
    ])
  func badFrames(frame: [UInt8]) throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let other = try daemon.connect()
    let answer = try RawSocket(daemon.socket).send(frame)
    #expect(String(decoding: answer, as: UTF8.self).contains("vn.motcua.Desk.ProtocolViolation"))
    #expect(try other.receive("Hoa").position == 2)
  }

  @Test("a client that hangs up in the middle of a command leaves the others alone, and its whole command stands")
  func hangUp() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let call =
      #"{"method":"vn.motcua.Desk.Receive","parameters":{"kind":"procedure","procedure":"cai-chinh","applicant":"Hoa"}}"#
    let socket = try RawSocket(daemon.socket)
    socket.write(Array(call.utf8.prefix(40)))
    socket.close()
    let whole = try RawSocket(daemon.socket)
    whole.write(Array(call.utf8) + [0])
    whole.close()
    let desk = try daemon.connect()
    let deadline = Date(timeIntervalSinceNow: 5)
    while try desk.ask(Wire.GetStatus()).status.cases == 0, Date() < deadline { usleep(10_000) }
    #expect(try desk.ask(Wire.GetStatus()).status.cases == 1)
    #expect(try desk.receive("Lan").number == 2)
  }

  @Test("a second daemon on the same data is refused and the first goes on")
  func secondDaemon() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let second = try RunningDaemon(home: daemon.home)
    second.arguments = ["--socket", daemon.home + "/run/other.sock"]
    try second.launch()
    #expect(second.waitForExit() == 69)
    #expect(daemon.log.contains("in use by another motcuad"))
    #expect(try daemon.connect().receive("Hoa").position == 2)
  }

  @Test(
    "a configuration with a mistake on line 7 is refused with the file and the line",
    arguments: [
      "[[[", "colour = \"red\"", "opens = \"25:00\"", "opnes = \"07:30\"", "opens = 7", "opens = \"07:30", "a. = 1",
      "= 1",
    ])
  func configuration(line: String) throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let path = daemon.config + "/office.toml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var lines = text.components(separatedBy: "\n").filter { !$0.hasPrefix("#") && !$0.isEmpty }
    if line.hasPrefix("op") { lines.removeAll { $0.hasPrefix("opens") } }
    while (lines.firstIndex { $0.hasPrefix("[") } ?? 0) < 6 { lines.insert("# …", at: 0) }
    lines.insert(line, at: 6)
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    try daemon.launch()
    #expect(daemon.waitForExit() == 78)
    #expect(daemon.log.contains("office.toml:7:"), "\(daemon.log)")
  }

  @Test("a ledger shorter than the views saw is refused and left as it is")
  func shorterLedger() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    _ = try daemon.connect().receive("Hoa")
    #expect(daemon.stop() == 0)
    let old = daemon.home + "/old"
    try FileManager.default.copyItem(atPath: daemon.data + "/ledger", toPath: old)
    try daemon.start()
    _ = try daemon.connect().receive("Lan")
    #expect(daemon.stop() == 0)
    try FileManager.default.removeItem(atPath: daemon.data + "/ledger")
    try FileManager.default.copyItem(atPath: old, toPath: daemon.data + "/ledger")
    try daemon.launch()
    #expect(daemon.waitForExit() == 65)
    #expect(daemon.log.contains("acknowledged events are missing"))
  }

  @Test("a data directory of a newer release is told apart, and nothing in it is touched")
  func newerRelease() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    #expect(daemon.stop() == 0)
    try {
      let environment = try Environment(path: daemon.data + "/ledger", tables: ["events", "meta"])
      let meta = try environment.table("meta")
      try environment.write { transaction throws(LMDBError) in
        try transaction.put(meta, Array("format".utf8), Array("motcua ledger 2".utf8))
      }
    }()
    let before = try Data(contentsOf: URL(filePath: daemon.data + "/ledger/data.mdb"))
    try daemon.launch()
    #expect(daemon.waitForExit() == 65)
    #expect(daemon.log.contains("newer release"), "\(daemon.log)")
    #expect(try Data(contentsOf: URL(filePath: daemon.data + "/ledger/data.mdb")) == before)
  }
}

/// Bytes as they are, for what no client would send.
final class RawSocket {
  private var descriptor: Int32

  var fileDescriptor: Int32 { descriptor }

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let connected = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if connected != 0 { throw RunningDaemon.Failure(text: "connect: \(String(cString: strerror(errno)))") }
  }

  deinit { close() }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  func write(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let sent = bytes[done...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if sent <= 0 { return }
      done += sent
    }
  }

  /// Sends, and reads what comes until the other side closes.
  func send(_ bytes: [UInt8]) throws -> [UInt8] {
    write(bytes)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = recv(descriptor, &buffer, buffer.count, 0)
      if got <= 0 { return answer }
      answer += buffer[..<got]
    }
  }
}
