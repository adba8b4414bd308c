import Foundation
import Testing

/// `strace` around the daemon: what it asks of the kernel, and what the kernel is made to answer.
enum Strace {
  static let path = "/usr/bin/strace"
  static var isHere: Bool { FileManager.default.isExecutableFile(atPath: path) }
  static let comment: Comment = "skipped: needs strace"

  /// The traced process stays the child of whoever started it; the tracer is the grandchild (`-D`).
  static func around(_ options: [String], log: String) -> [String] { [path, "-D", "-f", "-o", log] + options }

  /// The whole log: its last line is of the last thread's end, and it is written a little after that.
  static func log(_ path: String) throws -> Data {
    let deadline = Date(timeIntervalSinceNow: 60)
    var size = 0
    while Date() < deadline {
      let log = (try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped)) ?? Data()
      if log.count == size, log.suffix(4).elementsEqual("+++\n".utf8) { break }
      size = log.count
      usleep(100_000)
    }
    return try Data(contentsOf: URL(filePath: path))
  }
}

extension Strace {
  /// Only calls on the daemon's own files, those that lie apart included: what the dynamic loader, the clock and the sockets
  /// ask for is not meant.
  static func onlyFiles(of data: String) -> [String] {
    let apart = ["signed-heads", "erasures", "key-backups"].flatMap { [$0, $0 + ".new"] }.map { "/" + $0 }
    return paths(of: data) + ([""] + apart).flatMap { ["-P", data + "-apart" + $0] }
  }

  /// The same of a restore into that directory.
  static func onlyFiles(ofRestoreInto data: String) -> [String] {
    onlyFiles(of: data) + paths(of: data + "/restore.new")
  }

  private static func paths(of data: String) -> [String] {
    // The views that there are, and those that the next rebuilds will make.
    let here = (try? FileManager.default.contentsOfDirectory(atPath: data)) ?? []
    let last = here.compactMap { $0.hasPrefix("views-") ? Int($0.dropFirst("views-".count)) : nil }.max() ?? 1
    let directories = ["ledger", "ledger.new"] + (last...last + 4).map { "views-\($0)" }
    let environments = directories.flatMap { [$0, $0 + "/data.mdb", $0 + "/lock.mdb", $0 + "/durable"] }
    let files = ["keys", "keys/master", "keys/slots", "STATE", "CURRENT", "CLOCK", "ACCEPTED"].flatMap {
      [$0, $0 + ".new"]
    }
    return ["-P", data]
      + (environments + files + ["lock", "freed", "keys/slots.old"]).flatMap { ["-P", data + "/" + $0] }
  }

  /// Traces a process that runs already, all its threads.
  static func attach(to process: Process?, _ options: [String], log: String) throws -> Process {
    let id = try #require(process).processIdentifier
    let tracer = Process()
    tracer.executableURL = URL(filePath: path)
    tracer.arguments = ["-f", "-p", "\(id)", "-o", log] + options
    (tracer.standardOutput, tracer.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try tracer.run()
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
      let traced = threads.filter { thread in
        let status = try? String(contentsOfFile: "/proc/\(id)/task/\(thread)/status", encoding: .utf8)
        return status?.contains("TracerPid:\t0\n") == false
      }
      if !threads.isEmpty, traced.count == threads.count { return tracer }
      usleep(2000)
    }
    throw RunningDaemon.Failure(text: "strace cannot attach to \(id)")
  }

  /// How often each call was made, by the thread that made most of them: `strace` counts them for each thread.
  static func counts(_ log: String) throws -> [String: Int] {
    var counts: [String: [Substring: Int]] = [:]
    for line in String(decoding: try self.log(log), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let end = words[1].firstIndex(of: "("), !words[1].hasPrefix("<") else { continue }
      let call = words[1][..<end].trimmingCharacters(in: .whitespaces)
      counts[call, default: [:]][words[0], default: 0] += 1
    }
    return counts.mapValues { $0.values.max() ?? 0 }
  }
}
