// What the operator's methods carry.
extension Wire {
  /// Views that are being built beside those that answer: how far they are, and how far they have to go.
  public struct RebuildProgress: Codable, Sendable, Hashable {
    public var reached: Int
    public var end: Int

    public init(reached: Int, end: Int) {
      self.reached = reached
      self.end = end
    }
  }

  /// The open case whose appointment was broken first, or else comes next.
  public struct OldestOpen: Codable, Sendable, Hashable {
    public var code: String
    public var receivedAt: String
    public var due: String

    public init(code: String, receivedAt: String, due: String) {
      self.code = code
      self.receivedAt = receivedAt
      self.due = due
    }
  }

  public struct DaemonStatus: Codable, Sendable, Hashable {
    public var version: String
    public var office: Text
    /// The office's time as the daemon sees it.
    public var now: String
    public var startedAt: String
    public var pid: Int
    public var dataDirectory: String
    public var demo: Bool
    /// The last position in the ledger, and the one that the views have reached.
    public var position: Int
    public var viewsPosition: Int
    public var viewsNumber: Int
    public var cases: Int
    /// The root hash of the ledger's Merkle tree, in base64.
    public var root: String
    public var commands: Int
    public var commits: Int
    public var waitingCommands: Int
    public var ledgerBytes: Int
    public var viewsBytes: Int
    public var freeBytes: Int
    public var residentBytes: Int
    /// Missing when no rebuild is going on.
    public var rebuild: RebuildProgress?
    /// When the oldest erasure was recorded whose traces may still lie in free pages of the views, or in files that are not
    /// overwritten yet: those of views that were replaced, and of what a verify builds.
    public var scrubPending: String?
    public var uptimeSeconds: Int?
    /// Events that the views have not seen.
    public var viewsLag: Int?
    /// On average of the last minute.
    public var commitsPerSecond: Double?
    public var connections: Int?
    /// Read transactions that are open.
    public var ledgerReaders: Int?
    public var viewsReaders: Int?
    /// Missing when no case is open.
    public var oldestOpen: OldestOpen?
    /// The name of the key that signs checkpoints; missing when there is none.
    public var signingKey: String?
    /// How many events the newest signed checkpoint covers.
    public var lastCheckpoint: Int?
    /// When the last backup since the start was handed over whole.
    public var lastBackup: String?
    /// How many backups of the keys that were handed out before the newest erasure may still be there and open what is
    /// erased; missing when nothing is erased.
    public var keyBackupsBeforeErasure: Int?
    /// What the caller is.
    public var role: Told<Role>?
    public var clock: Clock?
    /// Something is erased, and how many backups of the keys there are from before cannot be told.
    public var keyBackupsUnknown: Bool?

    public init(
      version: String,
      office: Text,
      now: String,
      startedAt: String,
      pid: Int,
      dataDirectory: String,
      demo: Bool,
      position: Int,
      viewsPosition: Int,
      viewsNumber: Int,
      cases: Int,
      root: String,
      commands: Int,
      commits: Int,
      waitingCommands: Int,
      ledgerBytes: Int,
      viewsBytes: Int,
      freeBytes: Int,
      residentBytes: Int,
      rebuild: RebuildProgress? = nil,
      scrubPending: String? = nil,
      uptimeSeconds: Int? = nil,
      viewsLag: Int? = nil,
      commitsPerSecond: Double? = nil,
      connections: Int? = nil,
      ledgerReaders: Int? = nil,
      viewsReaders: Int? = nil,
      oldestOpen: OldestOpen? = nil,
      signingKey: String? = nil,
      lastCheckpoint: Int? = nil,
      lastBackup: String? = nil,
      keyBackupsBeforeErasure: Int? = nil,
      role: Role? = nil,
      clock: Clock? = nil,
      keyBackupsUnknown: Bool? = nil
    ) {
      self.version = version
      self.office = office
      self.now = now
      self.startedAt = startedAt
      self.pid = pid
      self.dataDirectory = dataDirectory
      self.demo = demo
      self.position = position
      self.viewsPosition = viewsPosition
      self.viewsNumber = viewsNumber
      self.cases = cases
      self.root = root
      self.commands = commands
      self.commits = commits
      self.waitingCommands = waitingCommands
      self.ledgerBytes = ledgerBytes
      self.viewsBytes = viewsBytes
      self.freeBytes = freeBytes
      self.residentBytes = residentBytes
      self.rebuild = rebuild
      self.scrubPending = scrubPending
      self.uptimeSeconds = uptimeSeconds
      self.viewsLag = viewsLag
      self.commitsPerSecond = commitsPerSecond
      self.connections = connections
      self.ledgerReaders = ledgerReaders
      self.viewsReaders = viewsReaders
      self.oldestOpen = oldestOpen
      self.signingKey = signingKey
      self.lastCheckpoint = lastCheckpoint
      self.lastBackup = lastBackup
      self.keyBackupsBeforeErasure = keyBackupsBeforeErasure
      self.role = role.map(Told.known)
      self.clock = clock
      self.keyBackupsUnknown = keyBackupsUnknown
    }
  }

  public struct RowNote: Codable, Sendable, Hashable {
    /// The line of the file, from 1.
    public var line: Int
    public var reasonVi: String
    public var reasonEn: String

    public init(line: Int, reasonVi: String, reasonEn: String) {
      self.line = line
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  public enum ImportPhase: String, Codable, Sendable, CaseIterable {
    case checking, writing, done
  }

  public struct ImportProgress: Codable, Sendable, Hashable {
    public var phase: Told<ImportPhase>
    /// Cases done, of how many.
    public var done: Int
    public var total: Int
    /// Cases and events that this run has written; what an earlier run had written counts in `repeated`.
    public var cases: Int
    public var events: Int
    public var repeated: Int
    /// What is contradictory in the file, and was kept: in parts, each told in one reply.
    public var warnings: [RowNote]
    /// Rows left out, with `skipBadRows` only; in parts too. A case with a bad row stays out whole.
    public var badRows: [RowNote]

    public init(
      phase: ImportPhase,
      done: Int,
      total: Int,
      cases: Int,
      events: Int,
      repeated: Int,
      warnings: [RowNote],
      badRows: [RowNote]
    ) {
      self.phase = .known(phase)
      self.done = done
      self.total = total
      self.cases = cases
      self.events = events
      self.repeated = repeated
      self.warnings = warnings
      self.badRows = badRows
    }
  }

  public enum LedgerImportPhase: String, Codable, Sendable, CaseIterable {
    case checking, writing, building, done
  }

  public struct LedgerImportProgress: Codable, Sendable, Hashable {
    public var phase: Told<LedgerImportPhase>
    /// Bytes of the file while it is checked, then events.
    public var done: Int
    public var total: Int
    /// Set when it is done: how many events there are, and the root over them.
    public var position: Int?
    public var root: String?
    public var cases: Int?
    /// How many cases have no key here.
    public var closed: Int?

    public init(
      phase: LedgerImportPhase,
      done: Int,
      total: Int,
      position: Int? = nil,
      root: String? = nil,
      cases: Int? = nil,
      closed: Int? = nil
    ) {
      self.phase = .known(phase)
      self.done = done
      self.total = total
      self.position = position
      self.root = root
      self.cases = cases
      self.closed = closed
    }
  }
}
