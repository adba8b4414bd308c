import Glibc

/// Where things are when nobody says: system places for the system's daemon, the user's own otherwise.
enum Paths {
  static var config: String {
    if let home = variable("XDG_CONFIG_HOME") ?? variable("HOME").map({ $0 + "/.config" }),
      access(home + "/motcua/office.toml", R_OK) == 0
    {
      return home + "/motcua"
    }
    return systemConfig
  }

  /// The configuration of the system's daemon, and its data.
  static let systemConfig = "/etc/motcua"
  static let systemData = "/var/lib/motcua"

  static var data: String { data(of: getuid(), system: systemData, variable) }

  /// - Parameters:
  ///   - user: who asks. Root means the system's daemon where there is one, and not a daemon of his own.
  ///   - system: the data directory of the system's daemon.
  ///   - variable: a variable of the environment; nil when it is not set or empty.
  static func data(of user: uid_t, system: String, _ variable: (String) -> String?) -> String {
    // systemd names the directory that it made for the unit.
    if let state = variable("STATE_DIRECTORY") { return String(state.prefix { $0 != ":" }) }
    if let state = variable("XDG_STATE_HOME") { return state + "/motcua" }
    if user == 0, owner(of: system) != nil { return system }
    return (variable("HOME") ?? "/var/lib") + "/.local/state/motcua"
  }

  /// Whom the directory belongs to; nil when there is no such directory.
  static func owner(of directory: String) -> uid_t? {
    var status = stat()
    guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return status.st_uid
  }

  /// The same wherever the process goes.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return String(cString: directory) + "/" + path
  }

  /// The path without links as far as it leads, so that two names of one place are the same; of a link that leads to what
  /// is not there yet, where it leads.
  static func real(_ path: String) -> String {
    var (there, missing) = (absolute(path), [String]())
    var links = 0
    while true {
      if let found = realpath(there, nil) {
        defer { free(found) }
        let real = String(cString: found)
        return missing.reduce(real == "/" ? "" : real) { $0 + "/" + $1 }
      }
      guard there.count > 1, let slash = there.lastIndex(of: "/") else { return path }
      let above = slash == there.startIndex ? "/" : String(there[..<slash])
      if let target = link(there), links < 40 {
        links += 1
        there = target.hasPrefix("/") ? target : above + "/" + target
        continue
      }
      let name = String(there[there.index(after: slash)...])
      if !name.isEmpty, name != "." { missing.insert(name, at: 0) }
      there = above
    }
  }

  /// Whether a place is the directory or lies in it, by whatever names.
  static func isInside(_ place: String, _ directory: String) -> Bool {
    let (place, directory) = (real(place), real(directory))
    return place == directory || place.hasPrefix(directory == "/" ? directory : directory + "/")
  }

  /// Where a link leads; nil for what is none.
  private static func link(_ path: String) -> String? {
    let room = Int(PATH_MAX)
    let target = [CChar](unsafeUninitializedCapacity: room) { target, count in
      guard let start = target.baseAddress else { return }
      count = max(0, readlink(path, start, room))
    }
    return target.isEmpty ? nil : String(decoding: target.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static var socket: String {
    (variable("XDG_RUNTIME_DIR") ?? "/run") + "/motcua/motcuad.sock"
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}
