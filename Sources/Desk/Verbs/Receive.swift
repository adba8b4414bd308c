/// Tiếp nhận: a request is handed in.
public struct Received: Hashable, Sendable {
  public var code: String
  public var kind: CaseKind
  public var procedure: String?
  /// Which version of the procedure, by its effective date.
  public var procedureEffective: CalendarDay?
  public var applicant: String?
  public var isOrganisation: Bool
  public var phone: String?
  public var place: String?
  public var subject: String?
  public var channel: Channel
  public var papers: [String]
  public var handedInBy: String?
  public var authority: String?
  public var help: String?
  /// Why it is urgent; nil when it is not.
  public var urgent: String?
  public var responsible: String?
  public var term: Term
  /// Frozen: the calendar and the rules in force at the receipt made it, and nothing moves it.
  public var due: Timestamp
  public var isProvisional: Bool

  public init(
    code: String, kind: CaseKind, procedure: String? = nil, procedureEffective: CalendarDay? = nil,
    applicant: String? = nil, isOrganisation: Bool = false, phone: String? = nil, place: String? = nil,
    subject: String? = nil, channel: Channel = .counter, papers: [String] = [], handedInBy: String? = nil,
    authority: String? = nil, help: String? = nil, urgent: String? = nil, responsible: String? = nil, term: Term,
    due: Timestamp, isProvisional: Bool = false
  ) {
    self.code = code
    self.kind = kind
    self.procedure = procedure
    self.procedureEffective = procedureEffective
    self.applicant = applicant
    self.isOrganisation = isOrganisation
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
    self.isProvisional = isProvisional
  }
}

public struct Receive: Hashable, Sendable {
  public var kind: CaseKind
  public var procedure: String?
  public var applicant: String?
  public var isOrganisation = false
  public var phone: String?
  public var place: String?
  public var subject: String?
  public var channel = Channel.counter
  public var papers: [String] = []
  public var handedInBy: String?
  public var authority: String?
  public var help: String?
  public var urgent: String?
  public var responsible: String?

  public init(_ kind: CaseKind, procedure: String? = nil, applicant: String? = nil) {
    self.kind = kind
    self.procedure = procedure
    self.applicant = applicant
  }
}

extension CaseDecider {
  func receive(_ command: Receive, at receivedAt: Timestamp) throws(Rejection) -> Received {
    let book = context.book
    let day = receivedAt.day(at: book.office.utcOffset)
    var procedure: Procedure?
    if let name = try FieldText.procedure.checked(command.procedure) {
      procedure = book.procedure(name, on: day)
      if procedure == nil { throw .unknownProcedure(name, known: book.procedures(on: day).map(\.id)) }
    } else if command.kind == .procedure {
      throw .fieldMissing(FieldText.procedure.rawValue)
    }
    var applicant = try FieldText.applicant.checked(command.applicant)
    // A name without a letter or digit is no name.
    if applicant?.hasWord == false { applicant = nil }
    if applicant == nil, command.kind != .enquiry { throw .fieldMissing(FieldText.applicant.rawValue) }
    var papers: [String] = []
    for paper in command.papers { papers.append(try FieldText.paper.required(paper)) }
    let papersBytes = papers.reduce(0) { $0 + $1.utf8.count }
    guard papersBytes <= FieldText.guidance.bytesMax else {
      throw .textTooLong(field: "papers", bytes: papersBytes, limit: FieldText.guidance.bytesMax)
    }
    let term = book.term(of: command.kind, procedure)
    let due = DueDate(term: term, receivedAt: receivedAt, book: book)
    return Received(
      code: context.newCode, kind: command.kind, procedure: procedure?.id, procedureEffective: procedure?.effective,
      applicant: applicant, isOrganisation: command.isOrganisation, phone: try FieldText.phone.checked(command.phone),
      place: try FieldText.place.checked(command.place), subject: try FieldText.subject.checked(command.subject),
      channel: command.channel, papers: papers, handedInBy: try FieldText.handedInBy.checked(command.handedInBy),
      authority: try FieldText.authority.checked(command.authority), help: try FieldText.help.checked(command.help),
      urgent: try FieldText.urgent.checked(command.urgent),
      responsible: try FieldText.responsible.checked(command.responsible), term: term, due: due.instant,
      isProvisional: due.isProvisional)
  }
}

extension Received: CaseFacts {
  static let kind = EventKind.received
  static let isVoidable = false
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    state.reception = CaseState.Reception(
      version: state.version, facts: self, at: circumstances.occurredAt, offset: circumstances.offset,
      receiver: circumstances.actor.principal,
      imported: circumstances.isImported
        ? CaseState.Import(at: circumstances.recordedAt, register: circumstances.register) : nil,
      rules: circumstances.rules)
  }

  mutating func forget() {
    applicant = nil
    phone = nil
    place = nil
    subject = nil
    papers = []
    handedInBy = nil
    authority = nil
    help = nil
    // That it was urgent is told outside the seal; why is not.
    if urgent != nil { urgent = "" }
  }
}
