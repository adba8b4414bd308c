// Verifying and backing up what the daemon keeps.
extension Wire {
  /// What is wrong: a machine word, the event and the case as far as they can be told, the table of the views when it
  /// is there, and the reason in words.
  public struct Damage: Codable, Sendable, Hashable {
    public var kind: String
    public var position: Int?
    public var code: String?
    public var table: String?
    public var reasonVi: String
    public var reasonEn: String

    public init(
      kind: String, position: Int? = nil, code: String? = nil, table: String? = nil, reasonVi: String, reasonEn: String
    ) {
      self.kind = kind
      self.position = position
      self.code = code
      self.table = table
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  public enum VerifyPhase: String, Codable, Sendable, CaseIterable {
    case ledger, views, keys, done
  }

  public struct VerifyProgress: Codable, Sendable, Hashable {
    public var phase: Told<VerifyPhase>
    /// Events, rows or keys done, of how many.
    public var done: Int
    public var total: Int
    /// The event that is read next; at the end, the last one.
    public var position: Int
    /// The root over all events, in base64; at the end.
    public var root: String?
    /// Signed checkpoints, and rows of the views, found in order. No rows: there were no views to be believed.
    public var checkpoints: Int
    public var rows: Int
    /// The first damage, which ends the walk; only in the last reply.
    public var damage: Damage?

    public init(
      phase: VerifyPhase, done: Int, total: Int, position: Int, root: String? = nil, checkpoints: Int, rows: Int,
      damage: Damage? = nil
    ) {
      self.phase = .known(phase)
      self.done = done
      self.total = total
      self.position = position
      self.root = root
      self.checkpoints = checkpoints
      self.rows = rows
      self.damage = damage
    }
  }

  /// [more] Walks everything, in a process of its own, while work goes on: every event against its hash, its place and
  /// the tree, every checkpoint that was issued, every view against a replay, row for row, and every key.
  public struct Verify: WireMethod {
    public static let method = "vn.motcua.Admin.Verify"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var progress: VerifyProgress

      public init(progress: VerifyProgress) {
        self.progress = progress
      }
    }
  }

  public enum BackupPhase: String, Codable, Sendable, CaseIterable {
    case copying, verifying, sending, done
  }

  public struct BackupProgress: Codable, Sendable, Hashable {
    public var phase: Told<BackupPhase>
    /// Bytes copied or sent, or events verified, of how many.
    public var done: Int
    public var total: Int
    /// The next part of the file, in base64.
    public var data: String?
    /// Of the ledger, at the end: how many events the backup has, and their root in base64.
    public var events: Int?
    public var root: String?

    public init(
      phase: BackupPhase, done: Int, total: Int, data: String? = nil, events: Int? = nil, root: String? = nil
    ) {
      self.phase = .known(phase)
      self.done = done
      self.total = total
      self.data = data
      self.events = events
      self.root = root
    }
  }

  /// [more] Copies the ledger while work goes on, verifies the copy, and hands it over in parts: LMDB's own file. With
  /// `keys`, the keys instead, which open what is personal in it: made after the ledger's, they have every key it needs.
  public struct Backup: WireMethod {
    public static let method = "vn.motcua.Admin.Backup"

    public var keys: Bool?
    /// Of how many the rotation is that the keys go into.
    public var keep: Int?
    /// Tells that rotation from others of the same account: a number of its directory.
    public var rotation: Int?
    /// The list of what was erased instead.
    public var erasures: Bool?

    public init(keys: Bool? = nil, keep: Int? = nil, rotation: Int? = nil, erasures: Bool? = nil) {
      self.keys = keys
      self.keep = keep
      self.rotation = rotation
      self.erasures = erasures
    }

    public struct Answer: Codable, Sendable {
      public var progress: BackupProgress

      public init(progress: BackupProgress) {
        self.progress = progress
      }
    }
  }

  /// There is one already.
  public struct VerifyRunning: WireError {
    public static let error = "vn.motcua.Admin.VerifyRunning"
    public init() {}
  }

  /// There is one already.
  public struct BackupRunning: WireError {
    public static let error = "vn.motcua.Admin.BackupRunning"
    public init() {}
  }

  /// The files could not be looked at, which says nothing about them.
  public struct InspectionFailed: WireError {
    public static let error = "vn.motcua.Admin.InspectionFailed"
    public var reasonVi: String
    public var reasonEn: String

    public init(reasonVi: String, reasonEn: String) {
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  /// The copy was not handed over, because the ledger is damaged.
  public struct LedgerDamaged: WireError {
    public static let error = "vn.motcua.Admin.LedgerDamaged"
    public var kind: String
    public var position: Int?
    public var reasonVi: String
    public var reasonEn: String

    public init(kind: String, position: Int? = nil, reasonVi: String, reasonEn: String) {
      self.kind = kind
      self.position = position
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }
}
