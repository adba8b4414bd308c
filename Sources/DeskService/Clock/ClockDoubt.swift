public import Desk
import Glibc

/// By how much the machine's clock may be off before it is doubted.
public struct ClockLimits: Hashable, Sendable {
  /// Behind the last event, or ahead of the time since the boot.
  public var minutesMax = 5
  /// After the last event, as long as no clock has been believed in this boot: the ledger alone says when it last was.
  public var daysMax = 14
  /// Where the machine says whether its clock is synchronised.
  public var statePath = Synchronisation.path

  public init() {}

  /// How far ahead a clock may be believed because the machine says that it is synchronised: ten years.
  static let synchronisedSecondsMax: Int64 = 3653 * 86_400

  /// How far ahead a clock may be accepted: a hundred years. Beyond that nobody has looked at it.
  static let acceptedSecondsMax: Int64 = 36_525 * 86_400

  var secondsMax: Int64 { Int64(minutesMax) * 60 }
}

/// Why the machine's clock is not believed.
public struct ClockDoubt: Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// Earlier than what is recorded already.
    case behindLedger
    /// Ahead of the time that has passed since the boot.
    case jumpedAhead
    /// So long after the last event, in a boot of which nothing is known, that somebody must say it.
    case farAhead
  }

  public var reason: Reason
  public var shown: Timestamp
  /// What it should show; where `isFloor`, at least so much.
  public var expected: Timestamp
  public var isFloor: Bool

  public init(reason: Reason, shown: Timestamp, expected: Timestamp, isFloor: Bool) {
    self.reason = reason
    self.shown = shown
    self.expected = expected
    self.isFloor = isFloor
  }
}

/// The machine's clocks, read together.
struct ClockReading: Hashable, Sendable {
  var shown: Timestamp
  /// Microseconds; it goes on while the machine sleeps, and nobody can set it.
  var sinceBoot: Int64

  /// Changes only when somebody sets the clock.
  var difference: Int64 { shown.microseconds - sinceBoot }

  static var now: ClockReading {
    ClockReading(
      shown: Timestamp(microseconds: microseconds(of: CLOCK_REALTIME)), sinceBoot: microseconds(of: CLOCK_BOOTTIME))
  }

  private static func microseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}

struct ClockVerdict: Sendable {
  var reading: ClockReading
  var doubt: ClockDoubt?
  /// Nil when the machine cannot tell.
  var isSynchronised: Bool?
  /// What the clock is measured from now that it is believed; nil when that stays as it was.
  var baseline: Int64?
}

extension ClockLimits {
  /// Nil when the clock can be believed.
  ///
  /// - Parameters:
  ///   - baseline: what the clocks differed by when the clock was last believed in this boot; nil when it never was.
  ///   - start: when the daemon was started, since the boot.
  ///   - time: of an empty ledger nothing can be told, and nothing can be spoilt.
  func doubt(_ reading: ClockReading, baseline: Int64?, since start: Int64, after time: LedgerTime) -> ClockDoubt? {
    let shown = reading.shown
    func because(_ reason: ClockDoubt.Reason) -> ClockDoubt {
      let measured = baseline.map { Timestamp(microseconds: $0 + reading.sinceBoot) }
      let floor = Timestamp(microseconds: time.reached.microseconds + reading.sinceBoot - start)
      return ClockDoubt(
        reason: reason, shown: shown, expected: measured.map { max($0, time.reached) } ?? floor,
        isFloor: measured.map { $0 < time.reached } ?? true)
    }
    guard !time.isEmpty else {
      // What cannot be written down is no time for a first event either.
      return Timestamp.bounds.contains(shown)
        ? nil : because(shown < Timestamp.bounds.lowerBound ? .behindLedger : .farAhead)
    }
    if shown < time.reached.adding(seconds: -secondsMax) { return because(.behindLedger) }
    guard let baseline else {
      return shown > because(.farAhead).expected.adding(seconds: Int64(daysMax) * 86_400) ? because(.farAhead) : nil
    }
    return shown.microseconds > baseline + reading.sinceBoot + secondsMax * 1_000_000 ? because(.jumpedAhead) : nil
  }
}
