import Desk
import Synchronization

/// The configuration in force: a reload replaces it as a whole, or not at all.
final class LiveConfiguration: Sendable {
  /// The directory that the configuration is read from.
  let directory: String
  private let state: Mutex<(inForce: Configuration, refusal: Text?)>

  init(_ directory: String) throws(SettingsError) {
    self.directory = directory
    state = Mutex((try Configuration(directory), nil))
  }

  var current: Configuration { state.withLock { $0.inForce } }
  /// Why the files as they were last read are not in force; nil when they are.
  var refusal: Text? { state.withLock { $0.refusal } }
  /// The language of what the daemon says to the person who runs it.
  var spoken: Language { Language.current(office: current.language) }

  func replace(with fresh: Configuration) { state.withLock { $0 = (fresh, nil) } }
  func refuse(_ reason: Text) { state.withLock { $0.refusal = reason } }
}
