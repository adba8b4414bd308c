extension Wire {
  public struct GetStatus: WireMethod {
    public static let method = "vn.motcua.Admin.GetStatus"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var status: DaemonStatus

      public init(status: DaemonStatus) {
        self.status = status
      }
    }
  }

  /// [more] Builds all views anew beside those that answer, while commands and questions go on, and lets the new ones
  /// answer then. What was erased is not in their file: it is the scrub, too.
  public struct Rebuild: WireMethod {
    public static let method = "vn.motcua.Admin.Rebuild"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var progress: RebuildProgress

      public init(progress: RebuildProgress) {
        self.progress = progress
      }
    }
  }

  /// Hands over a text in parts, because a call is at most 1 MiB. The first part has no `upload`; the answer names it.
  /// What was handed over is kept in memory only, for ten minutes after the last part.
  public struct Upload: WireMethod {
    public static let method = "vn.motcua.Admin.Upload"

    public var upload: String?
    public var text: String

    public init(upload: String? = nil, text: String) {
      self.upload = upload
      self.text = text
    }

    public struct Answer: Codable, Sendable {
      public var upload: String
      public var bytes: Int

      public init(upload: String, bytes: Int) {
        self.upload = upload
        self.bytes = bytes
      }
    }
  }

  /// [more] Brings in an event log in CSV, one row per activity. `mapping` is the text of the TOML file that says what
  /// the columns mean. All rows are read before anything is written. The same file again changes nothing.
  public struct Import: WireMethod {
    public static let method = "vn.motcua.Admin.Import"

    public var upload: String
    public var mapping: String
    public var skipBadRows: Bool?

    public init(upload: String, mapping: String, skipBadRows: Bool? = nil) {
      self.upload = upload
      self.mapping = mapping
      self.skipBadRows = skipBadRows
    }

    public struct Answer: Codable, Sendable {
      public var progress: ImportProgress

      public init(progress: ImportProgress) {
        self.progress = progress
      }
    }
  }

  /// The signed tree head of the ledger as it is now: a C2SP checkpoint, in a signed note, to be published. It is signed
  /// only when the ledger is a continuation of the last one that was. `verifierKey` is the public half of the key, to be
  /// published too.
  public struct Checkpoint: WireMethod {
    public static let method = "vn.motcua.Admin.Checkpoint"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var note: String
      public var verifierKey: String

      public init(note: String, verifierKey: String) {
        self.note = note
        self.verifierKey = verifierKey
      }
    }
  }

  /// Sets the clock of a demo ledger; it only moves forward.
  public struct SetClock: WireMethod {
    public static let method = "vn.motcua.Admin.SetClock"

    public var to: String

    public init(to: String) {
      self.to = to
    }

    public struct Answer: Codable, Sendable {
      public var now: String

      public init(now: String) {
        self.now = now
      }
    }
  }
}
