import Glibc

/// Where things are when nobody says: system places for the system's daemon, the user's own otherwise.
enum Paths {
  static var config: String {
    if let home = variable("XDG_CONFIG_HOME") ?? variable("HOME").map({ $0 + "/.config" }),
      access(home + "/motcua/office.toml", R_OK) == 0
    {
      return home + "/motcua"
    }
    return "/etc/motcua"
  }

  static var data: String {
    // systemd names the directory that it made for the unit.
    if let state = variable("STATE_DIRECTORY") { return String(state.prefix { $0 != ":" }) }
    if let state = variable("XDG_STATE_HOME") { return state + "/motcua" }
    return (variable("HOME") ?? "/var/lib") + "/.local/state/motcua"
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
