/// A typed error of one of our interfaces: the value is its parameters.
public protocol WireError: Codable, Sendable, Hashable {
  /// The qualified name, as in `vn.motcua.Desk.ApologyOwed`.
  static var error: String { get }
}

extension Wire {
  public struct UnknownCase: WireError {
    public static let error = "vn.motcua.Desk.UnknownCase"
    public var code: String

    public init(code: String) {
      self.code = code
    }
  }

  public struct AmbiguousCode: WireError {
    public static let error = "vn.motcua.Desk.AmbiguousCode"
    public var code: String
    public var matches: [String]

    public init(code: String, matches: [String]) {
      self.code = code
      self.matches = matches
    }
  }

  public struct CodeTaken: WireError {
    public static let error = "vn.motcua.Desk.CodeTaken"
    public var code: String

    public init(code: String) {
      self.code = code
    }
  }

  public struct UnknownProcedure: WireError {
    public static let error = "vn.motcua.Desk.UnknownProcedure"
    public var procedure: String
    public var known: [String]

    public init(procedure: String, known: [String]) {
      self.procedure = procedure
      self.known = known
    }
  }

  public struct FieldMissing: WireError {
    public static let error = "vn.motcua.Desk.FieldMissing"
    public var field: String

    public init(field: String) {
      self.field = field
    }
  }

  public struct TextTooLong: WireError {
    public static let error = "vn.motcua.Desk.TextTooLong"
    public var field: String
    public var bytes: Int
    public var limit: Int

    public init(field: String, bytes: Int, limit: Int) {
      self.field = field
      self.bytes = bytes
      self.limit = limit
    }
  }

  /// `character` is written as U+202E.
  public struct TextNotAllowed: WireError {
    public static let error = "vn.motcua.Desk.TextNotAllowed"
    public var field: String
    public var character: String

    public init(field: String, character: String) {
      self.field = field
      self.character = character
    }
  }

  public struct UnreadableDate: WireError {
    public static let error = "vn.motcua.Desk.UnreadableDate"
    public var field: String
    public var text: String

    public init(field: String, text: String) {
      self.field = field
      self.text = text
    }
  }

  public struct UnreadableCommandId: WireError {
    public static let error = "vn.motcua.Desk.UnreadableCommandId"
    public var commandId: String

    public init(commandId: String) {
      self.commandId = commandId
    }
  }

  /// The promised date is broken and nobody has apologised: `days` is how many calendar days ago it was.
  public struct ApologyOwed: WireError {
    public static let error = "vn.motcua.Desk.ApologyOwed"
    public var code: String
    public var due: String
    public var days: Int

    public init(code: String, due: String, days: Int) {
      self.code = code
      self.due = due
      self.days = days
    }
  }

  public struct AlreadyResolved: WireError {
    public static let error = "vn.motcua.Desk.AlreadyResolved"
    public var code: String
    public var outcome: Told<Outcome>?
    public var at: String

    public init(code: String, outcome: Outcome? = nil, at: String) {
      self.code = code
      self.outcome = outcome.map(Told.known)
      self.at = at
    }
  }

  public struct NotResolved: WireError {
    public static let error = "vn.motcua.Desk.NotResolved"
    public var code: String
    public var due: String

    public init(code: String, due: String) {
      self.code = code
      self.due = due
    }
  }

  public struct CaseEnded: WireError {
    public static let error = "vn.motcua.Desk.CaseEnded"
    public var code: String
    public var status: Told<Status>
    public var at: String

    public init(code: String, status: Status, at: String) {
      self.code = code
      self.status = .known(status)
      self.at = at
    }
  }

  /// The office's list of erasures cannot be added to, and without it a backup would bring the case back.
  public struct ErasureListUnwritable: WireError {
    public static let error = "vn.motcua.Desk.ErasureListUnwritable"
    public var path: String
    public var reasonVi: String
    public var reasonEn: String

    public init(path: String, reasonVi: String, reasonEn: String) {
      self.path = path
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  /// Nothing is recorded in a case whose people nobody knows any more.
  public struct CaseErased: WireError {
    public static let error = "vn.motcua.Desk.CaseErased"
    public var code: String
    public var at: String
    public var basis: String

    public init(code: String, at: String, basis: String) {
      self.code = code
      self.at = at
      self.basis = basis
    }
  }

  /// What identifies people in the case is closed, because its key was never brought to this machine.
  public struct KeyNotHere: WireError {
    public static let error = "vn.motcua.Desk.KeyNotHere"
    public var code: String

    public init(code: String) {
      self.code = code
    }
  }

  /// What the case says of people must be kept. `source` is empty where no text says so.
  public struct ErasureHeld: WireError {
    public static let error = "vn.motcua.Desk.ErasureHeld"
    public var code: String
    public var reasonVi: String
    public var reasonEn: String
    public var source: String

    public init(code: String, reasonVi: String, reasonEn: String, source: String) {
      self.code = code
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
      self.source = source
    }
  }

  public struct ConsultationMissing: WireError {
    public static let error = "vn.motcua.Desk.ConsultationMissing"
    public var code: String

    public init(code: String) {
      self.code = code
    }
  }

  public struct NotWorkingDay: WireError {
    public static let error = "vn.motcua.Desk.NotWorkingDay"
    public var date: String
    public var reasonVi: String
    public var reasonEn: String
    public var next: String

    public init(date: String, reasonVi: String, reasonEn: String, next: String) {
      self.date = date
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
      self.next = next
    }
  }

  public struct DateNotLater: WireError {
    public static let error = "vn.motcua.Desk.DateNotLater"
    public var date: String
    public var than: String

    public init(date: String, than: String) {
      self.date = date
      self.than = than
    }
  }

  /// The case has had all the new dates that a clerk may name; another one is for the role in `needed` to name.
  public struct AlreadyReappointed: WireError {
    public static let error = "vn.motcua.Desk.AlreadyReappointed"
    public var code: String
    public var due: String
    public var needed: Told<Role>?

    public init(code: String, due: String, needed: Role? = nil) {
      self.code = code
      self.due = due
      self.needed = needed.map(Told.known)
    }
  }

  public struct NewDateMissing: WireError {
    public static let error = "vn.motcua.Desk.NewDateMissing"
    public var code: String
    public var due: String

    public init(code: String, due: String) {
      self.code = code
      self.due = due
    }
  }

  public struct NewDateNotExpected: WireError {
    public static let error = "vn.motcua.Desk.NewDateNotExpected"
    public var code: String
    public var cause: String

    public init(code: String, cause: String) {
      self.code = code
      self.cause = cause
    }
  }

  public struct UnknownCause: WireError {
    public static let error = "vn.motcua.Desk.UnknownCause"
    public var cause: String
    public var known: [String]

    public init(cause: String, known: [String]) {
      self.cause = cause
      self.known = known
    }
  }

  public struct InFuture: WireError {
    public static let error = "vn.motcua.Desk.InFuture"
    public var time: String
    public var now: String

    public init(time: String, now: String) {
      self.time = time
      self.now = now
    }
  }

  public struct BackdatingNeedsReason: WireError {
    public static let error = "vn.motcua.Desk.BackdatingNeedsReason"
    public var time: String

    public init(time: String) {
      self.time = time
    }
  }

  /// It happened so many calendar days ago, and more than `daysMax` is for the role in `needed` to record.
  public struct BackdatedTooFar: WireError {
    public static let error = "vn.motcua.Desk.BackdatedTooFar"
    public var time: String
    public var days: Int
    public var daysMax: Int
    public var needed: Told<Role>

    public init(time: String, days: Int, daysMax: Int, needed: Role) {
      self.time = time
      self.days = days
      self.daysMax = daysMax
      self.needed = .known(needed)
    }
  }

  /// What happened would change sides of a promised date: late may not turn into on time.
  public struct BackdatingAcrossDue: WireError {
    public static let error = "vn.motcua.Desk.BackdatingAcrossDue"
    public var time: String
    public var due: String

    public init(time: String, due: String) {
      self.time = time
      self.due = due
    }
  }

  public struct BeforeReceipt: WireError {
    public static let error = "vn.motcua.Desk.BeforeReceipt"
    public var time: String
    public var receivedAt: String

    public init(time: String, receivedAt: String) {
      self.time = time
      self.receivedAt = receivedAt
    }
  }

  public struct NotVoidable: WireError {
    public static let error = "vn.motcua.Desk.NotVoidable"
    public var code: String
    public var version: Int
    public var reason: Told<NotVoidableReason>

    public init(code: String, version: Int, reason: NotVoidableReason) {
      self.code = code
      self.version = version
      self.reason = .known(reason)
    }
  }

  public struct NothingToCorrect: WireError {
    public static let error = "vn.motcua.Desk.NothingToCorrect"
    public var code: String

    public init(code: String) {
      self.code = code
    }
  }

  public struct VersionConflict: WireError {
    public static let error = "vn.motcua.Desk.VersionConflict"
    public var code: String
    public var expected: Int
    public var actual: Int

    public init(code: String, expected: Int, actual: Int) {
      self.code = code
      self.expected = expected
      self.actual = actual
    }
  }

  /// This command id was used before: for a command that said something else, or by somebody else.
  public struct CommandReused: WireError {
    public static let error = "vn.motcua.Desk.CommandReused"
    public var commandId: String

    public init(commandId: String) {
      self.commandId = commandId
    }
  }

  /// A release before 0.3.0 recorded a command of this id. What it said cannot be compared any more, so it is not answered
  /// again; nothing was recorded now.
  public struct CommandFromBefore: WireError {
    public static let error = "vn.motcua.Desk.CommandFromBefore"
    public var commandId: String

    public init(commandId: String) {
      self.commandId = commandId
    }
  }

  /// Too many commands are waiting; nothing was recorded, try again.
  public struct Busy: WireError {
    public static let error = "vn.motcua.Desk.Busy"
    public init() {}
  }

  /// The daemon is stopping; nothing was recorded.
  public struct Stopping: WireError {
    public static let error = "vn.motcua.Desk.Stopping"
    public init() {}
  }

  /// What has no more room.
  public enum StorageLimit: String, Codable, Hashable, Sendable, CaseIterable {
    case disk, quota, readOnly, ledgerMap, viewsMap
  }

  /// There is less left than is kept free; nothing was recorded, reading goes on.
  public struct StorageFull: WireError {
    public static let error = "vn.motcua.Admin.StorageFull"
    public var freeBytes: Int
    public var reserveBytes: Int
    public var limit: Told<StorageLimit>?

    public init(freeBytes: Int, reserveBytes: Int, limit: Told<StorageLimit>? = nil) {
      self.freeBytes = freeBytes
      self.reserveBytes = reserveBytes
      self.limit = limit
    }
  }

  /// The ledger could not be written: whether the command was recorded is unknown until the daemon has restarted.
  /// The same command with the same id is safe.
  public struct StorageFailed: WireError {
    public static let error = "vn.motcua.Desk.StorageFailed"
    public var reason: String

    public init(reason: String) {
      self.reason = reason
    }
  }

  /// What the answer needs could not be read; nothing was recorded. The daemon's log says more.
  public struct ReadFailed: WireError {
    public static let error = "vn.motcua.Desk.ReadFailed"
    public init() {}
  }

  /// A frame that is no call; the connection is closed after it. `offset` is the byte where it went wrong.
  public struct ProtocolViolation: WireError {
    public static let error = "vn.motcua.Desk.ProtocolViolation"
    public var reason: String
    public var offset: Int

    public init(reason: String, offset: Int) {
      self.reason = reason
      self.offset = offset
    }
  }

  /// There is no place for the connection, which is closed; `perUser` when it is the caller who has so many already.
  public struct TooManyConnections: WireError {
    public static let error = "vn.motcua.Desk.TooManyConnections"
    public var limit: Int
    public var perUser: Bool

    public init(limit: Int, perUser: Bool) {
      self.limit = limit
      self.perUser = perUser
    }
  }

  /// The caller has so many streams under way already; end one first.
  public struct TooManyStreams: WireError {
    public static let error = "vn.motcua.Desk.TooManyStreams"
    public var limit: Int

    public init(limit: Int) {
      self.limit = limit
    }
  }
}
