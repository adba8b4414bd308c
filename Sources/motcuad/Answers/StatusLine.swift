import Desk
import DeskService
import EventSourcing
import EventStore
import ServiceLifecycle

/// The line that `systemctl status` shows.
struct StatusLine: Sendable {
  let service: DeskService
  let live: LiveConfiguration

  var text: String { live.spoken.pick(work) + clock + refusal }

  /// What is wrong with the machine's clock, as long as it is not believed.
  private var clock: String {
    service.clockState.doubt.map { "; " + live.spoken.pick(Self.doubt($0)) } ?? ""
  }

  static func doubt(_ doubt: ClockDoubt) -> Text {
    let (shown, expected) = (doubt.shown.wire, doubt.expected.wire)
    return Text(
      vi:
        "giờ máy \(shown) không tin được, \(doubt.isFloor ? "ít nhất phải là" : "lẽ ra là") \(expected): chưa nhận lệnh",
      en:
        "the clock, \(shown), is not believed and should show \(doubt.isFloor ? "at least " : "")\(expected): commands are refused"
    )
  }

  /// What was wrong in a configuration, until a good one is loaded.
  private var refusal: String {
    live.refusal.map {
      "; " + live.spoken.pick(Text(vi: "cấu hình bị từ chối: \($0.vi)", en: "configuration refused: \($0.en)"))
    } ?? ""
  }

  private var work: Text {
    if let rebuild = service.rebuilding { return Self.rebuilding(rebuild) }
    // Views that cannot be read have been reported by whoever met them; here the number is only left out.
    return Self.settled(cases: try? service.caseCount(), at: service.signal.position)
  }

  static func settled(cases: Int?, at position: Position) -> Text {
    let counted =
      cases.map { Text(vi: "\($0) hồ sơ, ", en: "\($0) \($0 == 1 ? "case" : "cases"), ") } ?? Text(vi: "", en: "")
    return Text(vi: "\(counted.vi)vị trí \(position.rawValue)", en: "\(counted.en)position \(position.rawValue)")
  }

  static func rebuilding(_ state: Maintenance.Rebuild) -> Text {
    Text(
      vi: "Đang dựng lại các bảng tra cứu: sự kiện \(state.position.rawValue) trên \(state.end.rawValue)",
      en: "Rebuilding the views: event \(state.position.rawValue) of \(state.end.rawValue)")
  }

  /// At the start, when nobody has counted what there is.
  static func rebuilding(at position: Position) -> Text {
    Text(
      vi: "Đang dựng lại các bảng tra cứu: sự kiện \(position.rawValue)",
      en: "Rebuilding the views: event \(position.rawValue)")
  }

  static func reading(at position: UInt64) -> Text {
    Text(vi: "Đang đọc sổ: sự kiện \(position)", en: "Reading the ledger: event \(position)")
  }

  static let stopping = Text(vi: "Đang dừng", en: "Stopping")
  static let closing = Text(vi: "Đang đóng các bảng tra cứu", en: "Closing the views")
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
