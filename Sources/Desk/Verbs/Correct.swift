public import EventSourcing

/// Đính chính: history is added to, never edited. What is nil stays as it was.
public struct Corrected: Hashable, Sendable {
  public struct Changes: Hashable, Sendable {
    public var applicant: String?
    public var phone: String?
    public var place: String?
    public var subject: String?
    public var responsible: String?

    public init(
      applicant: String? = nil, phone: String? = nil, place: String? = nil, subject: String? = nil,
      responsible: String? = nil
    ) {
      self.applicant = applicant
      self.phone = phone
      self.place = place
      self.subject = subject
      self.responsible = responsible
    }

    /// What says what is there already is no change.
    mutating func leaveOut(whatStandsIn facts: Received) {
      if applicant == facts.applicant { applicant = nil }
      if phone == facts.phone { phone = nil }
      if place == facts.place { place = nil }
      if subject == facts.subject { subject = nil }
      if responsible == facts.responsible { responsible = nil }
    }
  }

  public var changes: Changes
  /// The version of an event that was recorded by mistake and counts no more.
  public var voids: Version?
  public var reason: String

  public init(changes: Changes, voids: Version? = nil, reason: String) {
    self.changes = changes
    self.voids = voids
    self.reason = reason
  }
}

public struct Correct: Hashable, Sendable {
  public var changes: Corrected.Changes
  public var voids: Version?
  public var reason: String

  public init(changes: Corrected.Changes = .init(), voids: Version? = nil, reason: String) {
    self.changes = changes
    self.voids = voids
    self.reason = reason
  }
}

extension CaseDecider {
  /// Stands after the end too: a misspelt name is found when the paper is in the citizen's hands.
  func correct(_ command: Correct, _ state: CaseState) throws(Rejection) -> [CaseEvent.Body] {
    var changes = Corrected.Changes(
      applicant: try FieldText.applicant.checked(command.changes.applicant),
      phone: try FieldText.phone.checked(command.changes.phone),
      place: try FieldText.place.checked(command.changes.place),
      subject: try FieldText.subject.checked(command.changes.subject),
      responsible: try FieldText.responsible.checked(command.changes.responsible))
    if let facts = state.reception?.facts { changes.leaveOut(whatStandsIn: facts) }
    if changes == .init(), command.voids == nil { throw .nothingToCorrect(code: state.code) }
    if let version = command.voids {
      if let obstacle = obstacle(toVoiding: version, state) {
        throw .notVoidable(code: state.code, version: version, obstacle)
      }
    }
    let reason = try FieldText.reason.required(command.reason)
    return [.corrected(Corrected(changes: changes, voids: command.voids, reason: reason))]
  }

  private func obstacle(toVoiding version: Version, _ state: CaseState) -> Rejection.NotVoidable? {
    guard let target = context.voidTarget else { return .noSuchEvent }
    guard target.body.isVoidable else { return .receiptOrCorrection }
    guard state.stands(version) else { return .alreadyVoided }
    let today = context.now.day(at: context.book.office.utcOffset)
    guard target.circumstances.enteredDay == today else { return .notToday }
    var without = state
    without.void(version)
    let isSound =
      (without.handover == nil || without.resolution != nil)
      && (without.resolution == nil || without.reception?.facts.kind != .enquiry || without.isConsulted)
      && !hasLaterDate(than: version, state)
      // What left the desk late left it with an apology, and keeps it.
      && (without.reception?.isImported == true || !without.isEnded || !without.hasBrokenDate(at: context.now))
    return isSound ? nil : .laterEventStands
  }

  /// Whether this version made a date, and the date that is promised now was made after it.
  private func hasLaterDate(than version: Version, _ state: CaseState) -> Bool {
    state.entries.contains { $0.version == version && $0.effect.newDue != nil }
      && state.entries.contains {
        $0.version > version && $0.effect.newDue != nil && $0.effect.newDue == state.due
      }
  }
}

extension Corrected: CaseFacts {
  static let kind = EventKind.corrected
  static let isVoidable = false
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    if let applicant = changes.applicant { state.reception?.facts.applicant = applicant }
    if let phone = changes.phone { state.reception?.facts.phone = phone }
    if let place = changes.place { state.reception?.facts.place = place }
    if let subject = changes.subject { state.reception?.facts.subject = subject }
    if let responsible = changes.responsible {
      state.keep(.corrected(reassignment(from: state.reception?.facts.responsible, circumstances)))
      state.reception?.facts.responsible = responsible
    }
    if let voided = voids { state.void(voided) }
  }

  private func reassignment(
    from account: String?, _ circumstances: CaseEvent.Circumstances
  ) -> CaseState.Reassignment {
    var reassignment = CaseState.Reassignment(
      from: account, at: circumstances.enteredAt, recordedAt: circumstances.recordedAt)
    // Without the key no reason is read: neither this one, nor the one that says that it was dated back.
    if reason.isEmpty { reassignment.forget() }
    return reassignment
  }
}

extension CaseState {
  /// The case was passed on to another account.
  public struct Reassignment: Hashable, Sendable {
    /// Who was responsible until then; nil where nobody was named.
    public var from: String?
    /// When it was entered, whatever it says of when it happened: what is dated back moves no figure of the time before
    /// from one account to another.
    public var at: Timestamp
    /// The ledger's time then: later only while the ledger was ahead of the office's clock.
    public var recordedAt: Timestamp

    public init(from: String?, at: Timestamp, recordedAt: Timestamp) {
      self.from = from
      self.at = at
      self.recordedAt = recordedAt
    }

    /// Whether it was dated back is sealed. Once nobody can tell, the ledger's time is taken for that of the entry, so that a
    /// date stays with whom it was counted for.
    mutating func forget() { at = recordedAt }
  }

  /// The account that held the case at an instant. Exactly then it is that of who has just got it.
  func clerk(at instant: Timestamp) -> String? {
    guard case .some(let reception) = reception else { return nil }
    var responsible = reception.facts.responsible
    for entry in entries.reversed() {
      guard case .corrected(let reassignment) = entry.effect else { continue }
      if reassignment.at <= instant { break }
      responsible = reassignment.from
    }
    return responsible ?? reception.receiver
  }
}
