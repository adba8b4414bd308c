import Foundation
import TestSupport
import Testing

/// What a disk can do to a daemon, and what must not come of it.
@Suite("The disk", .oneAtATime)
struct DiskTests {}

enum Disk {
  /// How much of a test is done: a bounded part, or as much as the environment asks for.
  static func count(_ variable: String, ci: Int) throws -> Int {
    guard let asked = ProcessInfo.processInfo.environment[variable] else { return ci }
    guard let count = Int(asked), count > 0 else {
      throw RunningDaemon.Failure(text: "\(variable)=\(asked) is no number of what is to be done")
    }
    return count
  }

  /// A library to be loaded before those of a program, of a source beside the tests.
  static func compile(_ source: String, in directory: String) throws -> String {
    let library = directory + "/" + (source.split(separator: "/").last ?? "") + ".so"
    let path = Project.folder.appending(path: "Tests/DaemonTests/" + source).path
    let compiled = try Program.run(["cc", "-shared", "-fPIC", "-o", library, path, "-ldl"])
    guard compiled.status == 0 else {
      throw RunningDaemon.Failure(text: "cc cannot compile \(source): \(compiled.said)")
    }
    return library
  }
}

extension Disk {
  /// Some of what there is, evenly spaced; all of it when the variable says `all`, or as many as it says.
  static func sample<Element>(_ every: [Element], _ variable: String, ci: Int) throws -> [Element] {
    let isAll = ProcessInfo.processInfo.environment[variable] == "all"
    let count = min(every.count, isAll ? every.count : try self.count(variable, ci: ci))
    return (0..<count).map { every[$0 * every.count / count] }
  }
}
