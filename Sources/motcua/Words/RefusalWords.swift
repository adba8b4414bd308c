import DeskInterface

extension Refusal {
  func words(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    func say(_ vi: String, _ en: String) -> String { language.say(vi, en) }
    func on(_ verb: String, _ code: String) -> CommandLineText { CommandLineText([verb, code]) }
    switch refusal {
    case .unknownCase(let error):
      let code = error.code
      return Words(say("Không có hồ sơ \(code).", "There is no case \(code)."), CommandLineText(["list"]))
    case .ambiguousCode(let error):
      let matches = error.matches.joined(separator: ", ")
      return Words(
        say(
          "Mã \(error.code) khớp với nhiều hồ sơ: \(matches).",
          "The code \(error.code) fits several cases: \(matches)."),
        error.matches.first.map { line.replacing(error.code, by: $0 == error.code ? "=\($0)" : $0) })
    case .codeTaken(let error):
      let code = error.code
      return Words(
        say("Mã \(code) đã có hồ sơ khác dùng.", "The code \(code) belongs to another case."), on("show", code))
    case .unknownProcedure(let error):
      let known = error.known.joined(separator: ", ")
      return Words(
        say(
          "Không có thủ tục “\(error.procedure)”\(known.isEmpty ? " vào ngày đó" : "; có: " + known).",
          "There is no procedure “\(error.procedure)”\(known.isEmpty ? " on that day" : "; there are: " + known)."),
        CommandLineText(["procedures"]))
    case .fieldMissing, .textTooLong, .textNotAllowed, .unreadableDate, .unreadableCommandId:
      return fieldWords(refusal, line, language)
    case .apologyOwed, .alreadyReappointed, .newDateMissing, .newDateNotExpected, .unknownCause, .notWorkingDay,
      .dateNotLater, .noticeNotOwed, .noticeSettled:
      return promiseWords(refusal, line, language)
    case .alreadyResolved(let error):
      let at = language.spoken(error.at)
      let outcome = error.outcome.map { " (\(language.word($0)))" } ?? ""
      return Words(
        say(
          "Hồ sơ \(error.code) đã có kết quả\(outcome) lúc \(at).",
          "Case \(error.code) was resolved\(outcome) at \(at)."),
        on("return", error.code))
    case .notResolved(let error):
      let due = language.spoken(error.due)
      return Words(
        say(
          "Hồ sơ \(error.code) chưa có kết quả; hạn \(due).",
          "Case \(error.code) has no result yet; it is due \(due)."),
        on("resolve", error.code))
    case .caseEnded(let error):
      let status = error.byRegister == true ? language.closedByRegister : language.word(error.status)
      let at = language.spoken(error.at)
      return Words(
        say("Hồ sơ \(error.code) đã xong: \(status) lúc \(at).", "Case \(error.code) has ended: \(status) at \(at)."),
        on("show", error.code))
    case .caseErased(let error):
      let at = language.spoken(error.at)
      return Words(
        say(
          "Dữ liệu cá nhân của hồ sơ \(error.code) đã xóa lúc \(at) theo \(error.basis): không đọc lại, không ghi thêm được.",
          "Case \(error.code) was erased at \(at) under \(error.basis): nobody can read it again or add to it."),
        on("history", error.code))
    case .keyNotHere(let error):
      let code = error.code
      return Words(
        say(
          "Khóa của hồ sơ \(code) không có ở đây: người vận hành đưa khóa vào bằng motcuad restore --keys TỆP.",
          "The key of case \(code) is not here: the operator brings it with motcuad restore --keys FILE."),
        on("show", code))
    case .erasureHeld(let error):
      let source = error.source.isEmpty ? "" : " (\(error.source))"
      return Words(
        say(
          "Chưa xóa được dữ liệu cá nhân của hồ sơ \(error.code): \(error.reasonVi)\(source).",
          "Case \(error.code) may not be erased: \(error.reasonEn)\(source)."),
        on("show", error.code))
    case .erasureListUnwritable(let error):
      if line.verb == "backup" {
        return Words(
          say(
            "Chưa sao lưu gì: không đọc được danh sách hồ sơ đã xóa dữ liệu \(error.path) của motcuad (\(error.reasonVi)); người vận hành chữa lại tệp đó, hoặc dời nó đi rồi sao lưu lại.",
            "Nothing was backed up: motcuad's own list of erasures \(error.path) cannot be read (\(error.reasonEn)); the operator mends that file, or moves it away and backs up again."
          ), line)
      }
      return Words(
        say(
          "Chưa xóa gì: không ghi được danh sách hồ sơ đã xóa dữ liệu \(error.path) (\(error.reasonVi)), mà thiếu nó thì bản sao lưu sẽ đưa hồ sơ trở lại; người vận hành xem “erasures” trong motcuad.toml.",
          "Nothing was erased: the list of erasures \(error.path) cannot be written (\(error.reasonEn)), and without it a backup would bring the case back; the operator looks at erasures in motcuad.toml."
        ), line)
    case .consultationMissing(let error):
      let code = error.code
      return Words(
        say("\(code) là một câu hỏi chưa được tư vấn.", "\(code) is an enquiry that nobody has advised on yet."),
        CommandLineText(["consult", code, Dictation.dash, "--answer", Dictation.dash]))
    case .permissionDenied, .unknownAccount, .accountsUnavailable, .behalfNotAllowed:
      return roleWords(refusal, line, language)
    case .inFuture, .backdatingNeedsReason, .backdatedTooFar, .backdatingAcrossDue, .beforeReceipt, .notVoidable,
      .nothingToCorrect, .tooManyEvents,
      .versionConflict:
      return entryWords(refusal, line, language)
    case .commandReused, .commandFromBefore, .busy, .stopping, .storageFull, .storageFailed, .readFailed,
      .protocolViolation, .tooManyConnections, .tooManyStreams, .tooManyCommands, .clockSuspect, .clockNotSuspect:
      return serviceWords(refusal, line, language)
    case .rebuildRunning, .mappingInvalid, .importRefused, .unknownUpload, .uploadTooLarge, .notADemo, .clockNotLater:
      return adminWords(refusal, line, language)
    case .noSigningKey, .unknownCheckpoint, .checkpointTooOld, .notInCheckpointYet, .historyChanged, .noSignedHead,
      .newSigningKeyNeeded,
      .signedFurther, .signedHeadsUnusable:
      return checkpointWords(refusal, line, language)
    case .verifyRunning, .backupRunning, .inspectionFailed, .ledgerDamaged:
      return fileWords(refusal, line, language)
    case .ledgerNotEmpty, .exportUnreadable, .keysUnreadable: return exportWords(refusal, line, language)
    case .beyondLedger, .anotherHistory, .ledgerExchanged: return archiveWords(refusal, line, language)
    }
  }

  /// The option that a field of the wire is typed as.
  static func option(of field: String) -> String {
    switch field {
    case "applicant": "--name"
    case "guidance": "--answer"
    case "papers": "--paper"
    case "handedInBy": "--handed-in-by"
    case "help": "--help-given"
    case "letterNumber": "--letter"
    case "documentNumber": "--document"
    case "signedBy": "--signed-by"
    case "newDue": "--new-due"
    case "dueBefore": "--due-before"
    case "asOf": "--as-of"
    case "occurredAt", "entry.occurredAt": "--at"
    case "entry.reason": "--why"
    default: "--\(field)"
    }
  }

  private static func isPositional(_ field: String) -> Bool {
    ["code", "question", "step", "procedure", "words"].contains(field)
  }

  /// A field as whoever typed it knows it.
  private static func label(_ field: String) -> String { isPositional(field) ? field.uppercased() : option(of: field) }

  private func fieldWords(_ refusal: Wire.Refusal, _ line: CommandLineText, _ language: Language) -> Words? {
    let help = line.verb.map { CommandLineText([$0, "--help"]) }
    switch refusal {
    case .fieldMissing(let error):
      let field = error.field
      let option = field == "text" && line.verb != "apologise" ? "--apologise" : Self.option(of: field)
      return Words(
        language.say("Thiếu \(Self.label(field)).", "There is no \(Self.label(field))."),
        // What tells about a person is asked for, and does not come to stand on a command line.
        Self.isPositional(field) ? help : line.with(option, PersonalField.isOption(option) ? Dictation.dash : "…"))
    case .textTooLong(let error):
      return Words(
        language.say(
          "\(Self.label(error.field)) dài quá: \(error.bytes) byte, nhiều nhất \(error.limit).",
          "\(Self.label(error.field)) is too long: \(error.bytes) bytes, at most \(error.limit)."), help)
    case .textNotAllowed(let error):
      return Words(
        language.say(
          "\(Self.label(error.field)) có ký tự không được dùng: \(error.character).",
          "\(Self.label(error.field)) contains a character that is not allowed: \(error.character)."), help)
    case .unreadableDate(let error):
      return Words(
        language.say(
          "Không hiểu ngày “\(error.text)” (\(Self.label(error.field))): viết 26/11/2026, 26/11/2026 16:00 hoặc +2.",
          "Cannot read the date “\(error.text)” (\(Self.label(error.field))): write 26/11/2026, 26/11/2026 16:00 or +2."
        ),
        line.with(Self.option(of: error.field), "+2"))
    case .unreadableCommandId(let error):
      let id = error.commandId
      return Words(
        language.say("Mã lệnh “\(id)” không phải UUID.", "The command id “\(id)” is no UUID."), line.without("--id"))
    default: return nil
    }
  }
}
