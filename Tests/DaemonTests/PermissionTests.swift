import DeskInterface
import Foundation
import Testing
import Varlink

@Suite(
  "Who may do what", .oneAtATime, .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
struct PermissionTests {
  /// Asks as another user, one call after the other, and prints what each is answered.
  private static let asker = """
    import json, os, socket, sys
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    for call in json.load(sys.stdin):
        peer = socket.socket(socket.AF_UNIX); peer.connect(sys.argv[1])
        peer.sendall(json.dumps(call).encode() + b"\\0")
        answer = b""
        while not answer.endswith(b"\\0"):
            part = peer.recv(65536)
            if not part: break
            answer += part
        print(call["method"], json.loads(answer.split(b"\\0")[0]).get("error", "answered"))
    """

  @Test(
    "whoever may open the socket reads and records; what is for supervisors and operators is refused to him, all of it")
  func strangers() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
    for path in [daemon.home, daemon.home + "/run"] { chmod(path, 0o755) }
    chmod(daemon.socket, 0o666)
    let forOthers: [(String, [String: Any])] = [
      (Wire.Erase.method, ["code": code, "basis": "x"]), (Wire.Rebuild.method, [:]), (Wire.Verify.method, [:]),
      (Wire.Backup.method, [:]), (Wire.Backup.method, ["keys": true]), (Wire.Export.method, [:]),
      (Wire.Export.method, ["readable": true]), (Wire.Upload.method, ["text": "x"]),
      (Wire.Import.method, ["upload": "x", "mapping": "x"]), (Wire.ImportLedger.method, ["upload": "x"]),
      (Wire.Checkpoint.method, [:]), (Wire.SetClock.method, ["to": "+1"]),
      (Wire.Prove.method, ["code": code, "open": true]),
    ]
    let forHim: [(String, [String: Any])] = [
      (Wire.GetStatus.method, [:]), (Wire.Tally.method, [:]), (Wire.Show.method, ["code": code]),
      (Wire.Progress.method, ["code": code, "step": "Tra sổ"]), (Wire.List.method, [:]),
    ]
    let said = try ask(daemon.socket, forOthers + forHim)
    let denied = VarlinkError.permissionDenied.name
    let expected = forOthers.map { "\($0.0) \(denied)" } + forHim.map { "\($0.0) answered" }
    #expect(said == expected)
    #expect(try daemon.connect().ask(Wire.Show(code: code)).case.erasedAt == nil)
  }

  private func ask(_ socket: String, _ calls: [(String, [String: Any])]) throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.asker, socket]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let list = calls.map { ["method": $0.0, "parameters": $0.1, "more": true] as [String: Any] }
    try input.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: list))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }
}
