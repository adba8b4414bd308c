import DeskInterface
import Varlink

/// A refusal of the daemon, to be put in words: one sentence that says what, then the command to run.
struct Refusal {
  /// Every error of our interfaces, by its qualified name.
  enum Name: String, CaseIterable {
    case unknownCase = "vn.motcua.Desk.UnknownCase"
    case ambiguousCode = "vn.motcua.Desk.AmbiguousCode"
    case codeTaken = "vn.motcua.Desk.CodeTaken"
    case unknownProcedure = "vn.motcua.Desk.UnknownProcedure"
    case fieldMissing = "vn.motcua.Desk.FieldMissing"
    case textTooLong = "vn.motcua.Desk.TextTooLong"
    case textNotAllowed = "vn.motcua.Desk.TextNotAllowed"
    case unreadableDate = "vn.motcua.Desk.UnreadableDate"
    case unreadableCommandId = "vn.motcua.Desk.UnreadableCommandId"
    case apologyOwed = "vn.motcua.Desk.ApologyOwed"
    case alreadyResolved = "vn.motcua.Desk.AlreadyResolved"
    case notResolved = "vn.motcua.Desk.NotResolved"
    case caseEnded = "vn.motcua.Desk.CaseEnded"
    case caseErased = "vn.motcua.Desk.CaseErased"
    case keyNotHere = "vn.motcua.Desk.KeyNotHere"
    case erasureHeld = "vn.motcua.Desk.ErasureHeld"
    case consultationMissing = "vn.motcua.Desk.ConsultationMissing"
    case notWorkingDay = "vn.motcua.Desk.NotWorkingDay"
    case dateNotLater = "vn.motcua.Desk.DateNotLater"
    case alreadyReappointed = "vn.motcua.Desk.AlreadyReappointed"
    case newDateMissing = "vn.motcua.Desk.NewDateMissing"
    case newDateNotExpected = "vn.motcua.Desk.NewDateNotExpected"
    case unknownCause = "vn.motcua.Desk.UnknownCause"
    case inFuture = "vn.motcua.Desk.InFuture"
    case backdatingNeedsReason = "vn.motcua.Desk.BackdatingNeedsReason"
    case backdatedTooFar = "vn.motcua.Desk.BackdatedTooFar"
    case backdatingAcrossDue = "vn.motcua.Desk.BackdatingAcrossDue"
    case beforeReceipt = "vn.motcua.Desk.BeforeReceipt"
    case notVoidable = "vn.motcua.Desk.NotVoidable"
    case nothingToCorrect = "vn.motcua.Desk.NothingToCorrect"
    case versionConflict = "vn.motcua.Desk.VersionConflict"
    case commandReused = "vn.motcua.Desk.CommandReused"
    case commandFromBefore = "vn.motcua.Desk.CommandFromBefore"
    case permissionDenied = "vn.motcua.Desk.PermissionDenied"
    case unknownAccount = "vn.motcua.Desk.UnknownAccount"
    case accountsUnavailable = "vn.motcua.Desk.AccountsUnavailable"
    case behalfNotAllowed = "vn.motcua.Desk.BehalfNotAllowed"
    case busy = "vn.motcua.Desk.Busy"
    case stopping = "vn.motcua.Desk.Stopping"
    case storageFull = "vn.motcua.Admin.StorageFull"
    case storageFailed = "vn.motcua.Desk.StorageFailed"
    case clockSuspect = "vn.motcua.Desk.ClockSuspect"
    case readFailed = "vn.motcua.Desk.ReadFailed"
    case protocolViolation = "vn.motcua.Desk.ProtocolViolation"
    case tooManyConnections = "vn.motcua.Desk.TooManyConnections"
    case tooManyStreams = "vn.motcua.Desk.TooManyStreams"
    case rebuildRunning = "vn.motcua.Admin.RebuildRunning"
    case verifyRunning = "vn.motcua.Admin.VerifyRunning"
    case inspectionFailed = "vn.motcua.Admin.InspectionFailed"
    case backupRunning = "vn.motcua.Admin.BackupRunning"
    case ledgerDamaged = "vn.motcua.Admin.LedgerDamaged"
    case mappingInvalid = "vn.motcua.Admin.MappingInvalid"
    case importRefused = "vn.motcua.Admin.ImportRefused"
    case ledgerNotEmpty = "vn.motcua.Admin.LedgerNotEmpty"
    case exportUnreadable = "vn.motcua.Admin.ExportUnreadable"
    case keysUnreadable = "vn.motcua.Admin.KeysUnreadable"
    case unknownUpload = "vn.motcua.Admin.UnknownUpload"
    case uploadTooLarge = "vn.motcua.Admin.UploadTooLarge"
    case notADemo = "vn.motcua.Admin.NotADemo"
    case clockNotLater = "vn.motcua.Admin.ClockNotLater"
    case clockNotSuspect = "vn.motcua.Admin.ClockNotSuspect"
    case noSigningKey = "vn.motcua.Admin.NoSigningKey"
    case unknownCheckpoint = "vn.motcua.Admin.UnknownCheckpoint"
    case checkpointTooOld = "vn.motcua.Admin.CheckpointTooOld"
    case historyChanged = "vn.motcua.Admin.HistoryChanged"
    case noSignedHead = "vn.motcua.Admin.NoSignedHead"
    case newSigningKeyNeeded = "vn.motcua.Admin.NewSigningKeyNeeded"
    case signedFurther = "vn.motcua.Admin.SignedFurther"
    case signedHeadsUnusable = "vn.motcua.Admin.SignedHeadsUnusable"
    case erasureListUnwritable = "vn.motcua.Desk.ErasureListUnwritable"
  }

  /// What is said of one refusal.
  struct Words {
    let sentence: String
    var next: String?

    init(_ sentence: String, _ next: CommandLineText? = nil) {
      self.sentence = sentence
      self.next = next?.text
    }
  }

  let error: VarlinkError
  let commandID: String?
  /// Whose refusal it is, when that daemon is older than this client.
  let older: OlderDaemon?

  init(_ error: VarlinkError, commandID: String?, by older: OlderDaemon? = nil) {
    self.error = error
    self.commandID = commandID
    self.older = older
  }

  /// Refusals that pass by themselves while a daemon restarts.
  static func isTransient(_ error: VarlinkError) -> Bool {
    [Name.stopping.rawValue, Name.storageFailed.rawValue].contains(error.name)
  }

  /// The daemon does not know what was asked, or a part of it.
  static func mayMeanOlder(_ error: VarlinkError) -> Bool {
    ["InvalidParameter", "MethodNotFound", "InterfaceNotFound"].contains {
      error.name == "\(ServiceInterface.name).\($0)"
    }
  }

  static func isOutcomeUnknown(_ error: VarlinkError) -> Bool { error.name == Name.storageFailed.rawValue }

  func verdict(_ line: CommandLineText, _ language: Language) -> Verdict {
    let words: Words
    do {
      words = try self.words(line, language)
    } catch {
      words = Words(
        language.say(
          "motcuad từ chối (\(self.error.name)) bằng lời mà bản motcua này không hiểu.",
          "motcuad refused (\(self.error.name)) in words that this motcua does not understand."),
        CommandLineText(["status"]))
    }
    return Verdict(
      sentence: words.sentence + (older.map { " " + $0.sentence(language) } ?? ""), next: older?.restart ?? words.next,
      code: code, name: error.name,
      parameters: String(decoding: error.parameters, as: UTF8.self))
  }

  var code: Int32 {
    if let name = Name(rawValue: error.name) {
      switch name {
      case .busy, .stopping, .tooManyConnections, .tooManyStreams, .clockSuspect, .accountsUnavailable:
        return Exit.temporary
      case .storageFailed: return Exit.unreachable
      case .protocolViolation: return Exit.protocolViolation
      case .permissionDenied: return Exit.notPermitted
      default: return Exit.refused
      }
    }
    if error.name == VarlinkError.permissionDenied.name { return Exit.notPermitted }
    return error.name.hasPrefix("org.varlink.service.") ? Exit.protocolViolation : Exit.refused
  }

  func decoded<Parameters: WireError>(_ type: Parameters.Type) throws -> Parameters {
    try Coding.decode(type, from: error.parameters)
  }

  private func words(_ line: CommandLineText, _ language: Language) throws -> Words {
    guard let name = Name(rawValue: error.name) else { return standardWords(line, language) }
    return try words(name, line, language)
  }

  /// The errors that every Varlink service has.
  private func standardWords(_ line: CommandLineText, _ language: Language) -> Words {
    struct Named: Decodable {
      var method, interface, parameter: String?
    }
    let named = try? Coding.decode(Named.self, from: error.parameters)
    let status = CommandLineText(["status"])
    switch error.name.split(separator: ".").last {
    case "PermissionDenied":
      return Words(
        language.say(
          "Tài khoản này không được làm việc đó; hãy nhờ người phụ trách cấp quyền.",
          "This account may not do that; ask whoever runs the office's settings."))
    case "InvalidParameter":
      let parameter = named?.parameter ?? "?"
      return Words(
        language.say(
          "motcuad không nhận tham số “\(parameter)”.", "motcuad does not take the parameter “\(parameter)”."),
        status)
    case "MethodNotFound", "MethodNotImplemented", "InterfaceNotFound":
      let method = named?.method ?? named?.interface ?? "?"
      return Words(
        language.say("motcuad không biết làm \(method).", "motcuad cannot do \(method)."), status)
    default:
      return Words(
        language.say("motcuad từ chối: \(error.name).", "motcuad refused: \(error.name)."), status)
    }
  }
}
