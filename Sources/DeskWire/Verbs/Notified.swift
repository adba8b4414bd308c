import Desk
public import DeskInterface
import EventSourcing

extension Wire.Notified {
  init(_ facts: Notified) {
    self.init(
      of: Int(facts.of.rawValue), channel: facts.channel.wire, outcome: facts.outcome.wire, receipt: facts.receipt)
  }
}

extension Wire.Notify: DeskCall {
  public func command() -> DeskAction {
    let notify = Notify(
      of: of.map { Version(UInt32(clamping: $0)) }, channel: NoticeChannel(channel), outcome: NoticeOutcome(outcome),
      receipt: receipt)
    return DeskAction(.notify(notify), on: code)
  }
}

extension NoticeChannel {
  fileprivate var wire: Wire.NoticeChannel {
    switch self {
    case .inPerson: .inPerson
    case .phone: .phone
    case .message: .message
    case .email: .email
    case .post: .post
    case .portal: .portal
    }
  }

  fileprivate init(_ wire: Wire.NoticeChannel) {
    self =
      switch wire {
      case .inPerson: .inPerson
      case .phone: .phone
      case .message: .message
      case .email: .email
      case .post: .post
      case .portal: .portal
      }
  }
}

extension NoticeOutcome {
  fileprivate var wire: Wire.NoticeOutcome {
    switch self {
    case .handedOver: .handedOver
    case .delivered: .delivered
    case .confirmed: .confirmed
    case .sent: .sent
    case .claimed: .claimed
    case .failed: .failed
    }
  }

  fileprivate init(_ wire: Wire.NoticeOutcome) {
    self =
      switch wire {
      case .handedOver: .handedOver
      case .delivered: .delivered
      case .confirmed: .confirmed
      case .sent: .sent
      case .claimed: .claimed
      case .failed: .failed
      }
  }
}
