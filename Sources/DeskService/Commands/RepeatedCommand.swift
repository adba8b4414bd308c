import Desk
import DeskRecords
import EventSourcing
import EventStore

extension CommandExecutor {
  /// Whether an accepted command is of the account that sends it again: its number may have come to be another person's,
  /// who is not told what the one before him did.
  private static func isHis(_ first: StoredEvent, _ actor: Actor) -> Bool {
    let account = first.circumstances.actor.account
    // One of the two may be from a moment in which nobody could say the name.
    return [actor.account, "uid \(actor.uid)"].contains(account) || actor.account == "uid \(actor.uid)"
  }

  /// The answer to a command that was accepted before, made from its events, if it says the same. Of what an erased case's
  /// command said nothing is told: it is refused whatever it says.
  func repeated(
    _ request: CommandRequest, _ known: Views.Accepted, _ batch: inout Batch
  ) throws -> Accepted {
    let id = CommandID.text(request.id)
    let first = try store.decode(try batch.acceptedRecord(at: known.first), by: coding)
    guard Self.isHis(first, request.actor) else { throw Rejection.commandReused(id) }
    guard !known.digest.isEmpty else { throw Rejection.commandFromBefore(id) }
    let recorded = try recorded(from: first, known, &batch)
    let state = try desk.state(of: first.stream)
    var erased: Rejection?
    for stream in recorded.streams {
      let state = stream == first.stream ? state : try desk.state(of: stream)
      guard let erasure = state.erasure else { continue }
      erased = .caseErased(code: state.reception?.facts.code ?? "", at: erasure.at, basis: erasure.basis)
      break
    }
    if let erased, !request.erasesSomething { throw erased }
    switch try CommandDigest(keys: store.keys).isOf(request, known.digest, about: recorded.keyed) {
    case true?: break
    case false?: throw Rejection.commandReused(id)
    case nil: throw erased ?? Rejection.keyNotHere(code: state.reception?.facts.code ?? "")
    }
    let stored = recorded.last
    let recordedAt = stored.circumstances.recordedAt
    var answer = Accepted(
      number: stored.stream, version: stored.version, position: known.last,
      at: Moment(now: recordedAt, recordedAt: recordedAt), state: state, events: 0)
    answer.isRepeated = true
    answer.erased = recorded.erased
    return answer
  }

  /// What the ledger says of an accepted command.
  private struct RecordedCommand {
    /// Its streams, each once, in the order of their first events.
    var streams: [UInt64]
    /// Those of them that it erased.
    var erased: [UInt64] = []
    /// Those of which it said more, with whose keys its digest is made.
    var keyed: [UInt64] = []
    /// The last event in the stream that it is about.
    var last: StoredEvent
  }

  /// What is sealed stays closed: nothing of it is asked.
  private func recorded(
    from first: StoredEvent, _ known: Views.Accepted, _ batch: inout Batch
  ) throws -> RecordedCommand {
    var recorded = RecordedCommand(streams: [first.stream], last: first)
    var (stored, position) = (first, known.first)
    while true {
      if !recorded.streams.contains(stored.stream) { recorded.streams.append(stored.stream) }
      if stored.stream == first.stream { recorded.last = stored }
      if stored.isErasure {
        recorded.erased.append(stored.stream)
      } else if !recorded.keyed.contains(stored.stream) {
        recorded.keyed.append(stored.stream)
      }
      guard position < known.last else { return recorded }
      position = Position(position.rawValue + 1)
      stored = try coding.decode(try batch.acceptedRecord(at: position)) { _, _ in nil }
    }
  }
}

extension Batch {
  /// - Throws: `StoreError.ledgerDamaged` when it is not there.
  func acceptedRecord(at position: Position) throws -> [UInt8] {
    guard let record = try record(at: position) else {
      throw StoreError.ledgerDamaged(at: position, reason: "the event of an accepted command is missing")
    }
    return record
  }
}
