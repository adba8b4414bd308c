public import Desk
import EventStore
import Glibc
import Synchronization

/// The daemon's clock: what it shows, and whether that is believed. Only a demo's clock can be moved; it is always
/// believed.
public final class DeskClock: Sendable {
  private struct State {
    /// By how much the wall clock and the time since the boot differed when the clock was last believed in this boot,
    /// in microseconds; nil when it never was.
    var baseline: Int64?
    var limits = ClockLimits()
  }

  public let isDemo: Bool
  /// Whether the clock is believed whatever it shows: a demo's, or one that the person who runs the command vouches
  /// for.
  private let isTrusted: Bool
  /// How far this clock is ahead of the machine's, in microseconds.
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

  /// What the clock shows, believed or not.
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

  /// Measures the clock by what an earlier process believed in this boot.
  ///
  /// - Parameters:
  ///   - known: the difference of the clocks that it kept, in microseconds; nil when it kept none.
  ///   - time: when the ledger is ahead of what was believed, somebody has accepted another clock since, or the ledger
  ///     has come from elsewhere: then `known` does not count.
  func goOn(from known: Int64?, after time: LedgerTime) {
    state.withLock { state in
      let expected = known.map { Timestamp(microseconds: $0 + ClockReading.now.sinceBoot) }
      let isOvertaken = expected.map { time.officeTime > $0.adding(seconds: state.limits.secondsMax) } ?? false
      state.baseline = isOvertaken ? nil : known
    }
  }

  /// Whether two times differ by no more than a clock may be off.
  func isNear(_ one: Timestamp, _ other: Timestamp) -> Bool {
    abs(one.microseconds - other.microseconds) <= state.withLock { $0.limits.secondsMax } * 1_000_000
  }

  /// Takes the clock to be right now, and measures it from here on.
  ///
  /// - Parameter baseline: by how much the clocks differ now, in microseconds.
  func measure(from baseline: Int64) { state.withLock { $0.baseline = baseline } }

  /// Why the clock cannot be believed, as far as the clock itself and the ledger tell; nil when it can.
  func doubt(after time: LedgerTime) -> ClockDoubt? { doubt(ClockReading.now, after: time) }

  private func doubt(_ reading: ClockReading, after time: LedgerTime) -> ClockDoubt? {
    if isTrusted {
      // A time that cannot be recorded is believed of nobody.
      let shown = reading.shown
      if isDemo || Timestamp.bounds.contains(shown) { return nil }
      return ClockDoubt(
        reason: shown < Timestamp.bounds.lowerBound ? .behindLedger : .farAhead, shown: shown,
        expected: time.officeTime,
        isFloor: true)
    }
    let state = state.withLock { $0 }
    return state.limits.doubt(reading, baseline: state.baseline, since: startedAt, after: time)
  }

  /// Whether the clock is believed, by what the machine says of it as well, and what it is to be measured from then.
  ///
  /// A synchronised clock is believed when it has jumped ahead: the time before was wrong. It is not believed when it
  /// is behind the ledger: the ledger ran ahead, and a person must say how its times go on. Nor is it believed when it
  /// is more than ten years ahead: it may be synchronised with a clock that was never set.
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

  /// The office's time: what the clock shows while it is believed, otherwise what it should show, and never less than
  /// the ledger's time.
  func now(after time: LedgerTime) -> Timestamp { max(doubt(after: time)?.expected ?? shown, time.officeTime) }

  /// Whether there is nothing in this boot to measure the clock from.
  var isUnmeasured: Bool { !isTrusted && state.withLock { $0.baseline == nil } }
}

extension Timestamp {
  /// What the machine's clock shows.
  public static var machine: Timestamp { ClockReading.now.shown }
}
