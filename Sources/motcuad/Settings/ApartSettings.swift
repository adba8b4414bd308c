import Desk
import DeskService
import EventStore

extension DaemonSettings {
  /// Refuses, as the start does, places inside the data directory for what must outlive it.
  ///
  /// - Parameter file: where they are set.
  /// - Throws: an error at the line of the setting, or at no line where the place beside the data directory leads into
  ///   it.
  func requireApart(from data: String, _ file: SettingsFile) throws(SettingsError) {
    let apart = apart(data: data)
    for (key, setting, path) in [
      ("signed_heads", signedHeads, apart.heads.directory.path), ("erasures", erasures, apart.erasures.directory.path),
    ] {
      guard Paths.isInside(path, data) else { continue }
      let reason = UnsafePath.insideData(path: path, data: DataDirectory.named(data)).text
      guard setting != nil else { throw SettingsError(file: file.name, line: 0, reason: reason) }
      throw file.root.error(key, reason.vi, reason.en)
    }
  }
}
