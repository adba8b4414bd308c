/// Xin lỗi: who is kept waiting is apologised to.
public struct Apologised: Hashable, Sendable {
  public var cause: String
  public var text: String
  public var signatory: String?
  public var letterNumber: String?
  /// The new appointment, when the apology makes one.
  public var newDue: Timestamp?
  /// Whether the cause answers for a broken date, by the rules then in force.
  public var answersForDate: Bool

  public init(
    cause: String, text: String, signatory: String? = nil, letterNumber: String? = nil, newDue: Timestamp? = nil,
    answersForDate: Bool
  ) {
    self.cause = cause
    self.text = text
    self.signatory = signatory
    self.letterNumber = letterNumber
    self.newDue = newDue
    self.answersForDate = answersForDate
  }
}

public struct Apology: Hashable, Sendable {
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

public struct Apologise: Hashable, Sendable {
  public var apology: Apology
  public var newDue: DateExpression?

  public init(_ apology: Apology, newDue: DateExpression? = nil) {
    self.apology = apology
    self.newDue = newDue
  }
}

extension CaseDecider {
  func apologise(_ command: Apologise, _ state: CaseState, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    try refuseEnded(state)
    try refuseCrossing(state, at: at)
    var facts = try apologised(command.apology)
    if state.isOpen, facts.answersForDate {
      facts.newDue = try appointment(command.newDue, state)
    } else if command.newDue != nil {
      throw .newDateNotExpected(code: state.code, cause: facts.cause)
    }
    return [.apologised(facts)]
  }

  /// The apology in words, checked; a result that is ready needs no new date.
  func apologised(_ apology: Apology) throws(Rejection) -> Apologised {
    let name = try FieldText.cause.required(apology.cause)
    let causes = context.caseBook.rules.causes
    guard let cause = causes.first(where: { $0.id == name }) else {
      throw .unknownCause(name, known: causes.map(\.id))
    }
    return Apologised(
      cause: cause.id, text: try FieldText.text.required(apology.text),
      signatory: try FieldText.signatory.checked(apology.signatory),
      letterNumber: try FieldText.letterNumber.checked(apology.letterNumber), answersForDate: cause.answersForDate)
  }

  /// A new date: later than what was promised and than now, a working day, and only as often as the rules allow (NĐ
  /// 61/2018 art. 19.9: once); a supervisor answers for any other.
  private func appointment(_ date: DateExpression?, _ state: CaseState) throws(Rejection) -> Timestamp {
    let due = state.due ?? context.now
    guard state.reappointments < context.caseBook.rules.reappointmentsMax || context.actor.holds(.supervisor) else {
      throw .alreadyReappointed(code: state.code, due: due)
    }
    guard let date else { throw .newDateMissing(code: state.code, due: due) }
    let (office, calendar) = (context.book.office, context.book.calendar)
    let newDue = date.instant(now: context.now, office: office, calendar: calendar)
    let floor = max(due, context.now)
    guard newDue > floor, Timestamp.bounds.contains(newDue) else { throw .dateNotLater(newDue, than: floor) }
    let day = newDue.day(at: office.utcOffset)
    switch calendar.kind(of: day) {
    case .working: return newDue
    case .weekend:
      throw .notWorkingDay(
        day, reason: Text(vi: "ngày nghỉ cuối tuần", en: "a weekend"), next: calendar.workingDay(onOrAfter: day))
    case .dayOff(let name):
      throw .notWorkingDay(day, reason: name, next: calendar.workingDay(onOrAfter: day))
    }
  }

  /// What a late result needs before it leaves: the events of the apology that comes with it, or a refusal when one is
  /// owed and none comes.
  func settling(_ apology: Apology?, _ state: CaseState, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    let facts: Apologised? = if let apology { try apologised(apology) } else { nil }
    if let due = state.due, at.isPast(due), !state.hasSettled(due), facts?.answersForDate != true {
      let offset = context.book.office.utcOffset
      let days = at.day(at: offset).number - due.day(at: offset).number
      throw .apologyOwed(code: state.code, due: due, days: Int(days))
    }
    return facts.map { [.apologised($0)] } ?? []
  }
}

extension Apologised: CaseFacts {
  static let kind = EventKind.apologised
  static let isVoidable = true
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    // A date that is moved is answered for even before it breaks; otherwise only one that is already broken.
    let (due, done) = (state.due, state.resolution?.at ?? circumstances.occurredAt)
    let answers = answersForDate && (newDue != nil || due.map(done.isPast) ?? false)
    let apology = CaseState.Apology(
      cause: cause, at: circumstances.occurredAt, settles: answers ? due : nil, newDue: newDue)
    state.keep(.apologised(apology))
  }
}

extension CaseState {
  public struct Apology: Hashable, Sendable {
    public var cause: String
    public var at: Timestamp
    /// The promised date that it answers for, if it answers for one.
    public var settles: Timestamp?
    public var newDue: Timestamp?

    public init(cause: String, at: Timestamp, settles: Timestamp?, newDue: Timestamp?) {
      self.cause = cause
      self.at = at
      self.settles = settles
      self.newDue = newDue
    }
  }

  public var apologies: [Apology] {
    entries.compactMap { if case .apologised(let apology) = $0.effect { apology } else { nil } }
  }

  /// Whether an apology answers for this date.
  public func hasSettled(_ due: Timestamp) -> Bool {
    contains { if case .apologised(let apology) = $0 { apology.settles == due } else { false } }
  }
}

extension CaseState.Effect {
  /// The date that it put in the place of the one before.
  var newDue: Timestamp? {
    if case .apologised(let apology) = self { apology.newDue } else { nil }
  }
}
