import Desk
import DeskInterface
import DeskViews
import EventSourcing
import Synchronization

/// The offset at which times are told: the office's. Set once, before the daemon answers.
enum OfficeTime {
  static let offset = Mutex(UTCOffset.utc)
}

extension Timestamp {
  /// RFC 3339 at the office's offset.
  var wire: String { rfc3339(at: OfficeTime.offset.withLock { $0 }) }
}

extension Desk.Text {
  var wire: Wire.Text { Wire.Text(vi: vi, en: en) }
}

extension CaseKind {
  var wire: Wire.CaseKind {
    switch self {
    case .procedure: .procedure
    case .enquiry: .enquiry
    case .complaint: .complaint
    case .assistance: .assistance
    }
  }

  init(_ wire: Wire.CaseKind) {
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
  var wire: Wire.Channel {
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

  init(_ wire: Wire.Channel) {
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
  var wire: Wire.Outcome {
    switch self {
    case .granted: .granted
    case .refused: .refused
    case .answered: .answered
    }
  }

  init(_ wire: Wire.Outcome) {
    self =
      switch wire {
      case .granted: .granted
      case .refused: .refused
      case .answered: .answered
      }
  }
}

extension Status {
  var wire: Wire.Status {
    switch self {
    case .received: .received
    case .processing: .processing
    case .awaitingSupplement: .awaitingSupplement
    case .ready: .ready
    case .returned: .returned
    case .withdrawn: .withdrawn
    }
  }

  init(_ wire: Wire.Status) {
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

extension Rejection.NotVoidable {
  var wire: Wire.NotVoidableReason {
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
  var wire: Wire.Term {
    switch self {
    case .atOnce: Wire.Term(kind: .atOnce, count: 0)
    case .workingDays(let count): Wire.Term(kind: .workingDays, count: count)
    case .days(let count): Wire.Term(kind: .days, count: count)
    case .imported: Wire.Term(kind: .imported, count: 0)
    }
  }
}

extension DutyReason {
  var wire: Wire.Reason {
    switch self {
    case .apologyOwed: .apologyOwed
    case .overdue: .overdue
    case .handOver: .handOver
    case .urgent: .urgent
    case .dueToday: .dueToday
    case .open: .open
    }
  }
}
