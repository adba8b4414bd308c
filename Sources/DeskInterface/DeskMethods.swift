extension Wire {
  /// A request is handed in. `applicant` may be missing for an enquiry only, `procedure` for all kinds but `procedure`.
  public struct Receive: WireMethod {
    public static let method = "vn.motcua.Desk.Receive"

    public var kind: CaseKind
    public var procedure: String?
    public var applicant: String?
    public var organisation: Bool?
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var channel: Channel?
    public var papers: [String]?
    public var handedInBy: String?
    public var authority: String?
    public var help: String?
    /// Why it is urgent; missing when it is not.
    public var urgent: String?
    public var responsible: String?
    public var entry: Entry?

    public init(
      kind: CaseKind,
      procedure: String? = nil,
      applicant: String? = nil,
      organisation: Bool? = nil,
      phone: String? = nil,
      place: String? = nil,
      subject: String? = nil,
      channel: Channel? = nil,
      papers: [String]? = nil,
      handedInBy: String? = nil,
      authority: String? = nil,
      help: String? = nil,
      urgent: String? = nil,
      responsible: String? = nil,
      entry: Entry? = nil
    ) {
      self.kind = kind
      self.procedure = procedure
      self.applicant = applicant
      self.organisation = organisation
      self.phone = phone
      self.place = place
      self.subject = subject
      self.channel = channel
      self.papers = papers
      self.handedInBy = handedInBy
      self.authority = authority
      self.help = help
      self.urgent = urgent
      self.responsible = responsible
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// Advice is given. Without `code` it receives, advises and resolves an enquiry in one command.
  public struct Consult: WireMethod {
    public static let method = "vn.motcua.Desk.Consult"

    public var code: String?
    public var question: String
    public var guidance: String
    public var minutes: Int?
    public var applicant: String?
    public var phone: String?
    public var channel: Channel?
    public var entry: Entry?

    public init(
      code: String? = nil,
      question: String,
      guidance: String,
      minutes: Int? = nil,
      applicant: String? = nil,
      phone: String? = nil,
      channel: Channel? = nil,
      entry: Entry? = nil
    ) {
      self.code = code
      self.question = question
      self.guidance = guidance
      self.minutes = minutes
      self.applicant = applicant
      self.phone = phone
      self.channel = channel
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// A step of the processing is done.
  public struct Progress: WireMethod {
    public static let method = "vn.motcua.Desk.Progress"

    public var code: String
    public var step: String
    public var by: String?
    public var group: String?
    public var entry: Entry?

    public init(code: String, step: String, by: String? = nil, group: String? = nil, entry: Entry? = nil) {
      self.code = code
      self.step = step
      self.by = by
      self.group = group
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// An apology is made. While the case is unfinished, a cause that re-appoints (such as `late`) must name `newDue`.
  public struct Apologise: WireMethod {
    public static let method = "vn.motcua.Desk.Apologise"

    public var code: String
    public var cause: String
    public var text: String
    public var signatory: String?
    public var letterNumber: String?
    public var newDue: String?
    public var entry: Entry?

    public init(
      code: String,
      cause: String,
      text: String,
      signatory: String? = nil,
      letterNumber: String? = nil,
      newDue: String? = nil,
      entry: Entry? = nil
    ) {
      self.code = code
      self.cause = cause
      self.text = text
      self.signatory = signatory
      self.letterNumber = letterNumber
      self.newDue = newDue
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// The result is signed, numbered and lying at the counter.
  public struct Resolve: WireMethod {
    public static let method = "vn.motcua.Desk.Resolve"

    public var code: String
    /// Missing means `answered` for an enquiry or a complaint, else `granted`.
    public var outcome: Outcome?
    public var reason: String?
    public var documentNumber: String?
    public var signedBy: String?
    public var apology: LateApology?
    public var entry: Entry?

    public init(
      code: String,
      outcome: Outcome? = nil,
      reason: String? = nil,
      documentNumber: String? = nil,
      signedBy: String? = nil,
      apology: LateApology? = nil,
      entry: Entry? = nil
    ) {
      self.code = code
      self.outcome = outcome
      self.reason = reason
      self.documentNumber = documentNumber
      self.signedBy = signedBy
      self.apology = apology
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// The result is in the citizen's hands.
  public struct Return: WireMethod {
    public static let method = "vn.motcua.Desk.Return"

    public var code: String
    /// Who took it; missing means the applicant.
    public var to: String?
    /// By what authority somebody else took it.
    public var authority: String?
    public var apology: LateApology?
    public var entry: Entry?

    public init(
      code: String,
      to: String? = nil,
      authority: String? = nil,
      apology: LateApology? = nil,
      entry: Entry? = nil
    ) {
      self.code = code
      self.to = to
      self.authority = authority
      self.apology = apology
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// The citizen takes the request back.
  public struct Withdraw: WireMethod {
    public static let method = "vn.motcua.Desk.Withdraw"

    public var code: String
    public var by: String?
    public var reason: String
    public var entry: Entry?

    public init(code: String, by: String? = nil, reason: String, entry: Entry? = nil) {
      self.code = code
      self.by = by
      self.reason = reason
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// History is added to, never edited: changes facts of the case, or voids an event that was recorded today by
  /// mistake.
  public struct Correct: WireMethod {
    public static let method = "vn.motcua.Desk.Correct"

    public var code: String
    public var changes: Changes?
    /// The version of the event to void.
    public var voids: Int?
    public var reason: String
    public var entry: Entry?

    public init(code: String, changes: Changes? = nil, voids: Int? = nil, reason: String, entry: Entry? = nil) {
      self.code = code
      self.changes = changes
      self.voids = voids
      self.reason = reason
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }

  /// What identifies people in the case can never be read again: its key is destroyed. The record stays, and counts.
  /// `basis` stays readable: it names a law and no person. For a supervisor.
  public struct Erase: WireMethod {
    public static let method = "vn.motcua.Desk.Erase"

    public var code: String
    public var basis: String
    public var entry: Entry?

    public init(code: String, basis: String, entry: Entry? = nil) {
      self.code = code
      self.basis = basis
      self.entry = entry
    }

    public struct Answer: Codable, Sendable {
      public var receipt: Receipt

      public init(receipt: Receipt) {
        self.receipt = receipt
      }
    }
  }
}
