import Foundation
import TestSupport
import Testing

/// Another implementation of the protocol, from PyPI.
enum PythonVarlink {
  static let isHere: Bool = (try? run(["-c", "import varlink"]))?.status == 0

  static func run(_ arguments: [String]) throws -> Program.Outcome { try Program.run(["python3"] + arguments) }
}

@Suite(
  "Other people's Varlink clients", .oneAtATime,
  .enabled(if: PythonVarlink.isHere, "skipped: the Python package varlink is not installed"))
struct PeerTests {
  @Test("the Python client lists the interfaces, reads them, receives and resolves a case, and follows Watch")
  func python() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let script = Project.folder.appending(path: "Tests/DaemonTests/varlink_peer.py").path
    let outcome = try PythonVarlink.run([script, daemon.socket])
    #expect(outcome.status == 0, "\(outcome.said)")
    #expect(outcome.output.contains("all went as described"))
  }
}
