public import Desk
import DeskViews
import EventStore
import LMDB
import Synchronization

/// How far an import has come.
public struct ImportProgress: Sendable {
  public var done = 0
  public var total = 0
  /// What this run has written.
  public var cases = 0
  public var events = 0
  /// Cases that an earlier run had written.
  public var repeated = 0
}

extension DeskService {
  /// Cases of the log that cannot be brought in: their code belongs to a case that did not come from this file, or they have
  /// more events than a case may have.
  public func takenCodes(_ log: EventLog, actor: Actor) throws -> [RowNote] {
    let views = try views
    let transaction = try views.store.environment.beginRead()
    var notes: [RowNote] = []
    let digest = CommandDigest(keys: store.keys)
    let eventsMax = writer.caseEventsMax.load(ordering: .relaxed)
    for item in log.cases {
      guard let number = try views.number(ofCode: item.history.code, transaction) else {
        let count = item.history.eventCount
        if count > eventsMax {
          notes.append(
            RowNote(
              line: item.line,
              reason: Text(
                vi: "hồ sơ có \(count) sự kiện, nhiều nhất \(eventsMax) (case_events_max trong office.toml)",
                en: "the case has \(count) events, more than \(eventsMax) (case_events_max in office.toml)")))
        }
        continue
      }
      let request = request(of: item, in: log, by: actor)
      if let known = try views.store.accepted(uid: actor.uid, commandID: request.id, transaction),
        try digest.isOf(request, known.digest, about: [number]) == true
      {
        continue
      }
      let code = item.history.code
      notes.append(
        RowNote(
          line: item.line,
          reason: Text(vi: "đã có hồ sơ mang mã \(code)", en: "there is a case with the code \(code) already")))
    }
    return notes
  }

  /// Writes the cases of a log, each with its whole history in one command, and reports after every group of them. What
  /// was written before is recognised by its place in the file, so an interrupted run is taken up by running it again.
  public func run(
    _ log: EventLog, skipping: Set<Int>, actor: Actor,
    report: (ImportProgress) async throws -> Void
  ) async throws {
    let cases = log.cases.filter { !skipping.contains($0.line) }
    var progress = ImportProgress(total: cases.count)
    for start in stride(from: 0, to: cases.count, by: 128) {
      let group = cases[start..<min(start + 128, cases.count)]
      let results = await withTaskGroup(of: Result<Accepted, CommandFailure>.self) { tasks in
        for item in group {
          let request = request(of: item, in: log, by: actor)
          tasks.addTask { await self.recordWhenFree(request) }
        }
        return await tasks.reduce(into: []) { $0.append($1) }
      }
      for result in results {
        let accepted = try result.get()
        progress.done += 1
        progress.events += accepted.events
        if accepted.isRepeated { progress.repeated += 1 } else { progress.cases += 1 }
      }
      try await report(progress)
    }
  }

  private func request(of item: EventLog.Case, in log: EventLog, by actor: Actor) -> CommandRequest {
    var request = CommandRequest(
      .newCase, CaseCommand(.importHistory(item.history)), actor: actor, id: log.commandID(of: item),
      canonicalText: log.canonicalText(of: item))
    request.hasIDOfFile = true
    return request
  }

  /// Records a case as soon as the queue has room: an import gives way to people, and waits while it is full.
  private func recordWhenFree(_ request: CommandRequest) async -> Result<Accepted, CommandFailure> {
    while true {
      let result = await record(request)
      guard case .failure(.busy) = result, (try? await Task.sleep(for: .milliseconds(20))) != nil else { return result }
    }
  }
}
