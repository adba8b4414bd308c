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
    if let facts = state.receipt?.facts { changes.leaveOut(whatStandsIn: facts) }
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
    switch target.body {
    case .received, .corrected, .erased: return .receiptOrCorrection
    default: break
    }
    guard state.standing.contains(where: { $0.version == version }) else { return .alreadyVoided }
    let today = context.now.day(at: context.book.office.utcOffset)
    guard target.circumstances.enteredDay == today else { return .notToday }
    var without = state
    without.void(version)
    let isSound =
      (without.handover == nil || without.resolution != nil)
      && (without.resolution == nil || without.receipt?.facts.kind != .enquiry || !without.consultations.isEmpty)
      && !without.apologies.contains {
        $0.mark.version > version && $0.newDue != nil && state.due == $0.newDue
          && state.apologies.contains { $0.mark.version == version && $0.newDue != nil }
      }
      // What left the desk late left it with an apology, and keeps it.
      && (without.receipt?.isImported == true || !without.isEnded || !without.hasBrokenDate(at: context.now))
    return isSound ? nil : .laterEventStands
  }
}

extension CaseState {
  mutating func apply(_ facts: Corrected) {
    if let applicant = facts.changes.applicant { receipt?.facts.applicant = applicant }
    if let phone = facts.changes.phone { receipt?.facts.phone = phone }
    if let place = facts.changes.place { receipt?.facts.place = place }
    if let subject = facts.changes.subject { receipt?.facts.subject = subject }
    if let responsible = facts.changes.responsible { receipt?.facts.responsible = responsible }
    if let voided = facts.voids { void(voided) }
  }

  /// The marks of all events that can be voided and still count.
  var standing: [Mark] {
    consultations + steps + apologies.map(\.mark)
      + [resolution?.mark, handover?.mark, withdrawal?.mark].compactMap(\.self)
  }

  mutating func void(_ version: Version) {
    consultations.removeAll { $0.version == version }
    steps.removeAll { $0.version == version }
    apologies.removeAll { $0.mark.version == version }
    if resolution?.mark.version == version { resolution = nil }
    if handover?.mark.version == version { handover = nil }
    if withdrawal?.mark.version == version { withdrawal = nil }
  }
}
