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

// The two switches over what may be asked; each verb's rule stands in its own file.

extension CaseDecider {
  /// - Returns: what has happened then; nothing for history, which brings its own circumstances.
  func decide(
    _ action: CaseCommand.Action, _ state: CaseState, at: Timestamp
  ) throws(Rejection) -> [CaseEvent.Body] {
    switch action {
    case .receive(let receive): [.received(try self.receive(receive, at: at))]
    case .enquire(let receive, let consult): try enquire(receive, consult, at: at)
    case .consult(let consult): try self.consult(consult, state)
    case .progress(let progress): try self.progress(progress, state)
    case .apologise(let apologise): try self.apologise(apologise, state, at: at)
    case .resolve(let resolve): try self.resolve(resolve, state, at: at)
    case .return(let handover): try self.return(handover, state, at: at)
    case .withdraw(let withdraw): try self.withdraw(withdraw, state, at: at)
    case .correct(let correct): try self.correct(correct, state)
    case .erase(let erase): try self.erase(erase, state)
    case .notify(let notify): try self.notify(notify, state, at: at)
    case .importHistory: []
    }
  }

  /// A case begins with its receipt, once; an import says for itself which code is taken.
  func refuseWrongBeginning(_ action: CaseCommand.Action, _ state: CaseState) throws(Rejection) {
    switch action {
    case .receive, .enquire: if state.reception != nil { throw .codeTaken(code: state.code) }
    case .importHistory: break
    case .consult, .progress, .apologise, .resolve, .return, .withdraw, .correct, .erase, .notify:
      if state.reception == nil { throw .unknownCase(code: context.newCode) }
    }
  }
}
