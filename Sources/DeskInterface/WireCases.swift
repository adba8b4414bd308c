// What questions about cases are answered with.
extension Wire {
  public struct Case: Codable, Sendable, Hashable {
    public var code: String
    public var number: Int
    public var version: Int
    public var kind: Told<CaseKind>
    public var procedure: String?
    public var procedureName: Text?
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
    public var receiver: String
    public var receivedAt: String
    public var term: Term
    /// `firstDue` decides on time or late; `due`, the latest appointment, decides what is owed.
    public var firstDue: String
    public var due: String
    public var provisional: Bool
    public var reappointments: Int
    public var status: Told<Status>
    public var open: Bool
    public var ended: Bool
    /// Ended late trễ hạn or open past due quá hạn.
    public var late: Bool
    public var apologyOwed: Bool
    /// For a re-appointed case that is finished: whether the second date was kept.
    public var secondDateKept: Bool?
    public var outcome: Told<Outcome>?
    public var outcomeReason: String?
    public var documentNumber: String?
    public var signedBy: String?
    public var resolvedAt: String?
    public var returnedAt: String?
    public var returnedTo: String?
    public var withdrawnAt: String?
    public var imported: Bool
    /// When what identifies people was erased, and by what right.
    public var erasedAt: String?
    public var erasedUnder: String?

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
      imported: Bool,
      erasedAt: String? = nil,
      erasedUnder: String? = nil
    ) {
      self.code = code
      self.number = number
      self.version = version
      self.kind = .known(kind)
      self.procedure = procedure
      self.procedureName = procedureName
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
      self.receiver = receiver
      self.receivedAt = receivedAt
      self.term = term
      self.firstDue = firstDue
      self.due = due
      self.provisional = provisional
      self.reappointments = reappointments
      self.status = .known(status)
      self.open = open
      self.ended = ended
      self.late = late
      self.apologyOwed = apologyOwed
      self.secondDateKept = secondDateKept
      self.outcome = outcome.map(Told.known)
      self.outcomeReason = outcomeReason
      self.documentNumber = documentNumber
      self.signedBy = signedBy
      self.resolvedAt = resolvedAt
      self.returnedAt = returnedAt
      self.returnedTo = returnedTo
      self.withdrawnAt = withdrawnAt
      self.imported = imported
      self.erasedAt = erasedAt
      self.erasedUnder = erasedUnder
    }
  }

  /// Why a case comes where it does in `Next`, most pressing first.
  public enum Reason: String, Codable, Sendable, CaseIterable {
    case apologyOwed, overdue, handOver, urgent, dueToday, open
  }

  public struct NextDuty: Codable, Sendable, Hashable {
    public var reason: Told<Reason>
    public var at: String
    public var `case`: Case

    public init(reason: Reason, at: String, case: Case) {
      self.reason = .known(reason)
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
    public var kind: Told<DayKind>
    /// Which day of the term it is, for `counted`.
    public var count: Int?
    /// A working Saturday, for example, or the name of the holiday.
    public var note: Text?

    public init(date: String, weekday: Int, kind: DayKind, count: Int? = nil, note: Text? = nil) {
      self.date = date
      self.weekday = weekday
      self.kind = .known(kind)
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
    /// What was handed in; where nobody recorded that, what the procedure asks for.
    public var papers: [String]
    public var papersRecorded: Bool
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
      papersRecorded: Bool,
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
      self.papersRecorded = papersRecorded
      self.fee = fee
      self.receivedAt = receivedAt
      self.receiver = receiver
      self.due = due
      self.provisional = provisional
      self.atOnce = atOnce
    }
  }
}
