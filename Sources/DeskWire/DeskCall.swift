public import Desk
public import DeskInterface

/// A call of a verb, which says for itself what is asked for.
public protocol DeskCall: WireCommand {
  func command() throws -> DeskAction
}

/// What is to be done, and with which case.
public struct DeskAction: Sendable {
  public var action: CaseCommand.Action
  /// The case as it was typed; nil for a new one.
  public var code: String?

  init(_ action: CaseCommand.Action, on code: String? = nil) {
    self.action = action
    self.code = code
  }
}

/// Reads a date that a person gave.
public func date(_ text: String?, _ field: String) throws(Rejection) -> DateExpression? {
  guard let text else { return nil }
  guard let date = DateExpression(text: text) else {
    throw .unreadableDate(field: field, text: String(text.prefix(100)))
  }
  return date
}
