// What the operator's methods are refused with.
extension Wire {
  /// There is one already; its progress stands in the status.
  public struct RebuildRunning: WireError {
    public static let error = "vn.motcua.Admin.RebuildRunning"
    public init() {}
  }

  public struct MappingInvalid: WireError {
    public static let error = "vn.motcua.Admin.MappingInvalid"
    public var line: Int
    public var reasonVi: String
    public var reasonEn: String

    public init(line: Int, reasonVi: String, reasonEn: String) {
      self.line = line
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  /// Nothing was written. At most the first hundred bad rows are listed, `total` counts them all.
  public struct ImportRefused: WireError {
    public static let error = "vn.motcua.Admin.ImportRefused"
    public var badRows: [RowNote]
    public var total: Int

    public init(badRows: [RowNote], total: Int) {
      self.badRows = badRows
      self.total = total
    }
  }

  /// There are cases or signed checkpoints already; nothing was changed.
  public struct LedgerNotEmpty: WireError {
    public static let error = "vn.motcua.Admin.LedgerNotEmpty"
    public var cases: Int

    public init(cases: Int) {
      self.cases = cases
    }
  }

  /// The file is no export that this release reads, or not whole; nothing was changed.
  public struct ExportUnreadable: WireError {
    public static let error = "vn.motcua.Admin.ExportUnreadable"
    public var line: Int
    public var reasonVi: String
    public var reasonEn: String

    public init(line: Int, reasonVi: String, reasonEn: String) {
      self.line = line
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  /// The backup of the keys cannot be read, or is not of that ledger; nothing was changed.
  public struct KeysUnreadable: WireError {
    public static let error = "vn.motcua.Admin.KeysUnreadable"
    public var reasonVi: String
    public var reasonEn: String

    public init(reasonVi: String, reasonEn: String) {
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  public struct UnknownUpload: WireError {
    public static let error = "vn.motcua.Admin.UnknownUpload"
    public var upload: String

    public init(upload: String) {
      self.upload = upload
    }
  }

  public struct UploadTooLarge: WireError {
    public static let error = "vn.motcua.Admin.UploadTooLarge"
    public var limit: Int

    public init(limit: Int) {
      self.limit = limit
    }
  }

  /// The clock of a real office's ledger is the machine's.
  public struct NotADemo: WireError {
    public static let error = "vn.motcua.Admin.NotADemo"
    public init() {}
  }

  public struct ClockNotLater: WireError {
    public static let error = "vn.motcua.Admin.ClockNotLater"
    public var to: String
    public var now: String

    public init(to: String, now: String) {
      self.to = to
      self.now = now
    }
  }

  /// The daemon has no key to sign checkpoints with.
  public struct NoSigningKey: WireError {
    public static let error = "vn.motcua.Admin.NoSigningKey"
    public init() {}
  }

  /// Not a checkpoint that this ledger issued: of another origin, signed by another key, or of another root.
  public struct UnknownCheckpoint: WireError {
    public static let error = "vn.motcua.Admin.UnknownCheckpoint"
    public var origin: String
    public var size: Int

    public init(origin: String, size: Int) {
      self.origin = origin
      self.size = size
    }
  }

  /// The case has an event at `position`, and the checkpoint ends before it, at `size`.
  public struct CheckpointTooOld: WireError {
    public static let error = "vn.motcua.Admin.CheckpointTooOld"
    public var code: String
    public var position: Int
    public var size: Int

    public init(code: String, position: Int, size: Int) {
      self.code = code
      self.position = position
      self.size = size
    }
  }

  /// There is no record of what the key has signed before. Nothing is signed.
  public struct NoSignedHead: WireError {
    public static let error = "vn.motcua.Admin.NoSignedHead"
    public var key: String
    /// The file that it would stand in.
    public var record: String

    public init(key: String, record: String) {
      self.key = key
      self.record = record
    }
  }

  /// Events are lost, and what earlier keys have signed of them is not known: only a new key signs.
  public struct NewSigningKeyNeeded: WireError {
    public static let error = "vn.motcua.Admin.NewSigningKeyNeeded"
    public var key: String

    public init(key: String) {
      self.key = key
    }
  }

  /// The key has signed another tree of that many events, and signs none of as many or fewer.
  public struct SignedFurther: WireError {
    public static let error = "vn.motcua.Admin.SignedFurther"
    public var key: String
    public var signed: Int
    public var size: Int

    public init(key: String, signed: Int, size: Int) {
      self.key = key
      self.signed = signed
      self.size = size
    }
  }

  /// The record of what was signed cannot be read or written. Nothing is signed.
  public struct SignedHeadsUnusable: WireError {
    public static let error = "vn.motcua.Admin.SignedHeadsUnusable"
    public var path: String
    public var reasonVi: String
    public var reasonEn: String

    public init(path: String, reasonVi: String, reasonEn: String) {
      self.path = path
      self.reasonVi = reasonVi
      self.reasonEn = reasonEn
    }
  }

  /// The ledger is no continuation of the checkpoint of that size that was issued for it. Nothing is signed.
  public struct HistoryChanged: WireError {
    public static let error = "vn.motcua.Admin.HistoryChanged"
    public var size: Int

    public init(size: Int) {
      self.size = size
    }
  }
}
