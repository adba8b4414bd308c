public import Desk
import DeskRecords
import EventSourcing
import EventStore
import Synchronization

/// What the daemon has to record itself and could not yet, because its clock is not believed: in this order.
struct OwedEvents: Sendable {
  /// The loss of a ledger that was accepted as it is.
  var loss: CommandWriter.Pending?
  /// The rules of the configuration.
  var rules: CommandWriter.Pending?

  var isEmpty: Bool { loss == nil && rules == nil }

  mutating func take() -> [CommandWriter.Pending] {
    defer { self = OwedEvents() }
    return [loss, rules].compactMap(\.self)
  }
}

extension CommandWriter {
  /// Whether something about the clock is to be done on the writer's thread: what is believed has changed, or something
  /// has waited for it.
  var wantsLook: Bool {
    let verdict = clock.verdict(after: ledgerTime)
    return verdict.doubt?.reason != toldDoubt.withLock(\.?.reason) || verdict.baseline != nil
      || (verdict.doubt == nil && !owed.withLock(\.isEmpty))
  }

  /// Why the clock is not believed; nil when it is. Tells the operator when that changes, and keeps what the clock is
  /// measured from. On the writer's thread only.
  func lookAtClock() -> ClockDoubt? {
    let time = ledgerTime
    // The machine is asked only when the clock itself gives a reason to.
    if toldDoubt.withLock({ $0 == nil }), !clock.isUnmeasured, clock.doubt(after: time) == nil { return nil }
    return lookClosely(at: time)
  }

  /// The same, but asks the machine about its clock even when the clock itself gives no reason to.
  func lookClosely(at time: LedgerTime) -> ClockDoubt? {
    let verdict = clock.verdict(after: time)
    if let baseline = verdict.baseline { measure(from: baseline) }
    announce(verdict)
    return verdict.doubt
  }

  private func measure(from baseline: Int64) {
    clock.measure(from: baseline)
    do { try store.keepClock(baseline) } catch {
      report("what the clock is measured from cannot be kept, so that the next start does not know it: \(error)")
    }
  }

  private func announce(_ verdict: ClockVerdict) {
    let before = toldDoubt.withLock { told in
      defer { told = verdict.doubt }
      return told
    }
    guard before?.reason != verdict.doubt?.reason else { return }
    let offset = officeOffset
    guard let doubt = verdict.doubt else {
      return note("the clock is believed again: it shows \(verdict.reading.shown.rfc3339(at: offset))")
    }
    let (shown, expected) = (doubt.shown.rfc3339(at: offset), doubt.expected.rfc3339(at: offset))
    let what =
      switch doubt.reason {
      case .behindLedger: "the clock shows \(shown), which is before what is recorded already"
      case .jumpedAhead: "the clock has jumped ahead to \(shown)"
      case .farAhead: "the clock shows \(shown), long after what was recorded last"
      }
    let sync =
      switch verdict.isSynchronised {
      case true?: "; it is synchronised, so the ledger ran ahead of it"
      case false?: "; it is not synchronised"
      case nil: ""
      }
    report(
      "\(what); it should show \(doubt.isFloor ? "at least " : "")\(expected)\(sync); commands are refused until it does, "
        + "or until a supervisor says that it is right (motcua clock --accept)")
  }

  /// Records that a person accepts the doubted clock, on the writer's thread.
  ///
  /// - Parameters:
  ///   - seen: what the person saw it show; nil when he does not say.
  ///   - pending: the event as it waits to be written.
  /// - Throws: `CommandFailure.clockNotSuspect`, or `clockSuspect` when the clock shows a time that cannot be recorded,
  ///   or by now another than the person saw.
  func acceptClock(
    seen: Timestamp?, _ pending: (ClockAccepted) -> Pending
  ) throws -> (facts: ClockAccepted, accepted: Accepted) {
    let time = ledgerTime
    let verdict = clock.verdict(after: time)
    guard let doubt = verdict.doubt else { throw CommandFailure.clockNotSuspect(now: now) }
    let isSeen = seen.map { clock.isNear($0, doubt.shown) } ?? true
    let isPossible =
      Timestamp.bounds.contains(doubt.shown)
      && doubt.shown <= doubt.expected.adding(seconds: ClockLimits.acceptedSecondsMax)
    guard isPossible, isSeen else { throw CommandFailure.clockSuspect(doubt) }
    let facts = ClockAccepted(shown: doubt.shown, expected: doubt.expected)
    var duration = Duration.zero
    // In one commit with the loss that has waited for it, and after it: a loss names the size of the ledger before it.
    let loss = owed.withLock { $0.loss }
    let events = [loss].compactMap(\.self) + [pending(facts)]
    let results: [Result<Accepted, CommandFailure>]
    do { results = try commit(events, at: facts.shown, leaving: time.accepting(facts.shown), &duration) } catch let full
      as NoRoom
    { throw full.failure }
    guard let accepted = try results.last?.get() else { throw StoreError.unexpected("nothing was recorded") }
    if let loss, let result = results.first {
      owed.withLock { $0.loss = nil }
      loss.reply(result)
    }
    measure(from: verdict.reading.difference)
    announce(ClockVerdict(reading: verdict.reading))
    return (facts, accepted)
  }
}

/// The machine's clock, for those who ask.
public struct ClockState: Sendable {
  public var shown: Timestamp
  /// Nil in an empty ledger.
  public var lastRecordedAt: Timestamp?
  public var doubt: ClockDoubt?
  /// Nil when the machine cannot tell.
  public var isSynchronised: Bool?
  /// Whether what is recorded bears a later time than the office's, because an earlier clock was accepted.
  public var isLedgerAhead: Bool
  /// Whether the daemon itself has something to record once the clock is believed.
  public var isSomethingOwed: Bool
}

extension DeskService {
  public var clockState: ClockState {
    let time = writer.ledgerTime
    let verdict = clock.verdict(after: time)
    return ClockState(
      shown: clock.shown, lastRecordedAt: time.isEmpty ? nil : time.recordedAt, doubt: verdict.doubt,
      isSynchronised: verdict.isSynchronised, isLedgerAhead: verdict.doubt == nil && now < time.recordedAt,
      isSomethingOwed: !writer.owed.withLock(\.isEmpty))
  }

  /// Looks whether the clock is believed; if it is, the events that have waited for it are recorded. It waits for the
  /// writer: call it off the pool, from time to time.
  public func lookAtClock() throws {
    guard writer.wantsLook else { return }
    try betweenCommits(needsReserve: false, needsClock: false) { [writer] in
      _ = writer.lookClosely(at: writer.ledgerTime)
    }
  }

  /// Records that the clock, which is doubted, is right, and goes by it from here on. Waits for the writer.
  ///
  /// - Parameter seen: what the person saw it show; nil when he does not say.
  public func acceptClock(
    seen: Timestamp? = nil, by actor: Actor
  ) throws -> (facts: ClockAccepted, accepted: Accepted) {
    try betweenCommits(needsReserve: false, needsClock: false) { [self] in
      try writer.acceptClock(seen: seen) { Self.pending(.acceptClock($0), by: actor, byHolder: false) { _ in } }
    }
  }

  /// Has the rules of the configuration recorded once the clock is believed; nil when they are in force.
  func owe(_ book: RuleBook?) {
    guard let book else { return writer.owed.withLock { $0.rules = nil } }
    let event = owed(.adopt(book)) { [weak self] in
      self?.writer.note("the rules of the configuration, which waited for the clock, are recorded")
    } putBack: { [weak self] in
      self?.putBack(book)
    }
    writer.owed.withLock { $0.rules = event }
  }

  private func putBack(_ book: RuleBook) { if writer.owed.withLock({ $0.rules == nil }) { owe(book) } }

  /// Has the loss of a ledger that was accepted as it is recorded once the clock is believed.
  func owe(_ loss: AcceptedLoss) {
    let event = owed(.restore(Restored(loss))) { [weak self] in
      do { try self?.store.settleAcceptedLoss() } catch {
        self?.writer.report("what the ledger has lost is recorded, and still stands in a file: \(error)")
      }
    } putBack: { [weak self] in
      self?.owe(loss)
    }
    writer.owed.withLock { $0.loss = event }
  }

  private func owed(
    _ command: OfficeCommand, done: @escaping @Sendable () -> Void, putBack: @escaping @Sendable () -> Void
  ) -> CommandWriter.Pending {
    Self.pending(command, by: actor, byHolder: false) { result in
      switch result {
      case .success: done()
      // Whether the event was recorded, only the next start can tell.
      case .failure(.storageFailed): break
      case .failure: putBack()
      }
    }
  }
}

extension Restored {
  init(_ loss: AcceptedLoss) {
    switch loss.witness {
    case .nobody: self.init(knownSize: 0, knownRoot: "", size: loss.size.rawValue, witness: "", isEndUnknown: true)
    case .views, .signedHeads:
      self.init(
        knownSize: loss.seen.rawValue, knownRoot: "", size: loss.size.rawValue,
        witness: loss.witness == .views ? Restored.views : Restored.signedHeads)
    }
  }
}
