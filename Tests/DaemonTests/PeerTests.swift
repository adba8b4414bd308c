import Foundation
import Testing

/// Another implementation of the protocol, from PyPI.
enum PythonVarlink {
  static let isHere: Bool = (try? run(["-c", "import varlink"]))?.status == 0

  static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

@Suite(
  "Other people's Varlink clients", .oneAtATime,
  .enabled(if: PythonVarlink.isHere, "skipped: the Python package varlink is not installed"))
struct PeerTests {
  @Test("the Python client lists the interfaces, reads them, receives and resolves a case, and follows Watch")
  func python() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let script = RunningDaemon.project.appending(path: "Tests/DaemonTests/varlink_peer.py").path
    let (status, output) = try PythonVarlink.run([script, daemon.socket])
    #expect(status == 0, "\(output)")
    #expect(output.contains("all went as described"))
  }
}
