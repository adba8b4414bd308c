import Desk
import DeskRecords
import EventSourcing
import EventStore

/// Executes the commands of one group, each on what those before it have left: decides, and appends what follows to the
/// batch. Nothing of it is durable before the batch is committed.
struct CommandExecutor {
  let desk: RecordedDesk
  let coding: RecordCoding
  let rules: Rules
  let moment: Moment
  /// How many events a case may have.
  let caseEventsMax: Int

  var store: EventStore { desk.store }

  /// Records a command and answers it, or answers it again.
  ///
  /// - Parameter refusal: what meets a command that was not recorded before.
  func execute(
    _ request: CommandRequest, refusing refusal: CommandFailure?, _ batch: inout Batch
  ) throws -> Accepted {
    let known = try desk.recorded.commands(request.id)
    if let own = known.first(where: { $0.uid == request.actor.uid }) {
      return try repeated(request, own.accepted, &batch)
    }
    // Ids are not guessed: whoever sends another's command id has it from him. Those of an import are made of its file, which
    // somebody else may have: what he recorded under them is no reason to refuse it.
    if !request.hasIDOfFile, !known.isEmpty {
      throw Rejection.commandReused(CommandID.text(request.id))
    }
    if let refusal { throw refusal }
    // All is decided before anything is appended: a part that is refused leaves nothing of the others.
    var decisions = [try decide(request.target, request.command, request.actor, after: [], &batch)]
    for part in request.others {
      decisions.append(
        try decide(part.target, part.command, request.actor, after: decisions, &batch))
    }
    return try record(decisions, request, &batch)
  }

  /// - Parameter decided: what the command has decided about other streams.
  private func decide(
    _ target: CommandRequest.Target, _ command: CaseCommand, _ actor: Actor,
    after decided: [Decision], _ batch: inout Batch
  ) throws -> Decision {
    guard let (rulesPosition, book) = rules.current else { throw StoreError.unexpected("no rules are adopted") }
    let number: UInt64
    var state = CaseState()
    var code = ""
    switch target {
    case .newCase:
      if case .importHistory(let history) = command.action {
        guard try desk.number(ofCode: history.code) == nil,
          !decided.contains(where: { $0.takes(history.code) })
        else { throw Rejection.codeTaken(code: history.code) }
      } else {
        code = try newCode(command, book, after: decided)
      }
      number = try desk.recorded.lastStream() + 1 + UInt64(decided.count { $0.isNew })
      try store.keys.prepare(upTo: number)
    case .existing(let typed):
      number = try CaseLookup(rules: rules, number: desk.number, state: desk.state)
        .number(ofTyped: typed, now: moment.now)
      // What is asked of a case again is decided on what was decided of it before.
      state = try decided.last { $0.number == number }?.after ?? desk.state(of: number)
    }
    let context = CaseDecider.Context(
      now: moment.now, recordedAt: moment.recordedAt, actor: actor, book: book, rules: rulesPosition,
      caseBook: try state.reception.map { try rules.adopted(at: $0.rules) } ?? book, newCode: code,
      voidTarget: try voidTarget(command, number, after: decided, &batch), caseEventsMax: caseEventsMax)
    let events = try CaseDecider(context).decide(command, state)
    return Decision(
      number: number, state: state, events: events, isNew: target == .newCase, isErasure: command.isErasure)
  }

  private func record(
    _ decisions: [Decision], _ request: CommandRequest, _ batch: inout Batch
  ) throws -> Accepted {
    guard let about = decisions.first?.number else { throw StoreError.unexpected("a command about nothing") }
    // All is coded before anything is appended: what cannot be sealed leaves nothing of what could.
    let coded = try coded(decisions, request)
    var (position, next) = (batch.position, 0)
    var (answered, erased): (CaseState, [UInt64]) = (CaseState(), [])
    for decision in decisions {
      for (key, record) in coded[next..<next + decision.events.count] {
        position = try batch.append(record, key)
      }
      next += decision.events.count
      let state = decision.after
      desk.change(decision.number, from: decision.state, to: state)
      if state.erasure != nil { erased.append(decision.number) }
      if decision.number == about { answered = state }
    }
    var answer = Accepted(
      number: about, version: answered.version, position: position, at: moment, state: answered, events: coded.count)
    answer.erased = erased
    return answer
  }

  private func coded(
    _ decisions: [Decision], _ request: CommandRequest
  ) throws -> [(key: Views.RecordKey, record: [UInt8])] {
    do {
      let command = StoredEvent.Command(
        id: request.id, digest: try CommandDigest(keys: store.keys).make(of: request, about: Self.keyed(decisions)))
      var coded: [(key: Views.RecordKey, record: [UInt8])] = []
      for decision in decisions {
        var version = decision.state.version
        for event in decision.events {
          version = version.next
          let stored = StoredEvent(stream: decision.number, version: version, command: command, body: .desk(event))
          coded.append((stored.recordKey, try store.encode(stored, slot: decision.number)))
        }
      }
      return coded
    } catch StoreError.keyClosed(let slot) where decisions.count > 1 {
      // The key of the case that it is, and not of the first that the command names.
      let code = decisions.first { $0.number == slot }?.state.reception?.facts.code
      throw Rejection.keyNotHere(code: code ?? "")
    }
  }

  /// The streams whose keys the digest of the command is made with: those of which it says more than that they are erased.
  private static func keyed(_ decisions: [Decision]) -> [UInt64] {
    var streams: [UInt64] = []
    for decision in decisions where !decision.isErasure && !streams.contains(decision.number) {
      streams.append(decision.number)
    }
    return streams
  }

  /// A new case's code: the day of its receipt and the next free serial of that day.
  private func newCode(
    _ command: CaseCommand, _ book: RuleBook, after decided: [Decision]
  ) throws -> String {
    let office = book.office
    let at = command.occurredAt?.instant(now: moment.now, office: office, calendar: book.calendar) ?? moment.now
    let day = at.day(at: office.utcOffset)
    // A day in the past obeys, too: what was lost may have had a receipt for it.
    var serial = max(try desk.nextSerial(on: day), Int(rules.office.serialFloor(on: day)) + 1)
    while true {
      let code = CaseCode.code(prefix: office.codePrefix, day: day, serial: serial)
      // An imported case may have taken a code of our own form, and another new case of this command the one before.
      if !decided.contains(where: { $0.takes(code) }), try desk.number(ofCode: code) == nil {
        return code
      }
      serial += 1
    }
  }

  private func voidTarget(
    _ command: CaseCommand, _ number: UInt64, after decided: [Decision], _ batch: inout Batch
  ) throws -> CaseEvent? {
    guard case .correct(let correct) = command.action, let version = correct.voids, version > .none else { return nil }
    for decision in decided where decision.number == number {
      if let event = decision.event(at: version) { return event }
    }
    let positions = try desk.recorded.positions(of: number, from: version, limit: 1)
    guard let position = positions.first, let record = try batch.record(at: position) else { return nil }
    let stored = try store.decode(record, by: coding)
    guard stored.version == version, case .desk(let event) = stored.body else { return nil }
    return event
  }
}
