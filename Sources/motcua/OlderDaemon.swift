import DeskInterface

/// A daemon of an earlier release than this client, as it stays at work while a package is upgraded, or after the upgrade
/// left it so.
struct OlderDaemon: Equatable {
  let version: String
  /// What lets the installed release answer.
  let restart: String

  /// Nil for a daemon that is not older, and for one whose version is no series of numbers.
  init?(version: String, path: String) {
    func numbers(_ text: String) -> [Int]? {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
      return parts.contains(nil) ? nil : parts.compactMap(\.self)
    }
    guard let its = numbers(version), let ours = numbers(Release.version), its.lexicographicallyPrecedes(ours) else {
      return nil
    }
    self.version = version
    restart = Daemon.isOfSystem(path) ? "sudo systemctl restart motcuad" : "motcuad run"
  }

  func sentence(_ language: Language) -> String {
    language.say(
      "motcuad đang chạy là bản \(version), cũ hơn motcua này (\(Release.version)).",
      "The running motcuad is \(version), older than this motcua (\(Release.version)).")
  }
}
