// Events as they are told.
extension Wire {
  public struct Received: Codable, Sendable, Hashable {
    public var kind: Told<CaseKind>
    public var procedure: String?
    public var applicant: String?
    public var organisation: Bool
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var channel: Told<Channel>
    public var papers: [String]
    public var handedInBy: String?
    public var authority: String?
    public var help: String?
    public var urgent: String?
    public var responsible: String?
    public var term: Term
    public var due: String
    public var provisional: Bool

    public init(
      kind: CaseKind,
      procedure: String? = nil,
      applicant: String? = nil,
      organisation: Bool,
      phone: String? = nil,
      place: String? = nil,
      subject: String? = nil,
      channel: Channel,
      papers: [String],
      handedInBy: String? = nil,
      authority: String? = nil,
      help: String? = nil,
      urgent: String? = nil,
      responsible: String? = nil,
      term: Term,
      due: String,
      provisional: Bool
    ) {
      self.kind = .known(kind)
      self.procedure = procedure
      self.applicant = applicant
      self.organisation = organisation
      self.phone = phone
      self.place = place
      self.subject = subject
      self.channel = .known(channel)
      self.papers = papers
      self.handedInBy = handedInBy
      self.authority = authority
      self.help = help
      self.urgent = urgent
      self.responsible = responsible
      self.term = term
      self.due = due
      self.provisional = provisional
    }
  }

  public struct Consulted: Codable, Sendable, Hashable {
    public var question: String
    public var guidance: String
    public var minutes: Int?

    public init(question: String, guidance: String, minutes: Int? = nil) {
      self.question = question
      self.guidance = guidance
      self.minutes = minutes
    }
  }

  public struct Progressed: Codable, Sendable, Hashable {
    public var step: String
    public var by: String?
    public var group: String?

    public init(step: String, by: String? = nil, group: String? = nil) {
      self.step = step
      self.by = by
      self.group = group
    }
  }

  public struct Apologised: Codable, Sendable, Hashable {
    public var cause: String
    public var text: String
    public var signatory: String?
    public var letterNumber: String?
    public var newDue: String?

    public init(
      cause: String,
      text: String,
      signatory: String? = nil,
      letterNumber: String? = nil,
      newDue: String? = nil
    ) {
      self.cause = cause
      self.text = text
      self.signatory = signatory
      self.letterNumber = letterNumber
      self.newDue = newDue
    }
  }

  public struct Resolved: Codable, Sendable, Hashable {
    /// Missing for an imported end: the register that it came from does not say.
    public var outcome: Told<Outcome>?
    public var reason: String?
    public var documentNumber: String?
    public var signedBy: String?
    /// True for an imported end: the register that it came from knows no hand-over.
    public var closes: Bool

    public init(
      outcome: Outcome? = nil,
      reason: String? = nil,
      documentNumber: String? = nil,
      signedBy: String? = nil,
      closes: Bool
    ) {
      self.outcome = outcome.map(Told.known)
      self.reason = reason
      self.documentNumber = documentNumber
      self.signedBy = signedBy
      self.closes = closes
    }
  }

  public struct Returned: Codable, Sendable, Hashable {
    public var to: String?
    public var authority: String?

    public init(to: String? = nil, authority: String? = nil) {
      self.to = to
      self.authority = authority
    }
  }

  public struct Withdrawn: Codable, Sendable, Hashable {
    public var by: String?
    public var reason: String

    public init(by: String? = nil, reason: String) {
      self.by = by
      self.reason = reason
    }
  }

  public struct Corrected: Codable, Sendable, Hashable {
    public var applicant: String?
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var responsible: String?
    public var voids: Int?
    public var reason: String

    public init(
      applicant: String? = nil,
      phone: String? = nil,
      place: String? = nil,
      subject: String? = nil,
      responsible: String? = nil,
      voids: Int? = nil,
      reason: String
    ) {
      self.applicant = applicant
      self.phone = phone
      self.place = place
      self.subject = subject
      self.responsible = responsible
      self.voids = voids
      self.reason = reason
    }
  }

  /// The canonical JSON text of the rules, calendar and procedures in force from here on.
  public struct RulesAdopted: Codable, Sendable, Hashable {
    public var text: String

    public init(text: String) {
      self.text = text
    }
  }

  public struct Erased: Codable, Sendable, Hashable {
    public var basis: String

    public init(basis: String) {
      self.basis = basis
    }
  }

  /// The ledger was put back from an older state: the events after `size`, up to `knownSize` at least, are lost.
  public struct Restored: Codable, Sendable, Hashable {
    public var size: Int
    public var knownSize: Int
    public var knownRoot: String
    /// Who told how far it went: the origin of a checkpoint, `views`, or `signed-heads` for the record of what was signed.
    public var witness: String
    /// Nobody knew how far the lost ledger went.
    public var unknownEnd: Bool?
    /// Codes of every day up to `floorLast` begin after `serialFloor` from here on.
    public var floorFirst: String?
    public var floorLast: String?
    public var serialFloor: Int?
    /// How many cases were erased again by the office's list of erasures.
    public var erasures: Int?

    public init(
      size: Int,
      knownSize: Int,
      knownRoot: String,
      witness: String,
      unknownEnd: Bool? = nil,
      floorFirst: String? = nil,
      floorLast: String? = nil,
      serialFloor: Int? = nil,
      erasures: Int? = nil
    ) {
      self.size = size
      self.knownSize = knownSize
      self.knownRoot = knownRoot
      self.witness = witness
      self.unknownEnd = unknownEnd
      self.floorFirst = floorFirst
      self.floorLast = floorLast
      self.serialFloor = serialFloor
      self.erasures = erasures
    }
  }

  /// Somebody who knows what time it is has said that the machine's clock is right.
  public struct ClockAccepted: Codable, Sendable, Hashable {
    public var shown: String
    public var expected: String

    public init(shown: String, expected: String) {
      self.shown = shown
      self.expected = expected
    }
  }

  public enum EventType: String, Codable, Sendable, CaseIterable {
    case received, consulted, progressed, apologised, resolved, returned, withdrawn, corrected, erased, rulesAdopted
    case restored, clockAccepted
  }

  /// One recorded event; of the fields from `received` on, the one that `type` names is set.
  public struct Event: Codable, Sendable, Hashable {
    public var position: Int
    /// Missing for the office's own events.
    public var code: String?
    /// 0 for the office's own stream.
    public var number: Int
    public var version: Int
    public var type: Told<EventType>
    public var recordedAt: String
    public var occurredAt: String
    /// Why it was recorded later than it happened.
    public var lateEntryReason: String?
    public var uid: Int
    public var account: String
    public var role: String?
    /// The account for which a supervisor did it.
    public var onBehalfOf: String?
    public var commandId: String
    public var rulesPosition: Int
    public var imported: Bool
    /// True where what identifies people is missing, because the case's key is gone or not here.
    public var closed: Bool?
    public var received: Received?
    public var consulted: Consulted?
    public var progressed: Progressed?
    public var apologised: Apologised?
    public var resolved: Resolved?
    public var returned: Returned?
    public var withdrawn: Withdrawn?
    public var corrected: Corrected?
    public var erased: Erased?
    public var rulesAdopted: RulesAdopted?
    public var restored: Restored?
    public var clockAccepted: ClockAccepted?

    public init(
      position: Int,
      code: String? = nil,
      number: Int,
      version: Int,
      type: EventType,
      recordedAt: String,
      occurredAt: String,
      lateEntryReason: String? = nil,
      uid: Int,
      account: String,
      role: String? = nil,
      onBehalfOf: String? = nil,
      commandId: String,
      rulesPosition: Int,
      imported: Bool,
      closed: Bool? = nil,
      received: Received? = nil,
      consulted: Consulted? = nil,
      progressed: Progressed? = nil,
      apologised: Apologised? = nil,
      resolved: Resolved? = nil,
      returned: Returned? = nil,
      withdrawn: Withdrawn? = nil,
      corrected: Corrected? = nil,
      erased: Erased? = nil,
      rulesAdopted: RulesAdopted? = nil,
      restored: Restored? = nil,
      clockAccepted: ClockAccepted? = nil
    ) {
      self.position = position
      self.code = code
      self.number = number
      self.version = version
      self.type = .known(type)
      self.recordedAt = recordedAt
      self.occurredAt = occurredAt
      self.lateEntryReason = lateEntryReason
      self.uid = uid
      self.account = account
      self.role = role
      self.onBehalfOf = onBehalfOf
      self.commandId = commandId
      self.rulesPosition = rulesPosition
      self.imported = imported
      self.closed = closed
      self.received = received
      self.consulted = consulted
      self.progressed = progressed
      self.apologised = apologised
      self.resolved = resolved
      self.returned = returned
      self.withdrawn = withdrawn
      self.corrected = corrected
      self.erased = erased
      self.rulesAdopted = rulesAdopted
      self.restored = restored
      self.clockAccepted = clockAccepted
    }
  }
}
