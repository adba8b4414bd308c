public import EventSourcing

/// Thông báo: somebody is told of an event of his case, or it was tried.
public struct Notified: Hashable, Sendable {
  /// The version of the event that he was told of.
  public var of: Version
  public var channel: NoticeChannel
  public var outcome: NoticeOutcome
  /// What whoever carried it gave as a receipt. It may hold a number or an address.
  public var receipt: String?

  public init(of version: Version, channel: NoticeChannel, outcome: NoticeOutcome, receipt: String? = nil) {
    of = version
    self.channel = channel
    self.outcome = outcome
    self.receipt = receipt
  }
}

public struct Notify: Hashable, Sendable {
  /// Nil means the one event of which a notice is owed.
  public var of: Version?
  public var channel: NoticeChannel
  public var outcome: NoticeOutcome
  public var receipt: String?

  public init(of version: Version? = nil, channel: NoticeChannel, outcome: NoticeOutcome, receipt: String? = nil) {
    of = version
    self.channel = channel
    self.outcome = outcome
    self.receipt = receipt
  }
}

/// How somebody is told.
public enum NoticeChannel: UInt8, Sendable, CaseIterable {
  case inPerson = 1
  case phone, message, email, post, portal
}

/// What became of it.
public enum NoticeOutcome: UInt8, Sendable, CaseIterable {
  /// It was put into his hands.
  case handedOver = 1
  /// Whoever carries it says that it has arrived.
  case delivered
  /// He has said so himself, or read it at the portal.
  case confirmed
  /// It is on its way.
  case sent
  /// Somebody says that he was told, such as whoever called him.
  case claimed
  case failed

  /// Whether he has been told for certain, so that nothing is owed any more.
  public var settles: Bool {
    switch self {
    case .handedOver, .delivered, .confirmed: true
    case .sent, .claimed, .failed: false
    }
  }
}

extension CaseDecider {
  /// Stands after the end too: of a result somebody may be told when it is in another's hands already.
  func notify(_ command: Notify, _ state: CaseState, at: Timestamp) throws(Rejection) -> [CaseEvent.Body] {
    let notice = try owedNotice(command.of, state)
    // Nobody is told of what has not happened yet.
    if at < notice.since { throw .beforeReceipt(at, receivedAt: notice.since, of: notice.madeBy) }
    if command.outcome.settles, let due = notice.due, at <= due, context.now > due {
      throw .backdatingAcrossDue(at, due: due)
    }
    return [
      .notified(
        Notified(
          of: notice.madeBy, channel: command.channel, outcome: command.outcome,
          receipt: try FieldText.receipt.checked(command.receipt)))
    ]
  }

  private func owedNotice(_ version: Version?, _ state: CaseState) throws(Rejection) -> Promise {
    let notices = state.promises.filter { $0.kind == .notice }
    let open = notices.filter(\.isOpen)
    if let notice = notices.first(where: { $0.madeBy == version }) {
      guard let settled = notice.settled else { return notice }
      throw .noticeSettled(code: state.code, version: notice.madeBy, at: settled.at)
    }
    guard version == nil, open.count == 1, let notice = open.first else {
      throw .noticeNotOwed(code: state.code, version: version, owed: open.map(\.madeBy))
    }
    return notice
  }
}

extension Notified: CaseFacts {
  static let kind = EventKind.notified
  static let isVoidable = true
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    let notification = CaseState.Notification(of: of, at: circumstances.occurredAt, settles: outcome.settles)
    state.keep(.notified(notification))
  }
}

extension CaseState {
  public struct Notification: Hashable, Sendable {
    /// The event that somebody was told of.
    public var of: Version
    public var at: Timestamp
    /// Whether nothing is owed after it.
    public var settles: Bool

    public init(of version: Version, at: Timestamp, settles: Bool) {
      of = version
      self.at = at
      self.settles = settles
    }
  }
}
