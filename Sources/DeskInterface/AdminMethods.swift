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

  /// Counts, durations and figures since the start, in the text format that Prometheus reads.
  public struct GetMetrics: WireMethod {
    public static let method = "vn.motcua.Admin.GetMetrics"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var text: String

      public init(text: String) {
        self.text = text
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
  /// What was handed over is kept for ten minutes after the last part: in memory only, unless the first part asks with
  /// `spool` for a file that nobody else can read.
  public struct Upload: WireMethod {
    public static let method = "vn.motcua.Admin.Upload"

    public var upload: String?
    public var text: String
    public var spool: Bool?

    public init(upload: String? = nil, text: String, spool: Bool? = nil) {
      self.upload = upload
      self.text = text
      self.spool = spool
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

  /// [more] Tells the whole ledger as it stands now, in lines of CloudEvents 1.0, every record verbatim; with `readable`,
  /// for people, and not to be brought in again.
  public struct Export: WireMethod {
    public static let method = "vn.motcua.Admin.Export"

    public var readable: Bool?

    public init(readable: Bool? = nil) {
      self.readable = readable
    }

    public struct Answer: Codable, Sendable {
      public var lines: [String]
      /// Events in the lines so far, of how many.
      public var done: Int
      public var total: Int

      public init(lines: [String], done: Int, total: Int) {
        self.lines = lines
        self.done = done
        self.total = total
      }
    }
  }

  /// [more] Makes an empty ledger the one that was exported. `upload` was made with `spool`; `keys` is an upload without
  /// it, the backup of the keys in base64.
  public struct ImportLedger: WireMethod {
    public static let method = "vn.motcua.Admin.ImportLedger"

    public var upload: String
    public var keys: String?

    public init(upload: String, keys: String? = nil) {
      self.upload = upload
      self.keys = keys
    }

    public struct Answer: Codable, Sendable {
      public var progress: LedgerImportProgress

      public init(progress: LedgerImportProgress) {
        self.progress = progress
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
