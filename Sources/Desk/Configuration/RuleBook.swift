/// Everything that an office can configure and that decides about cases. It is recorded in the ledger whenever it
/// changes (`rulesAdopted`), so that a case keeps what it was received under.
///
/// Its parts lie in one place that copies share: a book goes along with every command.
public struct RuleBook: Hashable, Sendable {
  @usableFromInline var content: Content

  @usableFromInline
  final class Content: Hashable, Sendable {
    @usableFromInline let office: Office
    @usableFromInline let calendar: WorkingCalendar
    @usableFromInline let procedures: [Procedure]
    @usableFromInline let rules: RuleSet
    let names: ProcedureNames

    init(office: Office, calendar: WorkingCalendar, procedures: [Procedure], rules: RuleSet) {
      self.office = office
      self.calendar = calendar
      self.procedures = procedures
      self.rules = rules
      names = ProcedureNames(of: procedures)
    }

    @usableFromInline
    static func == (one: Content, other: Content) -> Bool {
      one === other
        || one.office == other.office && one.calendar == other.calendar && one.procedures == other.procedures
          && one.rules == other.rules
    }

    @usableFromInline
    func hash(into hasher: inout Hasher) {
      hasher.combine(office)
      hasher.combine(calendar)
      hasher.combine(procedures)
      hasher.combine(rules)
    }
  }

  public init(office: Office, calendar: WorkingCalendar, procedures: [Procedure], rules: RuleSet) {
    content = Content(office: office, calendar: calendar, procedures: procedures, rules: rules)
  }

  public var office: Office {
    @inlinable get { content.office }
    set { self = RuleBook(office: newValue, calendar: calendar, procedures: procedures, rules: rules) }
  }
  public var calendar: WorkingCalendar {
    @inlinable get { content.calendar }
    set { self = RuleBook(office: office, calendar: newValue, procedures: procedures, rules: rules) }
  }
  public var procedures: [Procedure] {
    @inlinable get { content.procedures }
    set { self = RuleBook(office: office, calendar: calendar, procedures: newValue, rules: rules) }
  }
  public var rules: RuleSet {
    @inlinable get { content.rules }
    set { self = RuleBook(office: office, calendar: calendar, procedures: procedures, rules: newValue) }
  }

  /// The procedure by its id or a short name, in the version in force on the day: the latest whose effective date has
  /// come.
  public func procedure(_ name: String, on day: CalendarDay) -> Procedure? {
    content.names.latest(named: name.slug, on: day)
  }

  /// How long the office has. A complaint or an enquiry about a procedure has its own time, not the procedure's.
  public func term(of kind: CaseKind, _ procedure: Procedure?) -> Term {
    switch kind {
    case .procedure, .assistance: procedure?.term ?? rules.assistanceTerm
    case .enquiry: rules.enquiryTerm
    case .complaint: rules.complaintTerm
    }
  }

  /// The version of a procedure that a case was received under.
  public func procedure(id: String, effective: CalendarDay) -> Procedure? {
    procedures.first { $0.id == id && $0.effective == effective }
  }

  public func procedures(on day: CalendarDay) -> [Procedure] {
    procedures.filter { candidate in procedure(candidate.id, on: day) == candidate }
  }
}

public struct Office: Hashable, Sendable {
  public var name: Text
  public var place: Text
  /// What every case code begins with, such as `H56.26.07`.
  public var codePrefix: String
  public var utcOffset: UTCOffset
  public var opens: TimeOfDay
  /// The end of office hours, which is when a day's promises fall due.
  public var closes: TimeOfDay

  public init(
    name: Text, place: Text, codePrefix: String, utcOffset: UTCOffset, opens: TimeOfDay, closes: TimeOfDay
  ) {
    self.name = name
    self.place = place
    self.codePrefix = codePrefix
    self.utcOffset = utcOffset
    self.opens = opens
    self.closes = closes
  }
}

public struct Procedure: Hashable, Sendable {
  public var id: String
  /// Short names that may be typed instead of the id.
  public var aliases: [String]
  /// The number in the national catalogue, where it is known.
  public var nationalID: String?
  public var name: Text
  public var term: Term
  public var papers: [String]
  public var fee: Text
  public var source: String
  public var effective: CalendarDay
  /// False where the term was not read in the law itself.
  public var isConfirmed: Bool

  public init(
    id: String, aliases: [String], nationalID: String?, name: Text, term: Term, papers: [String], fee: Text,
    source: String, effective: CalendarDay, isConfirmed: Bool
  ) {
    self.id = id
    self.aliases = aliases
    self.nationalID = nationalID
    self.name = name
    self.term = term
    self.papers = papers
    self.fee = fee
    self.source = source
    self.effective = effective
    self.isConfirmed = isConfirmed
  }

  var names: [String] { [id] + aliases + [nationalID].compactMap(\.self) }

  func hasSlug(_ slug: String) -> Bool {
    id.hasSlug(slug) || aliases.contains { $0.hasSlug(slug) } || nationalID?.hasSlug(slug) ?? false
  }
}

/// The rules that are numbers and lists, each with the text it was taken from.
public struct RuleSet: Hashable, Sendable {
  public struct Cause: Hashable, Sendable {
    public var id: String
    public var name: Text
    /// True when an apology with this cause answers for a broken date, and so names a new one while the case is
    /// unfinished.
    public var answersForDate: Bool

    public init(id: String, name: Text, answersForDate: Bool) {
      self.id = id
      self.name = name
      self.answersForDate = answersForDate
    }
  }

  public struct Sources: Hashable, Sendable {
    public var term: String
    public var sameDay: String
    public var apology: String
    public var kinds: String

    public init(term: String, sameDay: String, apology: String, kinds: String) {
      self.term = term
      self.sameDay = sameDay
      self.apology = apology
      self.kinds = kinds
    }
  }

  /// What an office may do or leave. Each is off until its rules name it.
  public struct Measures: Hashable, Sendable {
    /// A notice is owed of what is decided about somebody's case.
    public var notices = false

    public init(notices: Bool = false) { self.notices = notices }
  }

  public var version: String
  public var effective: CalendarDay
  /// Same-day requests received until this second, inclusive, are answered the same day.
  public var sameDayCutoff: TimeOfDay
  /// How many new dates a clerk may name after the first.
  public var reappointmentsMax: Int
  /// How many calendar days after it happened a clerk may record something; nil without a bound.
  public var backdatingDaysMax: Int?
  public var causes: [Cause]
  public var holds: [Hold]
  /// The terms of enquiries, of complaints, and of assistance without a procedure.
  public var enquiryTerm: Term
  public var complaintTerm: Term
  public var assistanceTerm: Term
  public var sources: Sources
  public var measures: Measures

  public init(
    version: String, effective: CalendarDay, sameDayCutoff: TimeOfDay, reappointmentsMax: Int,
    backdatingDaysMax: Int? = nil, causes: [Cause], holds: [Hold] = [], enquiryTerm: Term, complaintTerm: Term,
    assistanceTerm: Term, sources: Sources, measures: Measures = .init()
  ) {
    self.version = version
    self.effective = effective
    self.sameDayCutoff = sameDayCutoff
    self.reappointmentsMax = reappointmentsMax
    self.backdatingDaysMax = backdatingDaysMax
    self.causes = causes
    self.holds = holds
    self.enquiryTerm = enquiryTerm
    self.complaintTerm = complaintTerm
    self.assistanceTerm = assistanceTerm
    self.sources = sources
    self.measures = measures
  }
}
