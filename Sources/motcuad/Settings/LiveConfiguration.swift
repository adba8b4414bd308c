import Synchronization

/// The configuration in force: a reload replaces it as a whole, or not at all.
final class LiveConfiguration: Sendable {
  /// The directory that it was read from, and is read from again.
  let directory: String
  private let state: Mutex<(inForce: Configuration, refusal: SettingsError?)>

  init(_ directory: String) throws(SettingsError) {
    self.directory = directory
    state = Mutex((try Configuration(directory), nil))
  }

  var current: Configuration { state.withLock { $0.inForce } }
  /// What is wrong in the files as they were last read; nil when they are what is in force.
  var refusal: SettingsError? { state.withLock { $0.refusal } }
  /// The language of what the daemon says to the person who runs it.
  var spoken: Language { Language.current(office: current.language) }

  func replace(with fresh: Configuration) { state.withLock { $0 = (fresh, nil) } }
  func refuse(_ error: SettingsError) { state.withLock { $0.refusal = error } }
}
