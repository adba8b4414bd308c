import Desk
import DeskService
import EventStore

/// What has come of verifying something in a process of its own.
struct Inspected {
  /// How far the process came.
  var step: Verification.Step
  /// The first damage; nil when all is in order.
  var damage: Damage?
}

/// Why something could not be verified, though it may be whole.
struct InspectionFailure: Error {
  var reason: Text
  /// The system refused something, such as to open a file: it says nothing of what would have been read.
  var isRefused = false
}

/// Verifies in a process that may die, and says so when it does.
enum Inspector {
  typealias Report = (Verification.Step) throws -> Void

  /// A data directory, whether its daemon runs or not.
  ///
  /// - Parameter freed: the daemon's own, which takes the scratch directory in the end; nil beside the daemon.
  static func directory(_ path: String, into freed: FreedFiles? = nil, report: Report) throws -> Inspected {
    try ScratchDirectory.removeLeftovers(in: path, into: freed)
    let scratch = try ScratchDirectory(in: path, for: "verify", into: freed)
    return try withExtendedLifetime(scratch) {
      try inspect(["directory", path, "--scratch", scratch.path], ledger: path + "/ledger", report)
    }
  }

  /// A ledger by itself: its events, its tree, its checkpoints.
  static func ledger(_ path: String, report: Report) throws -> Inspected {
    try inspect(["ledger", path], ledger: path, report)
  }

  /// Whether every event of a ledger, in which somebody may write meanwhile, can be read.
  static func pages(_ path: String, report: Report = { _ in }) throws -> Inspected {
    try inspect(["pages", path], ledger: path, report)
  }

  private static func inspect(_ arguments: [String], ledger: String, _ report: Report) throws -> Inspected {
    var inspected = Inspected(step: Verification.Step(phase: .ledger))
    var failure: InspectionFailure?
    let ending = try InspectorProcess.run(arguments) { line in
      if let step = line.step {
        inspected.step = step
        try report(step)
      }
      inspected.damage = inspected.damage ?? line.damage
      failure = failure ?? line.failure.map { InspectionFailure(reason: $0, isRefused: line.isRefused == true) }
    }
    if let failure { throw failure }
    if inspected.damage == nil, inspected.step.phase != .done || ending != .exited(0) {
      inspected.damage = death(ending, try narrowed(inspected.step, ending, ledger: ledger))
    }
    return inspected
  }

  /// The event at which the process died: those of the block that it had announced are read again, one by one.
  private static func narrowed(
    _ step: Verification.Step, _ ending: InspectorProcess.Ending, ledger: String
  ) throws -> Verification.Step {
    guard case .signalled = ending, step.phase == .ledger, step.position > 0, step.table == nil else { return step }
    var narrowed = step
    let range = ["--from", "\(step.position)", "--to", "\(step.position + UInt64(LedgerWalk.blockMax) - 1)"]
    var (last, unreadable): (UInt64?, UInt64?) = (nil, nil)
    let again = try InspectorProcess.run(["pieces", ledger, "--block", "1"] + range) { line in
      last = line.salvage?.trying?.lowerBound ?? last
      // Looked up by itself, an event on a damaged page may be refused where a walk along the pages dies.
      unreadable = unreadable ?? line.salvage?.unreadable
    }
    if let unreadable {
      narrowed.position = unreadable
    } else if case .signalled = again, let last {
      narrowed.position = last
    }
    return narrowed
  }

  private static func death(_ ending: InspectorProcess.Ending, _ step: Verification.Step) -> Damage {
    let place = place(step)
    let position = step.position == 0 ? nil : step.position
    let (kind, how): (Damage.Kind, Text) =
      switch ending {
      case .signalled(let signal):
        (
          .readerDied,
          Text(
            vi: "tiến trình đọc tệp bị dừng bởi tín hiệu \(signal) \(place.vi)",
            en: "the process that read it died of signal \(signal) \(place.en)")
        )
      case .exited(let status):
        (
          .readerDied,
          Text(
            vi: "tiến trình đọc tệp kết thúc với mã \(status) \(place.vi)",
            en: "the process that read it ended with status \(status) \(place.en)")
        )
      case .stalled:
        (
          .readerStalled,
          Text(
            vi: "tiến trình đọc tệp không nói gì trong \(InspectorProcess.secondsMax) giây \(place.vi)",
            en: "the process that read it said nothing for \(InspectorProcess.secondsMax) seconds \(place.en)")
        )
      }
    return Damage(kind, at: position, table: step.table, how)
  }

  private static func place(_ step: Verification.Step) -> Text {
    if let table = step.table { return Text(vi: "trong bảng \(table)", en: "in the table \(table)") }
    if step.position == 0 { return Text(vi: "khi mở tệp", en: "when it opened the file") }
    return Text(vi: "gần sự kiện \(step.position)", en: "near event \(step.position)")
  }
}
