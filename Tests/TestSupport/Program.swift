public import Foundation

/// Programs that a test runs to their end.
public enum Program {
  public struct Outcome: Sendable {
    public var status: Int32
    public var output: String
    public var errors: String

    public init(status: Int32, output: String, errors: String) {
      self.status = status
      self.output = output
      self.errors = errors
    }

    /// All that it said, its errors last.
    public var said: String { output + errors }
  }

  /// Runs a program and reads what it says.
  ///
  /// - Parameters:
  ///   - command: a path, or a name to be looked up, and the arguments.
  ///   - environment: instead of that of the tests.
  ///   - input: what it reads; nothing when it is nil.
  ///   - whileRunning: done between its start and its end.
  public static func run(
    _ command: [String], environment: [String: String]? = nil, input: Data? = nil, whileRunning: () throws -> Void = {}
  ) throws -> Outcome {
    let folder = try Folder()
    let process = Process()
    process.executableURL = URL(filePath: command[0].contains("/") ? command[0] : "/usr/bin/env")
    process.arguments = command[0].contains("/") ? Array(command.dropFirst()) : command
    if let environment { process.environment = environment }
    // Files and not pipes, so that a long output cannot stop it.
    for name in ["in", "out", "err"] { try folder.write([], to: name) }
    if let input { try folder.write([UInt8](input), to: "in") }
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.path + "/in"))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.path + "/out"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.path + "/err"))
    try process.run()
    try whileRunning()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try folder.text("out"), errors: try folder.text("err"))
  }
}
