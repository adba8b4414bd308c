import Desk
public import DeskRecords

extension StoredEvent {
  /// What the wire calls this type of event.
  public var typeWord: String {
    switch body {
    case .desk(let event): event.body.typeWord
    case .office(let event, _): event.typeWord
    }
  }
}

extension ToldEvent {
  var typeWord: String {
    switch body {
    case .desk(let body): body.typeWord
    case .office(let event): event.typeWord
    }
  }
}

extension CaseEvent.Body {
  fileprivate var typeWord: String {
    switch self {
    case .received: "received"
    case .consulted: "consulted"
    case .progressed: "progressed"
    case .apologised: "apologised"
    case .resolved: "resolved"
    case .returned: "returned"
    case .withdrawn: "withdrawn"
    case .corrected: "corrected"
    case .erased: "erased"
    }
  }
}

extension OfficeEvent {
  fileprivate var typeWord: String {
    switch self {
    case .rulesAdopted: "rulesAdopted"
    case .restored: "restored"
    case .clockAccepted: "clockAccepted"
    }
  }
}
