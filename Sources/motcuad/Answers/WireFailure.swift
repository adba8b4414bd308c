import Desk
import DeskInterface
import DeskService
import DeskWire
import EventSourcing
import Varlink

/// From a refusal to the typed error that the interface describes.
enum WireFailure {
  /// Nil for an error that no interface describes.
  static func error(for error: any Error) -> VarlinkError? {
    switch error {
    case let error as VarlinkError: error
    case let rejection as Rejection: wire(rejection)
    case let failure as CommandFailure: wire(failure)
    case let refusal as CheckpointRefusal: wire(refusal)
    default: nil
    }
  }

  static func wire(_ error: some WireError) -> VarlinkError {
    VarlinkError(error)
  }

  private static func wire(_ failure: CommandFailure) -> VarlinkError {
    switch failure {
    case .rejected(let rejection): wire(rejection)
    case .busy: wire(Wire.Busy())
    case .stopping: wire(Wire.Stopping())
    case .unreadable: wire(Wire.ReadFailed())
    case .storageFull(let free, let reserve, let limit):
      wire(Wire.StorageFull(freeBytes: free, reserveBytes: reserve, limit: limit.wire))
    case .clockSuspect(let doubt):
      wire(Wire.ClockSuspect(now: doubt.shown.wire, expected: doubt.expected.wire, doubt: doubt.reason.wire))
    case .clockNotSuspect(let now): wire(Wire.ClockNotSuspect(now: now.wire))
    case .erasureListUnwritable(let path, let reason):
      wire(Wire.ErasureListUnwritable(path: path, reasonVi: reason.vi, reasonEn: reason.en))
    case .storageFailed(let reason): wire(Wire.StorageFailed(reason: reason))
    }
  }

  private static func wire(_ refusal: CheckpointRefusal) -> VarlinkError {
    switch refusal {
    case .noSigningKey: wire(Wire.NoSigningKey())
    case .unknown(let origin, let size): wire(Wire.UnknownCheckpoint(origin: origin, size: Int(clamping: size)))
    case .tooOld(let code, let position, let size):
      wire(Wire.CheckpointTooOld(code: code, position: Int(position.rawValue), size: Int(clamping: size)))
    case .notYet(let code, let position, let size):
      wire(
        Wire.NotInCheckpointYet(
          code: code, position: Int(clamping: position.rawValue), size: Int(clamping: size), needed: .operatorRole))
    case .historyChanged(let size): wire(Wire.HistoryChanged(size: Int(clamping: size)))
    case .noSignedHead(let key, let record): wire(Wire.NoSignedHead(key: key, record: record))
    case .newKeyNeeded(let key): wire(Wire.NewSigningKeyNeeded(key: key))
    case .signedFurther(let key, let signed, let size):
      wire(Wire.SignedFurther(key: key, signed: Int(clamping: signed), size: Int(clamping: size)))
    case .recordUnusable(let path, let reason):
      wire(Wire.SignedHeadsUnusable(path: path, reasonVi: reason.vi, reasonEn: reason.en))
    }
  }

  private static func wire(_ rejection: Rejection) -> VarlinkError {
    func text(_ instant: Timestamp) -> String { instant.wire }
    return switch rejection {
    case .unknownCase(let code): wire(Wire.UnknownCase(code: code))
    case .ambiguousCode(let code, let matches): wire(Wire.AmbiguousCode(code: code, matches: matches))
    case .codeTaken(let code): wire(Wire.CodeTaken(code: code))
    case .unknownProcedure(let name, let known): wire(Wire.UnknownProcedure(procedure: name, known: known))
    case .fieldMissing(let field): wire(Wire.FieldMissing(field: field))
    case .textTooLong(let field, let bytes, let limit):
      wire(Wire.TextTooLong(field: field, bytes: bytes, limit: limit))
    case .textNotAllowed(let field, let scalar):
      wire(Wire.TextNotAllowed(field: field, character: scalar.codePointText))
    case .unreadableDate(let field, let text): wire(Wire.UnreadableDate(field: field, text: text))
    case .unreadableCommandID(let text): wire(Wire.UnreadableCommandId(commandId: text))
    case .apologyOwed(let code, let due, let days): wire(Wire.ApologyOwed(code: code, due: text(due), days: days))
    case .alreadyResolved(let code, let outcome, let at):
      wire(Wire.AlreadyResolved(code: code, outcome: outcome?.wire, at: text(at)))
    case .notResolved(let code, let due): wire(Wire.NotResolved(code: code, due: text(due)))
    case .caseEnded(let code, let status, let at, let byRegister):
      wire(Wire.CaseEnded(code: code, status: status.wire, at: text(at), byRegister: byRegister ? true : nil))
    case .caseErased(let code, let at, let basis):
      wire(Wire.CaseErased(code: code, at: text(at), basis: basis))
    case .keyNotHere(let code): wire(Wire.KeyNotHere(code: code))
    case .erasureHeld(let code, let reason, let source):
      wire(Wire.ErasureHeld(code: code, reasonVi: reason.vi, reasonEn: reason.en, source: source))
    case .consultationMissing(let code): wire(Wire.ConsultationMissing(code: code))
    case .notWorkingDay(let day, let reason, let next):
      wire(Wire.NotWorkingDay(date: day.text, reasonVi: reason.vi, reasonEn: reason.en, next: next.text))
    case .dateNotLater(let date, let than): wire(Wire.DateNotLater(date: text(date), than: text(than)))
    case .alreadyReappointed(let code, let due):
      wire(Wire.AlreadyReappointed(code: code, due: text(due), needed: .supervisor))
    case .newDateMissing(let code, let due): wire(Wire.NewDateMissing(code: code, due: text(due)))
    case .newDateNotExpected(let code, let cause): wire(Wire.NewDateNotExpected(code: code, cause: cause))
    case .unknownCause(let cause, let known): wire(Wire.UnknownCause(cause: cause, known: known))
    case .inFuture(let time, let now): wire(Wire.InFuture(time: text(time), now: text(now)))
    case .backdatingNeedsReason(let time): wire(Wire.BackdatingNeedsReason(time: text(time)))
    case .backdatedTooFar(let time, let days, let daysMax):
      wire(Wire.BackdatedTooFar(time: text(time), days: days, daysMax: daysMax, needed: .supervisor))
    case .backdatingAcrossDue(let time, let due):
      wire(Wire.BackdatingAcrossDue(time: text(time), due: text(due)))
    case .beforeReceipt(let time, let receivedAt, let of):
      wire(Wire.BeforeReceipt(time: text(time), receivedAt: text(receivedAt), of: of.map { Int($0.rawValue) }))
    case .notVoidable(let code, let version, let reason):
      wire(Wire.NotVoidable(code: code, version: Int(version.rawValue), reason: reason.wire))
    case .nothingToCorrect(let code): wire(Wire.NothingToCorrect(code: code))
    case .noticeNotOwed(let code, let version, let owed):
      wire(Wire.NoticeNotOwed(code: code, of: version.map { Int($0.rawValue) }, owed: owed.map { Int($0.rawValue) }))
    case .noticeSettled(let code, let version, let at):
      wire(Wire.NoticeSettled(code: code, of: Int(version.rawValue), at: text(at)))
    case .tooManyEvents(let code, let events, let eventsMax):
      wire(Wire.TooManyEvents(code: code, events: events, eventsMax: eventsMax))
    case .versionConflict(let code, let expected, let actual):
      wire(Wire.VersionConflict(code: code, expected: Int(expected.rawValue), actual: Int(actual.rawValue)))
    case .commandReused(let id): wire(Wire.CommandReused(commandId: id))
    case .commandFromBefore(let id): wire(Wire.CommandFromBefore(commandId: id))
    }
  }
}

extension StorageLimit {
  fileprivate var wire: Wire.StorageLimit {
    switch self {
    case .disk: .disk
    case .quota: .quota
    case .readOnly: .readOnly
    case .ledgerMap: .ledgerMap
    case .viewsMap: .viewsMap
    }
  }
}
