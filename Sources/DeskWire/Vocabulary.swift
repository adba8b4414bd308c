public import Desk
public import DeskInterface

extension Desk.Text {
  public var wire: Wire.Text { Wire.Text(vi: vi, en: en) }
}

extension CaseKind {
  public var wire: Wire.CaseKind {
    switch self {
    case .procedure: .procedure
    case .enquiry: .enquiry
    case .complaint: .complaint
    case .assistance: .assistance
    }
  }

  public init(_ wire: Wire.CaseKind) {
    self =
      switch wire {
      case .procedure: .procedure
      case .enquiry: .enquiry
      case .complaint: .complaint
      case .assistance: .assistance
      }
  }
}

extension Channel {
  public var wire: Wire.Channel {
    switch self {
    case .counter: .counter
    case .online: .online
    case .onlineAssisted: .onlineAssisted
    case .post: .post
    case .phone: .phone
    case .home: .home
    case .other: .other
    }
  }

  public init(_ wire: Wire.Channel) {
    self =
      switch wire {
      case .counter: .counter
      case .online: .online
      case .onlineAssisted: .onlineAssisted
      case .post: .post
      case .phone: .phone
      case .home: .home
      case .other: .other
      }
  }
}

extension Outcome {
  public var wire: Wire.Outcome {
    switch self {
    case .granted: .granted
    case .refused: .refused
    case .answered: .answered
    }
  }

  public init(_ wire: Wire.Outcome) {
    self =
      switch wire {
      case .granted: .granted
      case .refused: .refused
      case .answered: .answered
      }
  }
}

extension Status {
  public var wire: Wire.Status {
    switch self {
    case .received: .received
    case .processing: .processing
    case .awaitingSupplement: .awaitingSupplement
    case .ready: .ready
    case .returned: .returned
    case .withdrawn: .withdrawn
    }
  }

  public init(_ wire: Wire.Status) {
    self =
      switch wire {
      case .received: .received
      case .processing: .processing
      case .awaitingSupplement: .awaitingSupplement
      case .ready: .ready
      case .returned: .returned
      case .withdrawn: .withdrawn
      }
  }
}

extension Role {
  public var wire: Wire.Role {
    switch self {
    case .reader: .reader
    case .clerk: .clerk
    case .supervisor: .supervisor
    case .operatorRole: .operatorRole
    case .relay: .relay
    }
  }
}

extension Rejection.NotVoidable {
  public var wire: Wire.NotVoidableReason {
    switch self {
    case .noSuchEvent: .noSuchEvent
    case .notToday: .notToday
    case .alreadyVoided: .alreadyVoided
    case .receiptOrCorrection: .receiptOrCorrection
    case .laterEventStands: .laterEventStands
    }
  }
}

extension Term {
  public var wire: Wire.Term {
    switch self {
    case .atOnce: Wire.Term(kind: .atOnce, count: 0)
    case .workingDays(let count): Wire.Term(kind: .workingDays, count: count)
    case .days(let count): Wire.Term(kind: .days, count: count)
    case .imported: Wire.Term(kind: .imported, count: 0)
    }
  }
}
