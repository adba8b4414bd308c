extension Wire {
  /// One event with its inclusion proof: leaf `position` − 1 of the tree. `record` is what is stored, in base64, and
  /// `path` the hashes from the leaf's sibling up to the root's child, in base64.
  public struct ProvedEvent: Codable, Sendable, Hashable {
    public var position: Int
    public var record: String
    public var path: [String]

    public init(position: Int, record: String, path: [String]) {
      self.position = position
      self.record = record
      self.path = path
    }
  }

  /// [more] The events of one case, oldest first, each with its proof that it is in the tree of a checkpoint; what is not
  /// in `events` is the same in every page. `checkpoint` is a note that was issued earlier and that the proofs are to be
  /// made against; missing: the newest one, or a new one when the case has later events. `open` discloses the case's
  /// sealing key (`key`, in base64, and `keySlot`): it opens what is sealed of this case, and `received` holds its
  /// commitment. Errors about checkpoints are those of vn.motcua.Admin.
  public struct Prove: WireMethod {
    public static let method = "vn.motcua.Views.Prove"

    public var code: String
    public var checkpoint: String?
    public var open: Bool?

    public init(code: String, checkpoint: String? = nil, open: Bool? = nil) {
      self.code = code
      self.checkpoint = checkpoint
      self.open = open
    }

    public struct Answer: Codable, Sendable {
      public var code: String
      public var checkpoint: String
      public var verifierKey: String
      public var events: [ProvedEvent]
      public var key: String?
      public var keySlot: Int?

      public init(
        code: String,
        checkpoint: String,
        verifierKey: String,
        events: [ProvedEvent],
        key: String? = nil,
        keySlot: Int? = nil
      ) {
        self.code = code
        self.checkpoint = checkpoint
        self.verifierKey = verifierKey
        self.events = events
        self.key = key
        self.keySlot = keySlot
      }
    }
  }

  /// That the ledger of one checkpoint continues that of an older one: nothing was changed or dropped. Both are notes
  /// that were issued earlier; `new` missing: the newest. `path` is the consistency proof, in base64.
  public struct ProveConsistency: WireMethod {
    public static let method = "vn.motcua.Views.ProveConsistency"

    public var old: String
    public var new: String?

    public init(old: String, new: String? = nil) {
      self.old = old
      self.new = new
    }

    public struct Answer: Codable, Sendable {
      public var old: String
      public var new: String
      public var verifierKey: String
      public var path: [String]

      public init(old: String, new: String, verifierKey: String, path: [String]) {
        self.old = old
        self.new = new
        self.verifierKey = verifierKey
        self.path = path
      }
    }
  }
}
