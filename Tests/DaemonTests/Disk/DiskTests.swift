import Foundation
import Testing

/// What a disk can do to a daemon, and what must not come of it.
@Suite("The disk", .oneAtATime)
struct DiskTests {}

enum Disk {
  /// How much of a test is done: a bounded part, or as much as the environment asks for.
  static func count(_ variable: String, ci: Int) -> Int {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? ci
  }

  /// A library to be loaded before those of a program.
  static func compile(_ source: String, in directory: String) throws -> String {
    let library = directory + "/" + source + ".so"
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let path = RunningDaemon.project.appending(path: "Tests/DaemonTests/Disk/" + source).path
    process.arguments = ["cc", "-shared", "-fPIC", "-o", library, path, "-ldl"]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw RunningDaemon.Failure(text: "cc cannot compile \(source)") }
    return library
  }
}

extension Disk {
  /// Some of what there is, evenly spaced; all of it when the variable says `all`, or as many as it says.
  static func sample<Element>(_ every: [Element], _ variable: String, ci: Int) -> [Element] {
    let asked = ProcessInfo.processInfo.environment[variable]
    let count = min(every.count, asked == "all" ? every.count : asked.flatMap { Int($0) } ?? ci)
    return (0..<count).map { every[$0 * every.count / count] }
  }
}
