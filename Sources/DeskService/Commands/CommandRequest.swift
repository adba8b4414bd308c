public import Desk
public import EventSourcing

/// A command with who gives it, as it waits for the writer.
public struct CommandRequest: Sendable {
  public enum Target: Hashable, Sendable {
    case newCase
    /// A code as it was typed.
    case existing(String)
  }

  public var target: Target
  public var command: CaseCommand
  public var actor: Actor
  /// 16 bytes; made by the caller so that a repeated command is recognised.
  public var id: [UInt8]
  /// Whether the id is made of a file, which somebody else may have, too.
  var hasIDOfFile = false
  /// What the command says, the same text for the same words every time: the same id with another text is refused.
  public var canonicalText: [UInt8]
  /// What is asked of other cases in the same breath, or again of the same one. All of it is recorded, or none; each part is
  /// decided on what the parts before it have decided.
  var others: [Part] = []

  /// What is asked of one case.
  struct Part: Sendable {
    var target: Target
    var command: CaseCommand
    /// What this part says, as of the whole command.
    var canonicalText: [UInt8]

    var isErasure: Bool { command.isErasure }
  }

  public init(
    _ target: Target, _ command: CaseCommand, actor: Actor, id: [UInt8], canonicalText: [UInt8]
  ) {
    self.target = target
    self.command = command
    self.actor = actor
    self.id = id
    self.canonicalText = canonicalText
  }
}

extension CommandRequest {
  /// All that is asked, in order.
  var parts: [Part] { [Part(target: target, command: command, canonicalText: canonicalText)] + others }

  var erasesSomething: Bool { command.isErasure || others.contains { $0.isErasure } }
  /// Whether it destroys the key of every case that it is about.
  var erasesEverything: Bool { command.isErasure && others.allSatisfy { $0.isErasure } }

  /// Whether the views have it before it is answered, and are not left behind: it is rare, and others go by it; or it has
  /// more events than anybody can foresee.
  var isAppliedAtOnce: Bool { command.isAppliedAtOnce || others.contains { $0.command.isAppliedAtOnce } }

  /// How much it weighs in the queue.
  var bytes: Int { others.reduce(canonicalText.count) { $0 + $1.canonicalText.count } }
}

extension CaseCommand {
  var isErasure: Bool { if case .erase = action { true } else { false } }

  var isAppliedAtOnce: Bool {
    switch action {
    case .erase, .correct, .importHistory: true
    default: false
    }
  }
}

/// A command that is recorded, durably.
public struct Accepted: Sendable {
  public var number: UInt64
  public var version: Version
  public var position: Position
  public var recordedAt: Timestamp
  /// The office's time then: earlier than `recordedAt` while the ledger is ahead of a clock that was accepted.
  public var now: Timestamp
  /// True when it had been recorded before, and nothing was appended now.
  public var isRepeated: Bool
  /// The case as it stands now.
  public var state: CaseState
  /// How many events it appended.
  public var events: Int
  /// The cases of the command that are erased now: their keys are destroyed once it is durable.
  var erased: [UInt64] = []

  init(number: UInt64, version: Version, position: Position, at moment: Moment, state: CaseState, events: Int) {
    self.number = number
    self.version = version
    self.position = position
    recordedAt = moment.recordedAt
    now = moment.now
    isRepeated = false
    self.state = state
    self.events = events
  }
}

/// The office's time, and the one that goes into the ledger: later while the ledger is ahead of an accepted clock.
struct Moment {
  var now: Timestamp
  var recordedAt: Timestamp
}

/// What it is that has no more room.
public enum StorageLimit: Hashable, Sendable {
  case disk
  /// The disk has room, and does not give it: a quota is used up, or there is no inode.
  case quota
  /// It is mounted, or has made itself, read only.
  case readOnly
  case ledgerMap, viewsMap
}

/// Why a command was not recorded; only after `storageFailed` that is not certain.
public enum CommandFailure: Error, Sendable {
  case rejected(Rejection)
  case busy
  case stopping
  /// What it needed could not be read; nothing was recorded, and the other commands went on.
  case unreadable
  /// Nothing was recorded, reading goes on.
  case storageFull(freeBytes: Int, reserveBytes: Int, limit: StorageLimit = .disk)
  /// The machine's clock is not believed; nothing was recorded.
  case clockSuspect(ClockDoubt)
  /// The clock that was to be accepted is believed anyway.
  case clockNotSuspect(now: Timestamp)
  /// An erasure could not be added to the office's list of them; nothing was recorded.
  case erasureListUnwritable(path: String, reason: Text)
  /// The outcome is unknown until the daemon has restarted.
  case storageFailed(String)
}
