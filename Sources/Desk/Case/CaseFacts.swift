/// The facts of one kind of a case's events. What the kind means to its case stands in the kind's own file.
protocol CaseFacts {
  static var kind: EventKind { get }
  /// Whether an event of this kind that was recorded by mistake can be voided on the day of its entry. What can be voided
  /// keeps its effect as an entry of the state, and changes nothing else there.
  static var isVoidable: Bool { get }
  /// Whether the office has begun with the case when this has happened in it.
  static var beginsProcessing: Bool { get }

  /// Adds what later decisions and the views need to know. Total: what is recorded has happened.
  /// The state has the event's version already.
  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances)

  /// Whether somebody is to be told of it. The promise says so for the kinds that make it, and no for all others.
  ///
  /// - Parameter state: before the command that records it.
  func makesNotice(in state: CaseState) -> Bool
}

/// Whoever wants something of an event's facts, whatever their kind.
protocol FactsVisitor {
  /// What is asked for, or changed.
  associatedtype Subject

  func visit(_ facts: some CaseFacts, _ subject: inout Subject)
}

extension CaseEvent.Body {
  public var kind: EventKind { nature.kind }
  public var isVoidable: Bool { nature.isVoidable }

  private var nature: (kind: EventKind, isVoidable: Bool) {
    var nature = (kind: EventKind.received, isVoidable: false)
    lendFacts(to: Nature(), &nature)
    return nature
  }
}

private struct Nature: FactsVisitor {
  func visit<Facts: CaseFacts>(_ facts: Facts, _ nature: inout (kind: EventKind, isVoidable: Bool)) {
    nature = (Facts.kind, Facts.isVoidable)
  }
}

/// Folds an event into the state.
struct Applying: FactsVisitor {
  let circumstances: CaseEvent.Circumstances

  func visit(_ facts: some CaseFacts, _ state: inout CaseState) {
    facts.apply(to: &state, circumstances)
  }
}
