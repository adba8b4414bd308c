public import EventSourcing

/// Xử lý: a step of the processing is done.
public struct Progressed: Hashable, Sendable {
  public var step: String
  public var by: String?
  public var group: String?

  public init(step: String, by: String? = nil, group: String? = nil) {
    self.step = step
    self.by = by
    self.group = group
  }
}

public struct Progress: Hashable, Sendable {
  public var step: String
  public var by: String?
  public var group: String?

  public init(step: String, by: String? = nil, group: String? = nil) {
    self.step = step
    self.by = by
    self.group = group
  }
}

extension CaseDecider {
  func progress(_ command: Progress, _ state: CaseState) throws(Rejection) -> [CaseEvent.Body] {
    try refuseEnded(state)
    return [
      .progressed(
        Progressed(
          step: try FieldText.step.required(command.step), by: try FieldText.by.checked(command.by),
          group: try FieldText.group.checked(command.group)))
    ]
  }
}

extension Progressed: CaseFacts {
  static let kind = EventKind.progressed
  static let isVoidable = true
  static let beginsProcessing = true

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    state.keep(.progressed)
  }
}

extension CaseState {
  /// The versions of the steps that count.
  public var steps: [Version] {
    entries.compactMap { if case .progressed = $0.effect { $0.version } else { nil } }
  }
}
