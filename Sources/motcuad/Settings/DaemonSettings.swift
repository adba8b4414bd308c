import DeskService
import EventStore
import Glibc
import Logging
import VarlinkServer

/// `motcuad.toml`: how the daemon runs.
struct DaemonSettings: Sendable {
  var service = DeskService.Settings()
  var limits = ServerLimits()
  var uploadBytesMax: Int
  /// How many commands one user may record within a minute; nil without a bound.
  var commandsPerMinuteMax: Int?
  var scrubHours: Int
  /// How often, in seconds, the directory of users and groups is asked about those who call.
  var directorySeconds: Int
  /// How many minutes the newest copy of the ledger may lag; nil where `motcuad.toml` does not say.
  private var archiveMinutesMax: Int?
  var logLevel: Logger.Level
  /// The file of the key that signs checkpoints; nil for the places where `SigningKeyFile.load` looks without a
  /// setting.
  var signingKey: String?
  /// Where the record of what was signed lies, and the list of erasures; nil for the place beside the data directory.
  var signedHeads: String?
  var erasures: String?

  init(_ file: SettingsFile) throws(SettingsError) {
    let root = file.root
    service.queueMax = try root.int("queue_max", in: 1...1_000_000, default: 4096)
    service.reserveBytes = try root.int("reserve_mib", in: 0...1_048_576, default: 64) << 20
    service.clock.minutesMax = try root.int("clock_minutes_max", in: 1...1440, default: service.clock.minutesMax)
    service.clock.daysMax = try root.int("clock_days_max", in: 1...3660, default: service.clock.daysMax)
    if let path = try root.optionalString("clock_state") { service.clock.statePath = path }
    limits = try Self.limits(root)
    service.mapBytes =
      try root.int(
        "map_mib_max", in: 2...(EventStore.mapBytesMax >> 20), default: EventStore.mapBytesDefault >> 20) << 20
    uploadBytesMax = try root.int("upload_mib_max", in: 1...1024, default: 64) << 20
    commandsPerMinuteMax = try root.optionalInt("commands_per_minute_max", in: 1...1_000_000)
    service.serialStep = try root.int("serial_step", in: 1...1_000_000, default: 1000)
    service.keyBackupDays = try root.int("key_backup_days", in: 0...3650, default: 30)
    scrubHours = try root.int("scrub_hours", in: 0...23, default: 12)
    directorySeconds = try root.int("directory_seconds", in: 1...3600, default: 60)
    archiveMinutesMax = try root.optionalInt("archive_minutes_max", in: 1...1440)
    let level = try root.optionalString("log_level") ?? "info"
    guard let logLevel = Logger.Level(rawValue: level) else {
      let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw root.error("log_level", "“log_level” phải là một trong: \(known)", "log_level must be one of: \(known)")
    }
    self.logLevel = logLevel
    signingKey = try Self.path("signing_key", root)
    signedHeads = try Self.path("signed_heads", root)
    erasures = try Self.path("erasures", root)
    try root.finish()
  }

  /// How many minutes the newest copy of the ledger may lag; nil where nobody has said that there is to be one.
  ///
  /// - Parameter environment: the daemon's, which has what /etc/default/motcua sets for the archive's unit.
  func archiveMinutesMax(in environment: [String: String]) -> Int? {
    if let archiveMinutesMax { return archiveMinutesMax }
    let isSetUp = environment["MOTCUA_ARCHIVE_DIRECTORY"].map { !$0.isEmpty } ?? false
    return isSetUp ? ArchiveWatch.minutesUnlessSaid : nil
  }

  /// The files that are kept outside a data directory. A demo's lie beside its data directory, whatever is set.
  func apart(data: String, isDemo: Bool = false) -> Apart {
    Apart(
      heads: ApartDirectory(isDemo ? nil : signedHeads, data: data),
      erasures: ApartDirectory(isDemo ? nil : erasures, data: data))
  }

  /// The settings of a command that works on a data directory while no daemon does: those of `motcuad.toml`, or the
  /// defaults where there is no such file.
  static func ofCommand(_ config: String) throws(SettingsError) -> DaemonSettings {
    guard access(config + "/motcuad.toml", F_OK) == 0 else {
      return try DaemonSettings(SettingsFile(path: config + "/motcuad.toml", text: ""))
    }
    return try DaemonSettings(SettingsFile(config, "motcuad.toml"))
  }

  private static func path(_ name: String, _ root: SettingsSection) throws(SettingsError) -> String? {
    guard let path = try root.optionalString(name) else { return nil }
    guard path.hasPrefix("/") else {
      throw root.error(
        name, "“\(name)” phải là đường dẫn bắt đầu bằng /", "\(name) must be a path that begins with /")
    }
    return path
  }

  /// Reads the key that the setting names, as the start will.
  ///
  /// - Parameter owner: the account of the daemon; nil when it is the caller's.
  /// - Throws: at the line of the setting, when a start would refuse the key.
  static func checkSigningKey(_ file: SettingsFile, readableBy owner: uid_t?) throws(SettingsError) {
    guard let path = try file.root.optionalString("signing_key") else { return }
    do throws(SigningKeyError) {
      _ = try SigningKeyFile.read(path, by: owner)
    } catch {
      throw file.root.error("signing_key", "“signing_key”: \(error.text(.vi))", "signing_key: \(error.text(.en))")
    }
  }

  private static func limits(_ root: SettingsSection) throws(SettingsError) -> ServerLimits {
    var limits = ServerLimits()
    limits.connections = try root.int("connections_max", in: 32...65_536, default: limits.connections)
    limits.connectionsPerUser = try root.int(
      "connections_per_user_max", in: 1...65_536, default: limits.connectionsPerUser)
    limits.connectionsPerStranger = try root.int(
      "connections_without_role_max", in: 1...65_536, default: limits.connectionsPerStranger)
    limits.backlog = try root.int("backlog", in: 16...65_536, default: limits.backlog)
    limits.streamsPerUser = try root.int("streams_per_user_max", in: 1...65_536, default: limits.streamsPerUser)
    // The client hands files over in parts of up to 1 MiB less its frame.
    limits.frameBytes = try root.int("frame_kib_max", in: 1024...65_536, default: limits.frameBytes >> 10) << 10
    limits.waitingBytesPerUser =
      try root.int("waiting_mib_per_user_max", in: 64...65_536, default: limits.waitingBytesPerUser >> 20) << 20
    limits.frameSeconds = try root.int("frame_seconds_max", in: 1...86_400, default: limits.frameSeconds)
    limits.pipelinedCalls = try root.int("pipelined_calls_max", in: 2...1024, default: limits.pipelinedCalls)
    limits.unreadBytes = try root.int("unread_kib_max", in: 4...65_536, default: limits.unreadBytes >> 10) << 10
    limits.unreadBytesPerUser =
      try root.int("unread_mib_per_user_max", in: 1...65_536, default: limits.unreadBytesPerUser >> 20) << 20
    limits.unreadSeconds = try root.int("unread_seconds_max", in: 1...86_400, default: limits.unreadSeconds)
    limits.idleSeconds = try root.int("idle_seconds_max", in: 1...86_400, default: limits.idleSeconds)
    return limits
  }
}
