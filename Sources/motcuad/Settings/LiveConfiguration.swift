import Desk
import Synchronization

/// The configuration in force: a reload replaces it as a whole, or not at all.
final class LiveConfiguration: Sendable {
  /// The directory that the configuration is read from.
  let directory: String
  private let state: Mutex<(inForce: Configuration, refusal: Text?)>
  /// Asked at each command, and so without a copy of all the rest; 0 without a bound.
  private let commandsPerMinute: Atomic<Int>

  init(_ directory: String) throws(SettingsError) {
    self.directory = directory
    let configuration = try Configuration(directory)
    commandsPerMinute = Atomic(configuration.daemon.commandsPerMinuteMax ?? 0)
    state = Mutex((configuration, nil))
  }

  /// How many commands one user may record within a minute; nil without a bound.
  var commandsPerMinuteMax: Int? {
    let limit = commandsPerMinute.load(ordering: .relaxed)
    return limit > 0 ? limit : nil
  }

  var current: Configuration { state.withLock { $0.inForce } }
  /// Why the files as they were last read are not in force; nil when they are.
  var refusal: Text? { state.withLock { $0.refusal } }
  /// The language of what the daemon says to the person who runs it.
  var spoken: Language { Language.current(office: current.language) }

  func replace(with fresh: Configuration) {
    commandsPerMinute.store(fresh.daemon.commandsPerMinuteMax ?? 0, ordering: .relaxed)
    state.withLock { $0 = (fresh, nil) }
  }
  func refuse(_ reason: Text) { state.withLock { $0.refusal = reason } }
}
