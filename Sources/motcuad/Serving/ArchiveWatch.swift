import Desk
import DeskService

/// Whether the archive is as new as it may be expected to be.
struct ArchiveWatch: Sendable {
  /// Where the office has not said how far an archive may lag.
  static let minutesUnlessSaid = 5

  let service: DeskService
  let copies: LedgerCopies
  /// How far it may lag; nil where nobody has said that there is to be an archive.
  let minutesMax: @Sendable () -> Int?
  /// By a clock that nobody sets.
  private let start = ContinuousClock.now

  init(service: DeskService, copies: LedgerCopies, minutesMax: @escaping @Sendable () -> Int?) {
    self.service = service
    self.copies = copies
    self.minutesMax = minutesMax
  }

  struct Lag {
    var copy: LedgerCopies.Copy?
    /// When the first event was recorded that the copy lacks; nil when it lacks none.
    var missingSince: Timestamp?
    /// The first event that the copy lacks cannot be read, so nobody knows since when it lags, and no archive gets past it.
    var isUnreadable = false
    var isLate: Bool
  }

  func lag() -> Lag {
    let minutes = minutesMax()
    guard let copy = service.newestCopy(in: copies) else {
      let isLate = minutes.map { start.duration(to: .now) > .seconds($0 * 60) } ?? false
      return Lag(copy: nil, missingSince: nil, isLate: isLate)
    }
    do {
      let missingSince = try service.firstMissing(in: copy)
      let seconds = Int64(minutes ?? Self.minutesUnlessSaid) * 60
      let isLate = missingSince.map { $0.adding(seconds: seconds) < service.now } ?? false
      return Lag(copy: copy, missingSince: missingSince, isLate: isLate)
    } catch {
      // The status is how an operator learns of it, so it goes on.
      service.note(error)
      return Lag(copy: copy, missingSince: nil, isUnreadable: true, isLate: true)
    }
  }
}
