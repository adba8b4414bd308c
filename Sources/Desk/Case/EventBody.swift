/// What happened: in a case, or to the office.
public enum EventBody: Hashable, Sendable {
  case desk(CaseEvent.Body)
  case office(OfficeEvent)

  public var kind: EventKind {
    switch self {
    case .desk(let body): body.kind
    case .office(let event): event.kind
    }
  }

  /// The kind of stream in which it happens.
  public var streamKind: StreamKind {
    switch self {
    case .desk: .case
    case .office: .office
    }
  }
}
