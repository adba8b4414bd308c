/// What goes over the wire: the types of the `.varlink` files of this module, in Swift.
public enum Wire {}

extension Wire {
  public enum CaseKind: String, Codable, Sendable, CaseIterable {
    case procedure, enquiry, complaint, assistance
  }

  public enum Channel: String, Codable, Sendable, CaseIterable {
    case counter, online, onlineAssisted, post, phone, home, other
  }

  public enum Outcome: String, Codable, Sendable, CaseIterable {
    case granted, refused, answered
  }

  public enum Status: String, Codable, Sendable, CaseIterable {
    case received, processing, awaitingSupplement, ready, returned, withdrawn
  }

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

    public init(
      commandId: String? = nil,
      expectedVersion: Int? = nil,
      occurredAt: String? = nil,
      reason: String? = nil
    ) {
      self.commandId = commandId
      self.expectedVersion = expectedVersion
      self.occurredAt = occurredAt
      self.reason = reason
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
    public var kind: DutyKind
    public var at: String

    public init(kind: DutyKind, at: String) {
      self.kind = kind
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
    public var status: Status
    /// True for late by the first promised date, whether open or ended.
    public var late: Bool
    public var due: String
    public var provisional: Bool
    public var owes: [Duty]

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
      owes: [Duty]
    ) {
      self.code = code
      self.number = number
      self.version = version
      self.position = position
      self.recordedAt = recordedAt
      self.repeated = repeated
      self.status = status
      self.late = late
      self.due = due
      self.provisional = provisional
      self.owes = owes
    }
  }

  /// `laterEventStands`: an event that builds on it must be voided first.
  public enum NotVoidableReason: String, Codable, Sendable, CaseIterable {
    case noSuchEvent, notToday, alreadyVoided, receiptOrCorrection, laterEventStands
  }

  public enum TermKind: String, Codable, Sendable, CaseIterable {
    case atOnce, workingDays, days, imported
  }

  /// How long the office has: `count` is 0 for `atOnce` and `imported`.
  public struct Term: Codable, Sendable, Hashable {
    public var kind: TermKind
    public var count: Int

    public init(kind: TermKind, count: Int) {
      self.kind = kind
      self.count = count
    }
  }

  public struct Text: Codable, Sendable, Hashable {
    public var vi: String
    public var en: String

    public init(vi: String, en: String) {
      self.vi = vi
      self.en = en
    }
  }

  public struct Case: Codable, Sendable, Hashable {
    public var code: String
    public var number: Int
    public var version: Int
    public var kind: CaseKind
    public var procedure: String?
    public var procedureName: Text?
    public var applicant: String?
    public var organisation: Bool
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var channel: Channel
    public var papers: [String]
    public var handedInBy: String?
    public var authority: String?
    public var help: String?
    public var urgent: String?
    public var responsible: String?
    public var receiver: String
    public var receivedAt: String
    public var term: Term
    /// `firstDue` decides on time or late; `due`, the latest appointment, decides what is owed.
    public var firstDue: String
    public var due: String
    public var provisional: Bool
    public var reappointments: Int
    public var status: Status
    public var open: Bool
    public var ended: Bool
    /// Ended late trễ hạn or open past due quá hạn.
    public var late: Bool
    public var apologyOwed: Bool
    /// For a re-appointed case that is finished: whether the second date was kept.
    public var secondDateKept: Bool?
    public var outcome: Outcome?
    public var outcomeReason: String?
    public var documentNumber: String?
    public var signedBy: String?
    public var resolvedAt: String?
    public var returnedAt: String?
    public var returnedTo: String?
    public var withdrawnAt: String?
    public var imported: Bool

    public init(
      code: String,
      number: Int,
      version: Int,
      kind: CaseKind,
      procedure: String? = nil,
      procedureName: Text? = nil,
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
      receiver: String,
      receivedAt: String,
      term: Term,
      firstDue: String,
      due: String,
      provisional: Bool,
      reappointments: Int,
      status: Status,
      open: Bool,
      ended: Bool,
      late: Bool,
      apologyOwed: Bool,
      secondDateKept: Bool? = nil,
      outcome: Outcome? = nil,
      outcomeReason: String? = nil,
      documentNumber: String? = nil,
      signedBy: String? = nil,
      resolvedAt: String? = nil,
      returnedAt: String? = nil,
      returnedTo: String? = nil,
      withdrawnAt: String? = nil,
      imported: Bool
    ) {
      self.code = code
      self.number = number
      self.version = version
      self.kind = kind
      self.procedure = procedure
      self.procedureName = procedureName
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
      self.receiver = receiver
      self.receivedAt = receivedAt
      self.term = term
      self.firstDue = firstDue
      self.due = due
      self.provisional = provisional
      self.reappointments = reappointments
      self.status = status
      self.open = open
      self.ended = ended
      self.late = late
      self.apologyOwed = apologyOwed
      self.secondDateKept = secondDateKept
      self.outcome = outcome
      self.outcomeReason = outcomeReason
      self.documentNumber = documentNumber
      self.signedBy = signedBy
      self.resolvedAt = resolvedAt
      self.returnedAt = returnedAt
      self.returnedTo = returnedTo
      self.withdrawnAt = withdrawnAt
      self.imported = imported
    }
  }

  public struct Received: Codable, Sendable, Hashable {
    public var kind: CaseKind
    public var procedure: String?
    public var applicant: String?
    public var organisation: Bool
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var channel: Channel
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
    public var outcome: Outcome
    public var reason: String?
    public var documentNumber: String?
    public var signedBy: String?
    /// True for an imported end: the register that it came from knows no hand-over.
    public var closes: Bool

    public init(
      outcome: Outcome,
      reason: String? = nil,
      documentNumber: String? = nil,
      signedBy: String? = nil,
      closes: Bool
    ) {
      self.outcome = outcome
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

  public enum EventType: String, Codable, Sendable, CaseIterable {
    case received, consulted, progressed, apologised, resolved, returned, withdrawn, corrected, rulesAdopted
  }

  /// One recorded event; of the fields from `received` on, the one that `type` names is set.
  public struct Event: Codable, Sendable, Hashable {
    public var position: Int
    /// Missing for the office's own events.
    public var code: String?
    /// 0 for the office's own stream.
    public var number: Int
    public var version: Int
    public var type: EventType
    public var recordedAt: String
    public var occurredAt: String
    /// Why it was recorded later than it happened.
    public var lateEntryReason: String?
    public var uid: Int
    public var account: String
    public var role: String?
    public var commandId: String
    public var rulesPosition: Int
    public var imported: Bool
    public var received: Received?
    public var consulted: Consulted?
    public var progressed: Progressed?
    public var apologised: Apologised?
    public var resolved: Resolved?
    public var returned: Returned?
    public var withdrawn: Withdrawn?
    public var corrected: Corrected?
    public var rulesAdopted: RulesAdopted?

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
      commandId: String,
      rulesPosition: Int,
      imported: Bool,
      received: Received? = nil,
      consulted: Consulted? = nil,
      progressed: Progressed? = nil,
      apologised: Apologised? = nil,
      resolved: Resolved? = nil,
      returned: Returned? = nil,
      withdrawn: Withdrawn? = nil,
      corrected: Corrected? = nil,
      rulesAdopted: RulesAdopted? = nil
    ) {
      self.position = position
      self.code = code
      self.number = number
      self.version = version
      self.type = type
      self.recordedAt = recordedAt
      self.occurredAt = occurredAt
      self.lateEntryReason = lateEntryReason
      self.uid = uid
      self.account = account
      self.role = role
      self.commandId = commandId
      self.rulesPosition = rulesPosition
      self.imported = imported
      self.received = received
      self.consulted = consulted
      self.progressed = progressed
      self.apologised = apologised
      self.resolved = resolved
      self.returned = returned
      self.withdrawn = withdrawn
      self.corrected = corrected
      self.rulesAdopted = rulesAdopted
    }
  }

  /// Why a case comes where it does in `Next`, most pressing first.
  public enum Reason: String, Codable, Sendable, CaseIterable {
    case apologyOwed, overdue, handOver, urgent, dueToday, open
  }

  public struct NextDuty: Codable, Sendable, Hashable {
    public var reason: Reason
    public var at: String
    public var `case`: Case

    public init(reason: Reason, at: String, case: Case) {
      self.reason = reason
      self.at = at
      self.case = `case`
    }
  }

  /// `open`, `openLate` and `apologiesOwed` are as of now and stand in the column `all` only.
  public struct Counts: Codable, Sendable, Hashable {
    public var received: Int
    public var resolvedOnTime: Int
    public var resolvedLate: Int
    public var withdrawn: Int
    /// Of those withdrawn, how many after their date.
    public var withdrawnLate: Int
    public var open: Int?
    public var openLate: Int?
    public var apologiesOwed: Int?

    public init(
      received: Int,
      resolvedOnTime: Int,
      resolvedLate: Int,
      withdrawn: Int,
      withdrawnLate: Int,
      open: Int? = nil,
      openLate: Int? = nil,
      apologiesOwed: Int? = nil
    ) {
      self.received = received
      self.resolvedOnTime = resolvedOnTime
      self.resolvedLate = resolvedLate
      self.withdrawn = withdrawn
      self.withdrawnLate = withdrawnLate
      self.open = open
      self.openLate = openLate
      self.apologiesOwed = apologiesOwed
    }
  }

  public struct Columns: Codable, Sendable, Hashable {
    public var today: Counts
    public var yesterday: Counts
    public var thisWeek: Counts
    public var thisMonth: Counts
    public var all: Counts

    public init(today: Counts, yesterday: Counts, thisWeek: Counts, thisMonth: Counts, all: Counts) {
      self.today = today
      self.yesterday = yesterday
      self.thisWeek = thisWeek
      self.thisMonth = thisMonth
      self.all = all
    }
  }

  public enum DayKind: String, Codable, Sendable, CaseIterable {
    case receipt, counted, weekend, dayOff
  }

  /// One day of the count towards a due date.
  public struct CountedDay: Codable, Sendable, Hashable {
    public var date: String
    /// 1 Monday … 7 Sunday.
    public var weekday: Int
    public var kind: DayKind
    /// Which day of the term it is, for `counted`.
    public var count: Int?
    /// A working Saturday, for example, or the name of the holiday.
    public var note: Text?

    public init(date: String, weekday: Int, kind: DayKind, count: Int? = nil, note: Text? = nil) {
      self.date = date
      self.weekday = weekday
      self.kind = kind
      self.count = count
      self.note = note
    }
  }

  public struct Appointment: Codable, Sendable, Hashable {
    public var due: String
    public var cause: String?
    public var madeAt: String

    public init(due: String, cause: String? = nil, madeAt: String) {
      self.due = due
      self.cause = cause
      self.madeAt = madeAt
    }
  }

  public struct Explanation: Codable, Sendable, Hashable {
    public var code: String
    public var receivedAt: String
    public var term: Term
    /// The rule that was applied, in words.
    public var rule: Text
    public var source: String
    public var days: [CountedDay]
    public var firstDue: String
    public var provisional: Bool
    /// The first date, then every later one.
    public var appointments: [Appointment]
    public var rulesPosition: Int

    public init(
      code: String,
      receivedAt: String,
      term: Term,
      rule: Text,
      source: String,
      days: [CountedDay],
      firstDue: String,
      provisional: Bool,
      appointments: [Appointment],
      rulesPosition: Int
    ) {
      self.code = code
      self.receivedAt = receivedAt
      self.term = term
      self.rule = rule
      self.source = source
      self.days = days
      self.firstDue = firstDue
      self.provisional = provisional
      self.appointments = appointments
      self.rulesPosition = rulesPosition
    }
  }

  public struct Procedure: Codable, Sendable, Hashable {
    public var id: String
    /// Short names that may be typed instead.
    public var aliases: [String]
    /// The number in the national catalogue, where it is known.
    public var nationalId: String?
    public var name: Text
    public var term: Term
    public var papers: [String]
    public var fee: Text
    public var source: String
    public var effective: String
    /// False where the term was not read in the law itself.
    public var confirmed: Bool

    public init(
      id: String,
      aliases: [String],
      nationalId: String? = nil,
      name: Text,
      term: Term,
      papers: [String],
      fee: Text,
      source: String,
      effective: String,
      confirmed: Bool
    ) {
      self.id = id
      self.aliases = aliases
      self.nationalId = nationalId
      self.name = name
      self.term = term
      self.papers = papers
      self.fee = fee
      self.source = source
      self.effective = effective
      self.confirmed = confirmed
    }
  }

  /// What form 01, the receipt and appointment slip, is printed from.
  public struct Slip: Codable, Sendable, Hashable {
    public var office: Text
    public var place: Text
    public var code: String
    public var applicant: String?
    public var phone: String?
    public var procedureName: Text?
    public var subject: String?
    public var papers: [String]
    public var fee: Text?
    public var receivedAt: String
    public var receiver: String
    public var due: String
    public var provisional: Bool
    /// True when the result is promised at once: a slip only on request.
    public var atOnce: Bool

    public init(
      office: Text,
      place: Text,
      code: String,
      applicant: String? = nil,
      phone: String? = nil,
      procedureName: Text? = nil,
      subject: String? = nil,
      papers: [String],
      fee: Text? = nil,
      receivedAt: String,
      receiver: String,
      due: String,
      provisional: Bool,
      atOnce: Bool
    ) {
      self.office = office
      self.place = place
      self.code = code
      self.applicant = applicant
      self.phone = phone
      self.procedureName = procedureName
      self.subject = subject
      self.papers = papers
      self.fee = fee
      self.receivedAt = receivedAt
      self.receiver = receiver
      self.due = due
      self.provisional = provisional
      self.atOnce = atOnce
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
      residentBytes: Int
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
    public var phase: ImportPhase
    /// Cases done, of how many.
    public var done: Int
    public var total: Int
    /// Cases and events that this run has written; what an earlier run had written counts in `repeated`.
    public var cases: Int
    public var events: Int
    public var repeated: Int
    /// What is contradictory in the file, and was kept.
    public var warnings: [RowNote]
    /// Rows left out, with `skipBadRows` only.
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
      self.phase = phase
      self.done = done
      self.total = total
      self.cases = cases
      self.events = events
      self.repeated = repeated
      self.warnings = warnings
      self.badRows = badRows
    }
  }
}
