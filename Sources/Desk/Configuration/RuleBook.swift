/// Everything that an office can configure and that decides about cases. It is recorded in the ledger whenever it
/// changes (`rulesAdopted`), so that a case keeps what it was received under.
public struct RuleBook: Hashable, Sendable, Codable {
  public var office: Office
  public var calendar: WorkingCalendar
  public var procedures: [Procedure]
  public var rules: RuleSet

  /// The keys that the ledger keeps it by, whatever its properties are called.
  private enum CodingKeys: String, CodingKey {
    case office = "office"
    case calendar = "calendar"
    case procedures = "procedures"
    case rules = "rules"
  }

  public init(office: Office, calendar: WorkingCalendar, procedures: [Procedure], rules: RuleSet) {
    self.office = office
    self.calendar = calendar
    self.procedures = procedures
    self.rules = rules
  }

  /// The procedure by its id or a short name, in the version in force on the day: the latest whose effective date has
  /// come.
  public func procedure(_ name: String, on day: CalendarDay) -> Procedure? {
    let slug = name.slug
    return procedures.filter { $0.effective <= day && $0.names.contains { $0.hasSlug(slug) } }
      .max { $0.effective < $1.effective }
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

public struct Office: Hashable, Sendable, Codable {
  public var name: Text
  public var place: Text
  /// What every case code begins with, such as `H56.26.07`.
  public var codePrefix: String
  public var utcOffset: UTCOffset
  public var opens: TimeOfDay
  /// The end of office hours, which is when a day's promises fall due.
  public var closes: TimeOfDay

  /// The keys that the ledger keeps it by, whatever its properties are called.
  private enum CodingKeys: String, CodingKey {
    case name = "name"
    case place = "place"
    case codePrefix = "codePrefix"
    case utcOffset = "utcOffset"
    case opens = "opens"
    case closes = "closes"
  }

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

public struct Procedure: Hashable, Sendable, Codable {
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

  /// The keys that the ledger keeps it by, whatever its properties are called.
  private enum CodingKeys: String, CodingKey {
    case id = "id"
    case aliases = "aliases"
    case nationalID = "nationalID"
    case name = "name"
    case term = "term"
    case papers = "papers"
    case fee = "fee"
    case source = "source"
    case effective = "effective"
    case isConfirmed = "isConfirmed"
  }

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
}

/// The rules that are numbers and lists, each with the text it was taken from.
public struct RuleSet: Hashable, Sendable, Codable {
  public struct Cause: Hashable, Sendable, Codable {
    public var id: String
    public var name: Text
    /// True when an apology with this cause answers for a broken date, and so names a new one while the case is
    /// unfinished.
    public var answersForDate: Bool

    /// The keys that the ledger keeps it by, whatever its properties are called.
    private enum CodingKeys: String, CodingKey {
      case id = "id"
      case name = "name"
      case answersForDate = "answersForDate"
    }

    public init(id: String, name: Text, answersForDate: Bool) {
      self.id = id
      self.name = name
      self.answersForDate = answersForDate
    }
  }

  public struct Sources: Hashable, Sendable, Codable {
    public var term: String
    public var sameDay: String
    public var apology: String
    public var kinds: String

    /// The keys that the ledger keeps it by, whatever its properties are called.
    private enum CodingKeys: String, CodingKey {
      case term = "term"
      case sameDay = "sameDay"
      case apology = "apology"
      case kinds = "kinds"
    }

    public init(term: String, sameDay: String, apology: String, kinds: String) {
      self.term = term
      self.sameDay = sameDay
      self.apology = apology
      self.kinds = kinds
    }
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

  public init(
    version: String, effective: CalendarDay, sameDayCutoff: TimeOfDay, reappointmentsMax: Int,
    backdatingDaysMax: Int? = nil, causes: [Cause], holds: [Hold] = [], enquiryTerm: Term, complaintTerm: Term,
    assistanceTerm: Term, sources: Sources
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
  }
}

extension RuleSet {
  /// The keys that the ledger keeps them by. A later one may be missing, and means then what was so before there was one.
  private enum CodingKeys: String, CodingKey {
    case version = "version"
    case effective = "effective"
    case sameDayCutoff = "sameDayCutoff"
    case reappointmentsMax = "reappointmentsMax"
    case backdatingDaysMax = "backdatingDaysMax"
    case causes = "causes"
    case holds = "holds"
    case enquiryTerm = "enquiryTerm"
    case complaintTerm = "complaintTerm"
    case assistanceTerm = "assistanceTerm"
    case sources = "sources"
  }

  /// Rules that were recorded before there were holds, or a bound of back-dating, have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      version: try container.decode(String.self, forKey: .version),
      effective: try container.decode(CalendarDay.self, forKey: .effective),
      sameDayCutoff: try container.decode(TimeOfDay.self, forKey: .sameDayCutoff),
      reappointmentsMax: try container.decode(Int.self, forKey: .reappointmentsMax),
      backdatingDaysMax: try container.decodeIfPresent(Int.self, forKey: .backdatingDaysMax),
      causes: try container.decode([Cause].self, forKey: .causes),
      holds: try container.decodeIfPresent([Hold].self, forKey: .holds) ?? [],
      enquiryTerm: try container.decode(Term.self, forKey: .enquiryTerm),
      complaintTerm: try container.decode(Term.self, forKey: .complaintTerm),
      assistanceTerm: try container.decode(Term.self, forKey: .assistanceTerm),
      sources: try container.decode(Sources.self, forKey: .sources))
  }
  /// Rules without holds or a bound of back-dating are told as they were before there were any, so that the same rules
  /// are the same text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(effective, forKey: .effective)
    try container.encode(sameDayCutoff, forKey: .sameDayCutoff)
    try container.encode(reappointmentsMax, forKey: .reappointmentsMax)
    try container.encodeIfPresent(backdatingDaysMax, forKey: .backdatingDaysMax)
    try container.encode(causes, forKey: .causes)
    if !holds.isEmpty { try container.encode(holds, forKey: .holds) }
    try container.encode(enquiryTerm, forKey: .enquiryTerm)
    try container.encode(complaintTerm, forKey: .complaintTerm)
    try container.encode(assistanceTerm, forKey: .assistanceTerm)
    try container.encode(sources, forKey: .sources)
  }
}
