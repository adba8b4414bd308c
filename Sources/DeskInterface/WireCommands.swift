// What commands carry, and what answers them.
extension Wire {
  /// How the command is to be recorded. All of it may be left out.
  public struct Entry: Codable, Sendable, Hashable {
    /// Identifies the command, a UUID (version 7 is kindest to the index): sent again, the same command is answered
    /// again and not done twice. Without it a repeated command is a second command.
    public var commandId: String?
    /// Refuse with VersionConflict unless the case is at this version.
    public var expectedVersion: Int?
    /// When it happened, if that was before now; needs `reason`.
    public var occurredAt: String?
    /// Why it is recorded later than it happened.
    public var reason: String?
    /// The account for which a supervisor does it; both are recorded, and the work counts as that account's.
    public var onBehalfOf: String?

    public init(
      commandId: String? = nil,
      expectedVersion: Int? = nil,
      occurredAt: String? = nil,
      reason: String? = nil,
      onBehalfOf: String? = nil
    ) {
      self.commandId = commandId
      self.expectedVersion = expectedVersion
      self.occurredAt = occurredAt
      self.reason = reason
      self.onBehalfOf = onBehalfOf
    }
  }

  /// An apology that goes with a late result, in the same command.
  public struct LateApology: Codable, Sendable, Hashable {
    /// One of the causes that the office's rules name, such as `late` or `lostFile`.
    public var cause: String
    public var text: String
    public var signatory: String?
    public var letterNumber: String?

    public init(cause: String, text: String, signatory: String? = nil, letterNumber: String? = nil) {
      self.cause = cause
      self.text = text
      self.signatory = signatory
      self.letterNumber = letterNumber
    }
  }

  /// What a correction changes; what is left out stays.
  public struct Changes: Codable, Sendable, Hashable {
    public var applicant: String?
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var responsible: String?

    public init(
      applicant: String? = nil,
      phone: String? = nil,
      place: String? = nil,
      subject: String? = nil,
      responsible: String? = nil
    ) {
      self.applicant = applicant
      self.phone = phone
      self.place = place
      self.subject = subject
      self.responsible = responsible
    }
  }

  public enum DutyKind: String, Codable, Sendable, CaseIterable {
    case apology, decision, handOver
  }

  /// What the office still owes in this case, and by when (or since when).
  public struct Duty: Codable, Sendable, Hashable {
    public var kind: Told<DutyKind>
    public var at: String

    public init(kind: DutyKind, at: String) {
      self.kind = .known(kind)
      self.at = at
    }
  }

  /// Says that a command is recorded, durably.
  public struct Receipt: Codable, Sendable, Hashable {
    public var code: String
    public var number: Int
    /// The version of the case, and the position in the ledger, of the last event that the command appended.
    public var version: Int
    public var position: Int
    public var recordedAt: String
    /// True when this command had been accepted before and nothing was appended now.
    public var repeated: Bool
    public var status: Told<Status>
    /// True for late by the first promised date, whether open or ended.
    public var late: Bool
    public var due: String
    public var provisional: Bool
    public var owes: [Duty]
    /// The office's time then, where `recordedAt` is later.
    public var now: String?
    /// Of an erasure: how many backups of the keys that were handed out before may still be there and open the case.
    public var keyBackups: Int?
    /// Of an erasure: how many there are cannot be told.
    public var keyBackupsUnknown: Bool?

    public init(
      code: String,
      number: Int,
      version: Int,
      position: Int,
      recordedAt: String,
      repeated: Bool,
      status: Status,
      late: Bool,
      due: String,
      provisional: Bool,
      owes: [Duty],
      now: String? = nil,
      keyBackups: Int? = nil,
      keyBackupsUnknown: Bool? = nil
    ) {
      self.code = code
      self.number = number
      self.version = version
      self.position = position
      self.recordedAt = recordedAt
      self.repeated = repeated
      self.status = .known(status)
      self.late = late
      self.due = due
      self.provisional = provisional
      self.owes = owes
      self.now = now
      self.keyBackups = keyBackups
      self.keyBackupsUnknown = keyBackupsUnknown
    }
  }

  /// `laterEventStands`: an event that builds on it must be voided first.
  public enum NotVoidableReason: String, Codable, Sendable, CaseIterable {
    case noSuchEvent, notToday, alreadyVoided, receiptOrCorrection, laterEventStands
  }
}
