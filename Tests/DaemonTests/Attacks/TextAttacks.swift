import Desk
import DeskInterface
import Foundation
import Testing
import Varlink
import VarlinkClient

extension AttackTests {
  @Test(
    "another user's command id gets nobody his receipt, and records nothing",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func replayedCommandID() throws {
    let caller = """
      import socket, sys
      peer = socket.socket(socket.AF_UNIX); peer.connect(sys.argv[1])
      peer.sendall(sys.argv[2].encode() + b"\\0")
      print(peer.recv(65536).rstrip(b"\\0").decode())
      """
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65534"])
    try attack(on: daemon) { daemon in
      let desk = try daemon.connect()
      let id = "0193a3f0-0000-7000-8000-00000000abcd"
      let mine = try desk.receive("Nguyễn Thị Hoa", id: id)
      let call =
        #"{"method":"vn.motcua.Desk.Receive","parameters":{"kind":"procedure","procedure":"cai-chinh","#
        + #""applicant":"Nguyễn Thị Hoa","entry":{"commandId":"\#(id)"}}}"#
      let said = try Python.run(caller, [daemon.socket, call], as: 65_534)
      #expect(said.contains("vn.motcua.Desk.CommandReused") && !said.contains(mine.code), "\(said)")
      #expect(try desk.ask(Wire.GetStatus()).status.cases == mine.number)
      #expect(try desk.receive("Nguyễn Thị Hoa", id: id).number == mine.number, "mine is mine still")
    }
  }

  @Test(
    "a path in every text of every method opens no file, makes none, and shows none",
    arguments: ["../../../../../../etc/passwd", "/etc/passwd", "../data/keys/master", "..", "a/../../b\u{0}"])
  func paths(_ path: String) throws {
    try attack(on: try RunningDaemon()) { daemon in
      let before = try files(daemon)
      for interface in try Synthetic.interfaces() {
        let synthetic = Synthetic(interface: interface, text: path)
        for method in interface.methods where !["Watch", "Records"].contains(method.name) {
          let socket = try RawSocket(daemon.socket)
          let call =
            "{\"method\":\"\(interface.name).\(method.name)\",\"more\":true,"
            + "\"parameters\":\(synthetic.object(method.input))}"
          socket.write(Array(call.utf8) + [0])
          socket.finishSending()
          let answer = String(decoding: socket.receiveAll(), as: UTF8.self)
          #expect(!answer.isEmpty, "\(method.name)")
          #expect(!answer.contains("root:"), "\(method.name): \(answer)")
        }
      }
      #expect(try files(daemon) == before)
    }
  }

  /// Every file that there is, but for views that a rebuild replaces, with the mark that the next commit makes beside them,
  /// and the places for what passes.
  private func files(_ daemon: RunningDaemon) throws -> Set<String> {
    let all = try FileManager.default.subpathsOfDirectory(atPath: daemon.home)
    return Set(
      all.filter { $0 != "data/spool" && !$0.hasPrefix("data/freed") && !$0.hasSuffix("/durable") }.map {
        $0.replacing(/views-[0-9]+/, with: "views")
      })
  }

  @Test("no text that steers a terminal or turns the reading direction is stored, in any field of any method")
  func steeringTexts() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let desk = try daemon.connect()
      let code = try desk.receive("Hoa").code
      let before = try desk.ask(Wire.GetStatus()).status.position
      for scalar in Self.steering where scalar != "\0" {
        let name = "Hoa\(scalar)a"
        let refusal = try desk.refusal(
          of: Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: name), Wire.TextNotAllowed.self)
        #expect(refusal.field == "applicant" && Int(refusal.character.dropFirst(2), radix: 16) == Int(scalar.value))
      }
      for interface in try Synthetic.interfaces() where interface.name.hasSuffix("Desk") {
        for method in interface.methods {
          for text in ["\u{1B}]0;x\u{7}", "\u{202E}nosam", "\u{9B}31m", "a\u{2066}b"] {
            let parameters = Synthetic(interface: interface, text: text).object(method.input)
            #expect(throws: CallError.self, "\(method.name)") {
              _ = try desk.call("\(interface.name).\(method.name)", parameters: Array(parameters.utf8))
            }
          }
        }
      }
      #expect(try desk.ask(Wire.GetStatus()).status.position == before)
      #expect(try desk.ask(Wire.Show(code: code)).case.version == 1)
    }
  }

  /// Every control, and every mark that has to do with direction, by their Unicode properties and not by our list.
  static let steering = (0...0x10FFFF).compactMap(Unicode.Scalar.init).filter { scalar in
    let isBidiControl =
      [0x061C, 0x200E, 0x200F].contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return scalar != "\n" && scalar != "\t"
    default: return isBidiControl
    }
  }
}
