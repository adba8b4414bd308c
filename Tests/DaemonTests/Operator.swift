import DeskInterface
import EventSourcing
import EventStore
import Foundation
import TestSupport
import Testing
import VarlinkClient

/// What goes through whole files, one test after the other: each keeps the machine busy enough.
@Suite("The files", .oneAtATime)
struct FileTests {}

/// `motcuad` as its operator runs it: the commands that need no daemon.
enum Operator {
  static func run(_ arguments: String...) throws -> Program.Outcome { try run(arguments: arguments) }

  /// Puts a backup back. What `restore` has to be told and a test says nothing of, it is denied.
  static func restore(_ arguments: String...) throws -> Program.Outcome { try restore(arguments: arguments) }

  static func restore(arguments: [String]) throws -> Program.Outcome {
    // What is put back may be years old when a test is run.
    try run(arguments: ["restore", "--clock-is-right"] + arguments + denied(arguments))
  }

  /// The rest of what `restore` has to be told: that there is none of it.
  static func denied(_ arguments: [String]) -> [String] {
    [("--checkpoint", "--no-checkpoint"), ("--erasures", "--no-erasures")]
      .filter { !arguments.contains($0.0) && !arguments.contains($0.1) }.map(\.1)
  }

  static func run(arguments: [String], language: String = "en") throws -> Program.Outcome {
    try Program.run(
      [Project.program("motcuad")] + arguments, environment: ["MOTCUA_LANG": language, "PATH": "/usr/bin:/bin"])
  }
}

/// What happens to files on a disk.
enum DiskFault {
  /// Changes one byte in the middle of the event's record, wherever it lies in the file.
  static func changeRecord(_ position: UInt64, in ledger: String) throws {
    let record = try #require(try Ledger.alone(ledger).record(at: .init(position)))
    let path = URL(filePath: ledger + "/data.mdb")
    var file = try Data(contentsOf: path)
    var changed = 0
    // Pages that are free now may hold it too.
    var start = file.startIndex
    while let range = file.range(of: Data(record), in: start..<file.endIndex) {
      file[range.lowerBound + record.count / 2] ^= 1
      changed += 1
      start = range.upperBound
    }
    try #require(changed > 0)
    try overwrite(path.path, with: file)
  }

  static func zeroPage(_ page: Int, of path: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seek(toOffset: UInt64(page) * 4096)
    try file.write(contentsOf: Data(repeating: 0, count: 4096))
    try file.close()
  }

  static func pages(of path: String) throws -> Int {
    (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0) / 4096
  }

  static func truncate(_ path: String, to size: Int) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: UInt64(size))
    try file.close()
  }

  /// In place, so that the file stays the same file.
  static func overwrite(_ path: String, at offset: Int = 0, with content: Data) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: content)
    try file.close()
  }
}

extension Connection {
  /// What the last answer of a verification says.
  func verify(within seconds: Int = 120) throws -> Wire.VerifyProgress {
    timeout = .seconds(seconds)
    return try #require(try pages(Wire.Verify()).last).progress
  }

  /// A ledger or its keys, as they come.
  func backup(keys: Bool = false) throws -> (file: Data, last: Wire.BackupProgress) {
    timeout = .seconds(120)
    let answers = try pages(Wire.Backup(keys: keys ? true : nil)).map(\.progress)
    let parts = try answers.compactMap(\.data).map { try #require(Data(base64Encoded: $0)) }
    return (parts.reduce(Data(), +), try #require(answers.last))
  }
}
