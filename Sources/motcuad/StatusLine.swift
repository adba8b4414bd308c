import DeskService
import EventSourcing
import EventStore
import ServiceLifecycle

/// The line that `systemctl status` shows.
struct StatusLine: Sendable {
  let service: DeskService
  let live: LiveConfiguration

  var text: String {
    let refusal = live.refusal.map { "; configuration refused: \(live.spoken.pick($0))" } ?? ""
    return work + refusal
  }

  private var work: String {
    if let rebuild = service.rebuilding { return Self.rebuilding(rebuild) }
    // Views that cannot be read have been reported by whoever met them; here the number is only left out.
    return Self.settled(cases: try? service.caseCount(), at: service.signal.position)
  }

  static func settled(cases: Int?, at position: Position) -> String {
    let counted = cases.map { "\($0) \($0 == 1 ? "case" : "cases"), " } ?? ""
    return "\(counted)position \(position.rawValue)"
  }

  static func rebuilding(_ state: Maintenance.Rebuild) -> String {
    "Rebuilding the views: event \(state.reached.rawValue) of \(state.end.rawValue)"
  }
}

/// Keeps the line true while the desk works.
struct StatusService: Service {
  let line: StatusLine

  func run() async throws {
    var told = ""
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(5)) }
      if Task.isShuttingDownGracefully { return }
      let text = line.text
      if text != told { Systemd.status(text) }
      told = text
    }
  }
}
