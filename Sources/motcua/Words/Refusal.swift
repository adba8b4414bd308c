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
    if let name = Wire.ErrorName(rawValue: error.name) {
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
    try Parameters(json: error.parameters)
  }

  private func words(_ line: CommandLineText, _ language: Language) throws -> Words {
    guard let name = Wire.ErrorName(rawValue: error.name) else { return standardWords(line, language) }
    return try words(name, line, language)
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
      let parameter = named { try decoded(ServiceInterface.InvalidParameter.self).parameter }
      return Words(
        language.say(
          "motcuad không nhận tham số “\(parameter)”.", "motcuad does not take the parameter “\(parameter)”."),
        status)
    case ServiceInterface.MethodNotFound.error:
      return unknown(named { try decoded(ServiceInterface.MethodNotFound.self).method }, language)
    case ServiceInterface.MethodNotImplemented.error:
      return unknown(named { try decoded(ServiceInterface.MethodNotImplemented.self).method }, language)
    case ServiceInterface.InterfaceNotFound.error:
      return unknown(named { try decoded(ServiceInterface.InterfaceNotFound.self).interface }, language)
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
