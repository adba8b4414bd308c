import DeskInterface
import Varlink

/// A refusal of the daemon, to be put in words: one sentence that says what, then the command to run.
struct Refusal {
  /// What is said of one refusal.
  struct Words {
    let sentence: String
    var next: String?

    init(_ sentence: String, _ next: CommandLineText? = nil) {
      self.sentence = sentence
      self.next = next?.text
    }

    init(_ sentence: String, next: String?) {
      self.sentence = sentence
      self.next = next
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
    [Wire.Stopping.error, Wire.StorageFailed.error].contains(error.name)
  }

  /// The daemon does not know what was asked, or a part of it.
  static func mayMeanOlder(_ error: VarlinkError) -> Bool {
    [
      ServiceInterface.InvalidParameter.error, ServiceInterface.MethodNotFound.error,
      ServiceInterface.InterfaceNotFound.error,
    ].contains(error.name)
  }

  static func isOutcomeUnknown(_ error: VarlinkError) -> Bool { error.name == Wire.StorageFailed.error }

  func verdict(_ line: CommandLineText, _ language: Language) -> Verdict {
    let words =
      words(line, language)
      ?? Words(
        language.say(
          "motcuad từ chối (\(error.name)) bằng lời mà bản motcua này không hiểu.",
          "motcuad refused (\(error.name)) in words that this motcua does not understand."),
        CommandLineText(["status"]))
    return Verdict(
      sentence: words.sentence + (older.map { " " + $0.sentence(language) } ?? ""), next: older?.restart ?? words.next,
      code: code, name: error.name,
      parameters: String(decoding: error.parameters, as: UTF8.self))
  }

  var code: Int32 {
    switch error.name {
    case Wire.Busy.error, Wire.Stopping.error, Wire.TooManyConnections.error, Wire.TooManyStreams.error,
      Wire.TooManyCommands.error,
      Wire.ClockSuspect.error, Wire.AccountsUnavailable.error:
      Exit.temporary
    case Wire.StorageFailed.error: Exit.unreachable
    case Wire.ProtocolViolation.error: Exit.protocolViolation
    case Wire.PermissionDenied.error, ServiceInterface.PermissionDenied.error: Exit.notPermitted
    default: error.name.hasPrefix(ServiceInterface.name + ".") ? Exit.protocolViolation : Exit.refused
    }
  }

  /// - Returns: nil for an error of ours that does not say what it should.
  private func words(_ line: CommandLineText, _ language: Language) -> Words? {
    do {
      guard let refusal = try Wire.Refusal(error) else { return standardWords(line, language) }
      return words(refusal, line, language)
    } catch {
      return nil
    }
  }

  /// The errors that every Varlink service has.
  private func standardWords(_ line: CommandLineText, _ language: Language) -> Words {
    let status = CommandLineText(["status"])
    func named(_ read: () throws -> String) -> String { (try? read()) ?? "?" }
    switch error.name {
    case ServiceInterface.PermissionDenied.error:
      return Words(
        language.say(
          "Tài khoản này không được làm việc đó; hãy nhờ người phụ trách cấp quyền.",
          "This account may not do that; ask whoever runs the office's settings."))
    case ServiceInterface.InvalidParameter.error:
      let parameter = named { try ServiceInterface.InvalidParameter(json: error.parameters).parameter }
      return Words(
        language.say(
          "motcuad không nhận tham số “\(parameter)”.", "motcuad does not take the parameter “\(parameter)”."),
        status)
    case ServiceInterface.MethodNotFound.error:
      return unknown(named { try ServiceInterface.MethodNotFound(json: error.parameters).method }, language)
    case ServiceInterface.MethodNotImplemented.error:
      return unknown(named { try ServiceInterface.MethodNotImplemented(json: error.parameters).method }, language)
    case ServiceInterface.InterfaceNotFound.error:
      return unknown(named { try ServiceInterface.InterfaceNotFound(json: error.parameters).interface }, language)
    default:
      return Words(
        language.say("motcuad từ chối: \(error.name).", "motcuad refused: \(error.name)."), status)
    }
  }

  private func unknown(_ method: String, _ language: Language) -> Words {
    Words(
      language.say("motcuad không biết làm \(method).", "motcuad cannot do \(method)."), CommandLineText(["status"]))
  }
}
