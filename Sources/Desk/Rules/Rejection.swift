public import EventSourcing

/// Why a command was refused: a rule by its name, with the facts that the clerk needs to go on. Nothing was recorded.
public enum Rejection: Error, Hashable, Sendable {
  case unknownCase(code: String)
  case ambiguousCode(code: String, matches: [String])
  case codeTaken(code: String)
  case unknownProcedure(String, known: [String])
  case fieldMissing(String)
  case textTooLong(field: String, bytes: Int, limit: Int)
  /// A control or bidirectional character.
  case textNotAllowed(field: String, scalar: Unicode.Scalar)
  case unreadableDate(field: String, text: String)
  case unreadableCommandID(String)
  case apologyOwed(code: String, due: Timestamp, days: Int)
  case alreadyResolved(code: String, outcome: Outcome?, at: Timestamp)
  case notResolved(code: String, due: Timestamp)
  /// `byRegister`: its end is the word of the register that it came from.
  case caseEnded(code: String, status: Status, at: Timestamp, byRegister: Bool = false)
  case caseErased(code: String, at: Timestamp, basis: String)
  /// What the case says of people is closed: its key was never brought to this machine.
  case keyNotHere(code: String)
  /// What the case says of people must be kept: the reason, and the text that says so where there is one.
  case erasureHeld(code: String, reason: Text, source: String)
  case consultationMissing(code: String)
  case notWorkingDay(CalendarDay, reason: Text, next: CalendarDay)
  case dateNotLater(Timestamp, than: Timestamp)
  /// Another new date is for a supervisor to name.
  case alreadyReappointed(code: String, due: Timestamp)
  case newDateMissing(code: String, due: Timestamp)
  case newDateNotExpected(code: String, cause: String)
  case unknownCause(String, known: [String])
  case inFuture(Timestamp, now: Timestamp)
  case backdatingNeedsReason(Timestamp)
  /// So many calendar days back is for a supervisor to record.
  case backdatedTooFar(Timestamp, days: Int, daysMax: Int)
  case backdatingAcrossDue(Timestamp, due: Timestamp)
  /// `of` is the version of a later event that it would have to follow, and that happened at `receivedAt`; nil is the receipt.
  case beforeReceipt(Timestamp, receivedAt: Timestamp, of: Version? = nil)
  case notVoidable(code: String, version: Version, NotVoidable)
  case nothingToCorrect(code: String)
  /// No notice was promised of the event of this version; or, without a version, not of exactly one.
  case noticeNotOwed(code: String, version: Version?, owed: [Version])
  /// He has been told of it already, or waits for it no more.
  case noticeSettled(code: String, version: Version, at: Timestamp)
  /// The case has as many events as a case may have. It can still come to its end, and what is owed be settled.
  case tooManyEvents(code: String, events: Int, eventsMax: Int)
  case versionConflict(code: String, expected: Version, actual: Version)
  case commandReused(String)
  /// A release that knew commands by other means recorded a command of this id.
  case commandFromBefore(String)

  public enum NotVoidable: Hashable, Sendable {
    case noSuchEvent, notToday, alreadyVoided, receiptOrCorrection
    /// An event that builds on it must be voided first.
    case laterEventStands
  }
}
