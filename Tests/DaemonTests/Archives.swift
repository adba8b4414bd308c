import DeskInterface
import Foundation
import LedgerArchive
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// A directory with an archive, and who writes into it.
final class ArchiveFolder {
  let path: String

  init(_ path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Everything that is in it, by name.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  var segments: [String] { get throws { try names.filter { SegmentName.first(of: $0) != nil } } }

  func file(_ name: String) -> URL { URL(filePath: path + "/" + name) }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: file(name))) }

  /// Reads all of it: how many events are whole, their root, and what is wrong after them.
  func walk() throws -> (size: UInt64, root: String, fault: ArchiveFault?) {
    var walk = ArchiveWalk(try names)
    var fault: ArchiveFault?
    do {
      while try walk.segment(bytes) != nil {}
    } catch let found as ArchiveFault {
      fault = found
    }
    return (walk.tree.size, walk.tree.root.base64, fault)
  }

  func copy(to other: String) throws -> ArchiveFolder {
    try? FileManager.default.removeItem(atPath: other)
    try FileManager.default.copyItem(atPath: path, toPath: other)
    return try ArchiveFolder(other)
  }

  /// The same events in another archive, whose segments begin at these.
  func cut(at firsts: [UInt64], to other: String) throws -> ArchiveFolder {
    let folder = try ArchiveFolder(other)
    let firsts = Set(firsts)
    var (walk, writer) = (ArchiveWalk(try names), SegmentWriter?.none)
    func keep() throws {
      if let writer, !writer.isEmpty { try Data(writer.finished()).write(to: folder.file(writer.name)) }
    }
    while let segment = try walk.segment(bytes) {
      for record in segment.records {
        let tree = writer?.tree ?? Frontier()
        if firsts.contains(tree.size + 1) {
          try keep()
          writer = SegmentWriter(of: segment.ledger, after: tree)
        }
        writer?.append(record)
      }
    }
    try keep()
    return folder
  }

  /// Copies what the ledger has now into it.
  func take(_ daemon: RunningDaemon, _ more: String...) throws -> Client.Outcome {
    try Client(socket: daemon.socket).run(["archive", "--directory", path] + more)
  }

  /// The program that goes on as the ledger does.
  func follower(of daemon: RunningDaemon) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: Project.program("motcua"))
    process.arguments = ["archive", "--directory", path, "--follow", "--pause", "1"]
    process.environment = ["MOTCUA_SOCKET": daemon.socket, "MOTCUA_LANG": "en", "PATH": "/usr/bin:/bin"]
    let log = daemon.home + "/follower"
    if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
    let output = try FileHandle(forWritingTo: URL(filePath: log))
    try output.seekToEnd()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    return process
  }
}

extension Connection {
  var status: Wire.DaemonStatus {
    get throws { try ask(Wire.GetStatus()).status }
  }

  /// Enquiries of about 3 kB each, so that a few hundred fill a segment.
  func consult(_ count: Int) throws {
    let text = String(repeating: "Hướng dẫn. ", count: 200)
    for _ in 0..<count { _ = try ask(Wire.Consult(question: "Hỏi?", guidance: text)) }
  }

  /// What the desk says of everything that was recorded up to a position.
  func told(upTo position: Int) throws -> [String] {
    let lines = try exportText().split(separator: "\n").map(String.init)
    // The first line says which ledger it is.
    let events = lines[0...position]
    let tally = try ask(Wire.Tally()).cases.all
    let cases = try pages(Wire.List()).flatMap(\.cases).map(\.code)
    let histories = try cases.map { code in
      try pages(Wire.History(code: code)).flatMap(\.events).filter { $0.position <= position }
        .map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: "\n")
    }
    return Array(events) + ["\(tally)"] + cases + histories
  }
}
