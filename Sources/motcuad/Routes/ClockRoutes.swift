import Desk
import DeskInterface
import DeskService
import EventSourcing

/// The machine's clock: what is said of it, and who says that it is right.
struct ClockRoutes: Sendable {
  let service: DeskService

  var routes: [Route] {
    [
      Route.one(Wire.GetClock.self, .reader) { [service] _, _ in .init(clock: Wire.Clock(service.clockState)) },
      Route.one(Wire.AcceptClock.self, .supervisor) { [service] _, caller in
        let actor = caller.actor
        let outcome = try await offPool { [service] in try service.acceptClock(by: actor) }
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
