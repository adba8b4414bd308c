public import Desk
import EventStore
import Glibc
import Synchronization

/// The daemon's clock: what it shows, and whether that is believed. Only a demo's can be moved; it is always believed.
public final class DeskClock: Sendable {
  private struct State {
    /// What the wall clock and the time since the boot differed by when it was last believed in this boot, in microseconds.
    var baseline: Int64?
    var limits = ClockLimits()
  }

  public let isDemo: Bool
  /// Never doubted: a demo's, or that of somebody who sits before the machine.
  private let isTrusted: Bool
  /// How far it is ahead of the machine's clock, in microseconds.
  private let shift: Mutex<Int64>
  private let state = Mutex(State())
  private let startedAt = ClockReading.now.sinceBoot

  /// The machine's clock.
  ///
  /// - Parameter isTrusted: whether it is believed whatever it shows, because whoever runs this sees what time it is.
  public init(isTrusted: Bool = false) {
    isDemo = false
    self.isTrusted = isTrusted
    shift = Mutex(0)
  }

  /// A demo's clock: shows `start` now and goes on from there.
  public init(demoFrom start: Timestamp) {
    isDemo = true
    isTrusted = true
    shift = Mutex(start.microseconds - ClockReading.now.shown.microseconds)
  }

  /// What it shows, believed or not.
  public var shown: Timestamp {
    Timestamp(microseconds: ClockReading.now.shown.microseconds + shift.withLock { $0 })
  }

  /// Moves a demo's clock forward; false when it is not a demo's, or `instant` is not later than what it shows.
  public func move(to instant: Timestamp) -> Bool {
    guard isDemo, instant > shown else { return false }
    shift.withLock { $0 = instant.microseconds - ClockReading.now.shown.microseconds }
    return true
  }

  func set(_ limits: ClockLimits) { state.withLock { $0.limits = limits } }

  /// Goes on from what was believed before in this boot.
  ///
  /// - Parameters:
  ///   - known: nil when nothing is known of this boot.
  ///   - time: a ledger that is ahead of what was believed was recorded under a clock that somebody accepted since, or has
  ///     come from elsewhere: what was believed says nothing then.
  func goOn(from known: Int64?, after time: LedgerTime) {
    state.withLock { state in
      let expected = known.map { Timestamp(microseconds: $0 + ClockReading.now.sinceBoot) }
      let isOvertaken = expected.map { time.reached > $0.adding(seconds: state.limits.secondsMax) } ?? false
      state.baseline = isOvertaken ? nil : known
    }
  }

  /// Whether two times differ by no more than a clock may be off.
  func isNear(_ one: Timestamp, _ other: Timestamp) -> Bool {
    abs(one.microseconds - other.microseconds) <= state.withLock { $0.limits.secondsMax } * 1_000_000
  }

  /// It is right now: what comes is measured from here.
  func measure(from baseline: Int64) { state.withLock { $0.baseline = baseline } }

  /// Whether it can be believed, as far as the clock itself and the ledger tell.
  func doubt(after time: LedgerTime) -> ClockDoubt? { doubt(ClockReading.now, after: time) }

  private func doubt(_ reading: ClockReading, after time: LedgerTime) -> ClockDoubt? {
    if isTrusted {
      // What cannot be written down is believed of nobody.
      let shown = reading.shown
      if isDemo || Timestamp.bounds.contains(shown) { return nil }
      return ClockDoubt(
        reason: shown < Timestamp.bounds.lowerBound ? .behindLedger : .farAhead, shown: shown, expected: time.reached,
        isFloor: true)
    }
    let state = state.withLock { $0 }
    return state.limits.doubt(reading, baseline: state.baseline, since: startedAt, after: time)
  }

  /// Whether it is believed, what the machine says of it included, and what it is to be measured from then.
  ///
  /// A clock that is synchronised may have jumped ahead: it was the one before that was wrong. It may not be behind the
  /// ledger: then the ledger ran ahead, and how its times go on is for a person to say. Nor is it believed years ahead: what
  /// says that it is synchronised may have it from a clock that was never set.
  func verdict(after time: LedgerTime) -> ClockVerdict {
    let reading = ClockReading.now
    let (baseline, limits) = state.withLock { ($0.baseline, $0.limits) }
    var verdict = ClockVerdict(reading: reading, doubt: doubt(reading, after: time))
    if isTrusted { return verdict }
    verdict.isSynchronised = Synchronisation.read(limits.statePath)?.isSynchronised(reading)
    if let doubt = verdict.doubt {
      guard verdict.isSynchronised == true, doubt.reason != .behindLedger, Timestamp.bounds.contains(doubt.shown),
        doubt.shown <= doubt.expected.adding(seconds: ClockLimits.synchronisedSecondsMax)
      else { return verdict }
      verdict.doubt = nil
    }
    let isOff = baseline.map { abs($0 - reading.difference) > Synchronisation.precision } ?? true
    if isOff, baseline == nil || verdict.isSynchronised == true { verdict.baseline = reading.difference }
    return verdict
  }

  /// What the office goes by: the clock while it is believed, else what it should show.
  func now(after time: LedgerTime) -> Timestamp { max(doubt(after: time)?.expected ?? shown, time.reached) }

  /// Whether nothing that was believed is known of this boot.
  var isUnmeasured: Bool { !isTrusted && state.withLock { $0.baseline == nil } }
}

extension Timestamp {
  /// What the machine's clock shows.
  public static var machine: Timestamp { ClockReading.now.shown }
}
