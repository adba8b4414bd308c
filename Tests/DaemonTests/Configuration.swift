import Foundation

/// Copies of the sample configuration that a test may change.
enum Configuration {
  static func copy(into home: String) throws -> String {
    let target = home + "/config"
    try FileManager.default.copyItem(atPath: RunningDaemon.sampleConfiguration, toPath: target)
    return target
  }

  static func replace(_ path: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard text.contains(old) else { throw RunningDaemon.Failure(text: "\(path) does not say “\(old)”") }
    try text.replacingOccurrences(of: old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Puts a line where line `number` was.
  static func setLine(_ path: String, _ number: Int, _ line: String) throws {
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    lines[number - 1] = line
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Has the daemon told when the archive lags for so long; it gets a configuration of its own.
  static func setArchiveMinutes(_ minutes: Int, _ daemon: RunningDaemon) throws {
    if daemon.config == RunningDaemon.sampleConfiguration { daemon.config = try copy(into: daemon.home) }
    try replace(daemon.config + "/motcuad.toml", "# archive_minutes_max = 5", "archive_minutes_max = \(minutes)")
  }
}
