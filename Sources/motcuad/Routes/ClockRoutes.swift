import Desk
import DeskInterface
import DeskService
import EventSourcing

/// The machine's clock: what is said of it, and who says that it is right.
struct ClockRoutes: Sendable {
  let service: DeskService

  var routes: [Route] {
    [
      Route.one(Wire.GetClock.self, .reader) { [service] _, _ in .init(clock: Wire.Clock(service.clockState)) }
        .withoutViews,
      Route.one(Wire.AcceptClock.self, .supervisor) { [service] call, caller in
        let actor = caller.actor
        let seen = call.shown.flatMap { Timestamp(rfc3339: $0) }
        // A clock may show what is no time of this form; then it is refused as that.
        if let shown = call.shown, seen == nil, Timestamp.bounds.contains(service.clock.shown) {
          throw Rejection.unreadableDate(field: "shown", text: String(shown.prefix(100)))
        }
        let outcome = try await offPool { [service] in try service.acceptClock(seen: seen, by: actor) }
        return .init(
          shown: outcome.facts.shown.wire, expected: outcome.facts.expected.wire,
          position: Int(clamping: outcome.accepted.position.rawValue))
      },
    ]
  }
}

extension Wire.Clock {
  init(_ state: ClockState) {
    self.init(
      shown: state.shown.wire, doubt: state.doubt?.reason.wire, expected: state.doubt?.expected.wire,
      synchronised: state.isSynchronised, lastRecorded: state.lastRecordedAt?.wire, ledgerAhead: state.isLedgerAhead,
      waiting: state.isSomethingOwed)
  }
}

extension ClockDoubt.Reason {
  var wire: Wire.ClockDoubt {
    switch self {
    case .behindLedger: .behindLedger
    case .jumpedAhead: .jumpedAhead
    case .farAhead: .farAhead
    }
  }
}
