import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore

extension CommandWriter {
  /// Decides what is asked of the office itself, and appends what follows.
  ///
  /// - Parameter office: what this batch has changed of the office.
  /// - Returns: how many events there were; none when it was done already.
  func execute(
    _ command: OfficeCommand, _ actor: Actor, _ moment: Moment, _ office: inout OfficeChange?, _ batch: inout Batch
  ) throws -> Int {
    var change = try office ?? OfficeChange(state: desk.office(), book: rules.current?.book)
    let cause = command.cause(after: change.state)
    // What was recorded of the office by this id says the same, whatever the state says. The ids of causes are no secret: one
    // that somebody has used for a command of his own is passed over.
    var (named, id) = (cause, CommandID.make(cause: cause))
    while let known = try desk.recorded.commands(id).first(where: { $0.uid == actor.uid }) {
      let first = try coding.decode(try batch.acceptedRecord(at: known.accepted.first)) { _, _ in nil }
      if first.stream == 0 { return 0 }
      named.append(0)
      id = CommandID.make(cause: named)
    }
    let context = OfficeDecider.Context(
      now: moment.now, recordedAt: moment.recordedAt, actor: actor, offset: officeOffset, book: change.book,
      next: batch.nextPosition,
      lost: try desk.read { try lostCodes(for: command, now: moment.now, $0, $1) })
    let entries = OfficeDecider(context).decide(command, change.state)
    for entry in entries {
      // The floor is written outside the ledger first: this ledger may be lost itself, and an older one does not have it.
      if case .restored(let loss) = entry.event, let floor = loss.floor {
        try apart?.heads.change { $0.raiseFloor(lastDay: floor.last.number, serial: floor.serial) }
      }
      let digest = store.keys.officeDigest(cause)
      let stored = StoredEvent(
        stream: 0, version: change.state.version.next, command: .init(id: id, digest: digest),
        body: .office(entry.event, entry.circumstances))
      _ = try batch.append(try store.encode(stored, slot: 0), stored.recordKey)
      OfficeDecider.evolve(&change.state, entry)
      desk.add(OfficeStep(entry: entry, state: change.state))
      if case .rulesAdopted(let book) = entry.event { change.book = book }
    }
    office = change
    return entries.count
  }
}
