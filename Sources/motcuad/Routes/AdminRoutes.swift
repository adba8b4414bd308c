import Desk
import DeskInterface
import DeskService
import DeskWire
import EventSourcing
import EventStore
import Varlink
import VarlinkServer

/// `vn.motcua.Admin`: one route for each thing that an operator does.
struct AdminRoutes: Sendable {
  let service: DeskService
  let uploads: Uploads
  let rebuild: LiveRebuild
  let guards: Turns

  var routes: [Route] {
    [
      Route.work(
        Wire.Rebuild.self, .operatorRole,
        first: { [service, guards] caller in
          try await LedgerGuard.check(service, for: caller.actor.uid, in: guards)
        }
      ) { [service, rebuild] _, _, report in
        do {
          try rebuild.run { try report(.init(progress: Wire.RebuildProgress($0))) }
        } catch is RebuildRunning {
          throw WireFailure.wire(Wire.RebuildRunning())
        }
        let position = try service.viewsPosition()
        return .init(progress: Wire.RebuildProgress(.init(position: position, end: position)))
      },
      Route.one(Wire.Upload.self, .operatorRole) { call, caller in
        let (id, bytes) = try uploads.add(
          call.text, to: call.upload, spool: call.spool ?? false, uid: caller.peer.uid)
        return .init(upload: id, bytes: bytes)
      }.withoutViews,
      Route(method: Wire.Import.method, role: .operatorRole, streams: true) { node throws(InterfaceMismatch) in
        let call = try Wire.Import(node, unknown: .refused)
        return .waiting { caller in try await Executor.pool.run(for: caller) { .stream(try importing(call, caller)) } }
      },
      exporting, importingLedger,
      Route.one(Wire.SetClock.self, .operatorRole) { [service] call, _ in
        guard service.clock.isDemo else { throw WireFailure.wire(Wire.NotADemo()) }
        guard let book = service.book, let expression = try date(call.to, "to") else {
          throw Rejection.fieldMissing("to")
        }
        let instant = expression.instant(now: service.now, office: book.office, calendar: book.calendar)
        guard service.clock.move(to: instant) else {
          throw WireFailure.wire(Wire.ClockNotLater(to: instant.wire, now: service.now.wire))
        }
        return .init(now: service.now.wire)
      },
    ]
  }

  private func importing(_ call: Wire.Import, _ caller: Caller) throws -> AsyncThrowingStream<StreamPage, any Error> {
    let file = try uploads.take(call.upload, uid: caller.peer.uid)
    let mapping: ImportMapping
    do throws(SettingsError) {
      mapping = try ImportMapping(text: call.mapping)
    } catch {
      throw WireFailure.wire(
        Wire.MappingInvalid(line: error.line, reasonVi: error.reason.vi, reasonEn: error.reason.en))
    }
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await run(file, mapping, skipsBadRows: call.skipBadRows ?? false, caller) { progress, isLast in
            continuation.yield(StreamPage(json: Wire.Import.Answer(progress: progress).json, isLast: isLast))
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: WireFailure.error(for: error) ?? error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func run(
    _ file: String, _ mapping: ImportMapping, skipsBadRows: Bool, _ caller: Caller,
    report: (Wire.ImportProgress, _ isLast: Bool) throws -> Void
  ) async throws {
    var progress = Wire.ImportProgress(
      phase: .checking, done: 0, total: 0, cases: 0, events: 0, repeated: 0, warnings: [], badRows: [])
    try report(progress, false)
    let log: EventLog
    do throws(EventLog.MissingColumn) {
      log = try EventLog(file, mapping, for: service.importOffice)
    } catch {
      let known = error.known.joined(separator: ", ")
      let line =
        mapping.text.split(separator: "\n", omittingEmptySubsequences: false)
        .firstIndex { $0.contains("\"\(error.name)\"") }.map { $0 + 1 } ?? 0
      guard !error.known.isEmpty else {
        let note = Wire.RowNote(
          line: 1, reasonVi: "tệp trống, không có dòng tiêu đề", reasonEn: "the file has no header line")
        throw WireFailure.wire(Wire.ImportRefused(badRows: [note], total: 1))
      }
      throw WireFailure.wire(
        Wire.MappingInvalid(
          line: line, reasonVi: "tệp không có cột “\(error.name)”; tệp có: \(known)",
          reasonEn: "the file has no column “\(error.name)”; it has: \(known)"))
    }
    let taken = try service.takenCodes(log, actor: caller.actor)
    let bad = (log.badRows + taken).sorted { $0.line < $1.line }
    guard bad.isEmpty || skipsBadRows else {
      throw WireFailure.wire(
        Wire.ImportRefused(badRows: bad.prefix(100).map { Wire.RowNote($0) }, total: bad.count))
    }
    progress.phase = .known(.writing)
    let skipping = Set(taken.map(\.line))
    try await service.run(log, skipping: skipping, actor: caller.actor) { step in
      try Task.checkCancellation()
      progress.done = step.done
      progress.total = step.total
      progress.cases = step.cases
      progress.events = step.events
      progress.repeated = step.repeated
      try report(progress, false)
    }
    // In parts, because a reply has a limit and a large file many oddities.
    for part in stride(from: 0, to: max(bad.count, log.warnings.count), by: 1000) {
      progress.badRows = bad.dropFirst(part).prefix(1000).map { Wire.RowNote($0) }
      progress.warnings = log.warnings.dropFirst(part).prefix(1000).map { Wire.RowNote($0) }
      try report(progress, false)
    }
    (progress.badRows, progress.warnings) = ([], [])
    progress.phase = .known(.done)
    try report(progress, true)
  }
}

extension Wire.RebuildProgress {
  init(_ rebuild: Maintenance.Rebuild) {
    self.init(reached: Int(clamping: rebuild.position.rawValue), end: Int(clamping: rebuild.end.rawValue))
  }
}

extension Wire.RowNote {
  fileprivate init(_ note: RowNote) {
    self.init(line: note.line, reasonVi: note.reason.vi, reasonEn: note.reason.en)
  }
}
