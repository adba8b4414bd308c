public import EventSourcing

/// Tư vấn: who asks is advised.
public struct Consulted: Hashable, Sendable {
  public var question: String
  public var guidance: String
  public var minutes: Int?

  public init(question: String, guidance: String, minutes: Int? = nil) {
    self.question = question
    self.guidance = guidance
    self.minutes = minutes
  }
}

public struct Consult: Hashable, Sendable {
  /// No advice takes more than a day.
  public static let minutesRange = 0...1440

  public var question: String
  public var guidance: String
  public var minutes: Int?

  public init(question: String, guidance: String, minutes: Int? = nil) {
    self.question = question
    self.guidance = guidance
    self.minutes = minutes
  }
}

extension CaseDecider {
  func consult(_ command: Consult, _ state: CaseState) throws(Rejection) -> [CaseEvent.Body] {
    try refuseEnded(state)
    return [.consulted(try consulted(command))]
  }

  /// An enquiry that is opened, answered and closed in one command.
  func enquire(_ receive: Receive, _ consult: Consult, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    let received = try self.receive(receive, at: at)
    if at <= received.due, context.now > received.due { throw .backdatingAcrossDue(at, due: received.due) }
    return [
      .received(received), .consulted(try consulted(consult)), .resolved(Resolved(outcome: .answered)),
    ]
  }

  private func consulted(_ command: Consult) throws(Rejection) -> Consulted {
    Consulted(
      question: try FieldText.question.required(command.question),
      guidance: try FieldText.guidance.required(command.guidance), minutes: command.minutes.map { max(0, $0) })
  }
}

extension Consulted: CaseFacts {
  static let kind = EventKind.consulted
  static let isVoidable = true
  static let beginsProcessing = true

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    state.keep(.consulted)
  }
}

extension CaseState {
  /// The versions of the consultations that count.
  public var consultations: [Version] {
    entries.compactMap { if case .consulted = $0.effect { $0.version } else { nil } }
  }

  var isConsulted: Bool {
    contains { if case .consulted = $0 { true } else { false } }
  }
}
