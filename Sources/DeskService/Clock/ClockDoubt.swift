public import Desk
import Glibc

/// By how much the machine's clock may be off before it is doubted.
public struct ClockLimits: Hashable, Sendable {
  /// How many minutes it may be behind the last event, or ahead of the time since the boot.
  public var minutesMax = 5
  /// How many days it may be after the last event while no clock has been believed in this boot, so that only the
  /// ledger tells the time.
  public var daysMax = 14
  /// Where the machine says whether its clock is synchronised.
  public var statePath = Synchronisation.path

  public init() {}

  /// How far ahead a clock may be believed because the machine says that it is synchronised: ten years.
  static let synchronisedSecondsMax: Int64 = 3653 * 86_400

  /// How far ahead a person may accept a clock: a hundred years. Whoever accepts more has not looked at it.
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
    /// So long after the last event, in a boot in which no clock was believed yet, that a person must confirm it.
    case farAhead
  }

  public var reason: Reason
  public var shown: Timestamp
  /// What the clock should show; with `isFloor`, at least that.
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

  /// In microseconds; it changes only when somebody sets the clock.
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
  ///   - baseline: by how much the clocks differed when the clock was last believed in this boot, in microseconds; nil
  ///     when it never was.
  ///   - start: when the daemon was started, in microseconds since the boot.
  ///   - time: an empty ledger gives nothing to compare with, and nothing that a wrong clock could spoil.
  func doubt(_ reading: ClockReading, baseline: Int64?, since start: Int64, after time: LedgerTime) -> ClockDoubt? {
    let shown = reading.shown
    func because(_ reason: ClockDoubt.Reason) -> ClockDoubt {
      let measured = baseline.map { Timestamp(microseconds: $0 + reading.sinceBoot) }
      let floor = Timestamp(microseconds: time.officeTime.microseconds + reading.sinceBoot - start)
      return ClockDoubt(
        reason: reason, shown: shown, expected: measured.map { max($0, time.officeTime) } ?? floor,
        isFloor: measured.map { $0 < time.officeTime } ?? true)
    }
    guard !time.isEmpty else {
      // A time that cannot be recorded is no time for a first event either.
      return Timestamp.bounds.contains(shown)
        ? nil : because(shown < Timestamp.bounds.lowerBound ? .behindLedger : .farAhead)
    }
    if shown < time.officeTime.adding(seconds: -secondsMax) { return because(.behindLedger) }
    guard let baseline else {
      return shown > because(.farAhead).expected.adding(seconds: Int64(daysMax) * 86_400) ? because(.farAhead) : nil
    }
    return shown.microseconds > baseline + reading.sinceBoot + secondsMax * 1_000_000 ? because(.jumpedAhead) : nil
  }
}
