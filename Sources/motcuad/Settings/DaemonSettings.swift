import DeskService
import Logging

/// `motcuad.toml`: how the daemon runs.
struct DaemonSettings: Sendable {
  var service = DeskService.Settings()
  var connectionsMax: Int
  var uploadBytesMax: Int
  var scrubHours: Int
  var logLevel: Logger.Level
  /// The file of the key that signs checkpoints; nil for the places where it is looked for otherwise.
  var signingKey: String?

  init(_ file: SettingsFile) throws(SettingsError) {
    let root = file.root
    service.queueMax = try root.int("queue_max", in: 1...1_000_000, default: 4096)
    service.reserveBytes = try root.int("reserve_mib", in: 0...1_048_576, default: 64) << 20
    connectionsMax = try root.int("connections_max", in: 1...65_536, default: 1024)
    uploadBytesMax = try root.int("upload_mib_max", in: 1...1024, default: 64) << 20
    scrubHours = try root.int("scrub_hours", in: 0...23, default: 12)
    let level = try root.optionalString("log_level") ?? "info"
    guard let logLevel = Logger.Level(rawValue: level) else {
      let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw root.error("log_level", "“log_level” phải là một trong: \(known)", "log_level must be one of: \(known)")
    }
    self.logLevel = logLevel
    signingKey = try root.optionalString("signing_key")
    if let signingKey, !signingKey.hasPrefix("/") {
      throw root.error(
        "signing_key", "“signing_key” phải là đường dẫn bắt đầu bằng /",
        "signing_key must be a path that begins with /")
    }
    try root.finish()
  }
}
