public import EventSourcing

/// What somebody at the desk asks to be recorded about one case.
public struct CaseCommand: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case receive(Receive)
    /// Receives, advises and resolves an enquiry at once.
    case enquire(Receive, Consult)
    case consult(Consult)
    case progress(Progress)
    case apologise(Apologise)
    case resolve(Resolve)
    case `return`(Return)
    case withdraw(Withdraw)
    case correct(Correct)
    case erase(Erase)
    case notify(Notify)
    /// History from another register: the facts as they were, past the rules that bind clerks.
    case importHistory(ImportHistory)
  }

  public var action: Action
  public var expected: ExpectedVersion
  /// When it happened, if that was before now.
  public var occurredAt: DateExpression?
  /// Why it is recorded later than it happened.
  public var reason: String?

  public init(
    _ action: Action, expected: ExpectedVersion = .any, occurredAt: DateExpression? = nil, reason: String? = nil
  ) {
    self.action = action
    self.expected = expected
    self.occurredAt = occurredAt
    self.reason = reason
  }
}
