import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB
import Metrics
import Synchronization

/// What happens on the writer's thread: a group of commands is decided one after the other, committed together, and
/// then answered.
final class CommandWriter: Sendable {
  struct Pending: Sendable {
    var work: Work
    var reply: @Sendable (Result<Accepted, CommandFailure>) -> Void
  }

  enum Work: Sendable {
    case command(CommandRequest)
    case office(OfficeCommand, Actor, byHolder: Bool)

    /// The case that it is about, as it was typed.
    var code: String {
      if case .command(let request) = self, case .existing(let code) = request.target { code } else { "" }
    }
  }

  /// What waits for the writer's thread.
  enum Turn: Sendable {
    case command(Pending)
    /// Done between two commits, when nothing else is being written.
    case between(@Sendable () -> Void)
  }

  let store: EventStore
  let coding: RecordCoding
  let rules: Rules
  let clock: DeskClock
  let signal: CommitSignal
  /// Commands are refused when the disk has less left than this.
  let reserveBytes: Atomic<Int>
  /// How many days backups of keys are kept that are in no rotation.
  let keyBackupDays: Atomic<Int>
  /// How far above the greatest serial that is known codes begin after a loss.
  let serialStep: Atomic<Int>
  let apart: Apart?
  /// The office's, as long as no rules say it.
  private let offset: UTCOffset?
  let figures = WriterFigures()
  private let heartbeat: Heartbeat?
  private let time: Mutex<LedgerTime>
  /// Why nothing can be written any more. After a failed commit LMDB takes the next one as if nothing had happened, so
  /// it must not get one.
  private let failure = Mutex<String?>(nil)
  /// While another ledger is written into this one, commands are told to try again.
  private let isHeld = Mutex(false)
  let toldDoubt = Mutex<ClockDoubt?>(nil)
  /// What the daemon has to record itself as soon as the clock is believed.
  let owed = Mutex(OwedEvents())
  private let onFailure: @Sendable (String) -> Void
  let report: @Sendable (String) -> Void
  let note: @Sendable (String) -> Void

  init(
    store: EventStore, coding: RecordCoding, rules: Rules, clock: DeskClock, signal: CommitSignal,
    settings: DeskService.Settings, apart: Apart?, time: LedgerTime,
    offset: UTCOffset?, heartbeat: Heartbeat?,
    onFailure: @escaping @Sendable (String) -> Void,
    report: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    self.coding = coding
    self.rules = rules
    self.clock = clock
    self.signal = signal
    reserveBytes = Atomic(settings.reserveBytes)
    keyBackupDays = Atomic(settings.keyBackupDays)
    serialStep = Atomic(settings.serialStep)
    self.apart = apart
    self.offset = offset
    self.heartbeat = heartbeat
    self.time = Mutex(time)
    self.onFailure = onFailure
    self.report = report
    self.note = note
  }

  var officeOffset: UTCOffset { rules.current?.book.office.utcOffset ?? offset ?? .utc }
  /// How far the ledger's time has come.
  var ledgerTime: LedgerTime { time.withLock { $0 } }
  /// The office's time, which does not run backwards but where a clock was accepted that does.
  var now: Timestamp { clock.now(after: ledgerTime) }
  var isFailed: Bool { failure.withLock { $0 != nil } }

  /// - Parameter settle: told how long the disk took, before anybody is answered.
  func process(_ turns: [Turn], _ settle: (Duration) -> Void) {
    let commands = turns.compactMap { if case .command(let pending) = $0 { pending } else { nil } }
    if !commands.isEmpty || !owed.withLock(\.isEmpty) { process(commands, settle) }
    for case .between(let body) in turns {
      body()
      beat()
    }
  }

  /// A step of something long on the writer's thread is done.
  func beat() { heartbeat?.beatIfDue() }

  /// From here on commands are refused as busy, and nothing is written but by whoever holds.
  func hold() { isHeld.withLock { $0 = true } }

  /// What is recorded from here on follows what was recorded by then.
  func follow(_ time: LedgerTime) { self.time.withLock { $0 = time } }

  /// Commands go on.
  func release() { isHeld.withLock { $0 = false } }

  /// Runs what writes the store by other ways than commands do. After a failed commit nothing more is written.
  ///
  /// - Parameters:
  ///   - byHolder: whoever called `hold`.
  ///   - needsClock: whether a time is recorded that all later ones will follow.
  func guarded<R>(
    byHolder: Bool = false, needsReserve: Bool = true, needsClock: Bool = true, _ body: () throws -> R
  ) throws -> R {
    if let reason = failure.withLock({ $0 }) { throw CommandFailure.storageFailed(reason) }
    if !byHolder, isHeld.withLock({ $0 }) { throw CommandFailure.busy }
    if needsClock, let doubt = lookAtClock() { throw CommandFailure.clockSuspect(doubt) }
    do { try store.requireHolding() } catch { throw fail(error) }
    if needsReserve, let full = try fullDisk() { throw full }
    do {
      return try body()
    } catch CommitError.mapFull(let map) {
      throw full(map)
    } catch let full as NoRoom {
      throw full.failure
    } catch let error as CommitError {
      throw CommandFailure.storageFailed(latch(error))
    }
  }

  /// Nothing is written any more when somebody has taken the files away: another process may work there by now.
  func requireHolding() {
    if isFailed { return }
    do { try store.requireHolding() } catch { _ = latch(error) }
  }

  /// Whether an import holds the ledger, which is no ledger to be copied or read whole then.
  var isHolding: Bool { isHeld.withLock { $0 } }

  /// Writes nothing any more: what memory and disk say is not the same, and only a start can settle it.
  func fail(_ error: any Error) -> CommandFailure { .storageFailed(latch(error)) }

  private func latch(_ error: any Error) -> String {
    // A page that cannot be read now cannot be read after a start either: the views are built anew then.
    if Self.showsDamagedPages(error) { store.distrustViews() }
    let reason = "\(error)"
    let isFirst = failure.withLock { failure in
      defer { failure = failure ?? reason }
      return failure == nil
    }
    if isFirst { onFailure(reason) }
    return reason
  }

  /// Of the views, or of the ledger, which is read whole before views are built anew.
  private static func showsDamagedPages(_ error: any Error) -> Bool {
    switch error {
    case CommitError.nothingWritten(let error), StoreError.storage(let error): error.code.isDamage
    default: DeskService.showsDamagedViews(error)
    }
  }

  private func process(_ group: [Pending], _ settle: (Duration) -> Void) {
    var duration = Duration.zero
    var results: [Result<Accepted, CommandFailure>]
    if let reason = failure.withLock({ $0 }) {
      results = group.map { _ in .failure(.storageFailed(reason)) }
    } else if let doubt = lookAtClock() {
      results = refuse(group, because: .clockSuspect(doubt), &duration)
    } else {
      do {
        try store.requireHolding()
        let isHeld = isHolding
        let refusal = isHeld ? CommandFailure.busy : try full()
        if !isHeld, refusal?.leavesReserve != false { try recordOwed() }
        if let refusal {
          // No command can be decided without the rules, which an import and a full disk therefore let through. They find
          // what is kept free, and nothing on a disk that takes nothing at all.
          let passes = { (pending: Pending) in
            if case .office(_, _, let byHolder) = pending.work {
              byHolder || !isHeld && refusal.leavesReserve
            } else {
              false
            }
          }
          let office = group.filter(passes)
          results = office.isEmpty ? [] : try commit(office, &duration)
          let others = refuse(group.filter { !passes($0) }, because: refusal, &duration)
          var next = others.makeIterator()
          for (index, pending) in group.enumerated() where !passes(pending) {
            results.insert(next.next() ?? .failure(refusal), at: index)
          }
        } else {
          results = try commit(group, &duration)
        }
      } catch let full as NoRoom {
        results = group.map { _ in .failure(full.failure) }
      } catch {
        let reason = latch(error)
        results = group.map { _ in .failure(.storageFailed(reason)) }
      }
    }
    settle(duration)
    for (pending, result) in zip(group, results) { pending.reply(result) }
  }

  /// Whoever repeats a command that was recorded is answered, because nothing would be less true than that it was not.
  private func refuse(
    _ group: [Pending], because refusal: CommandFailure, _ duration: inout Duration
  ) -> [Result<Accepted, CommandFailure>] {
    if isHolding { return group.map { _ in .failure(refusal) } }
    do {
      return try commit(group, at: now, leaving: ledgerTime, refusing: refusal, &duration)
    } catch is NoRoom {
      return group.map { _ in .failure(refusal) }
    } catch {
      let reason = latch(error)
      return group.map { _ in .failure(.storageFailed(reason)) }
    }
  }

  /// Before any command: it is decided under the rules that have waited, and comes after a loss that is not told yet.
  private func recordOwed() throws {
    let events = owed.withLock { $0.take() }
    if events.isEmpty { return }
    var duration = Duration.zero
    let results: [Result<Accepted, CommandFailure>]
    do { results = try commit(events, &duration) } catch let full as NoRoom {
      for event in events { event.reply(.failure(full.failure)) }
      throw full
    }
    for (event, result) in zip(events, results) { event.reply(result) }
  }

  /// - Throws: `NoRoom` while what the start had to write first is put off for want of room.
  private func begin() throws -> Batch {
    do { return try store.beginBatch() } catch {
      if let failure = noRoom(error) { throw NoRoom(failure: failure) }
      throw error
    }
  }

  /// - Throws: `CommandFailure.storageFull` when so many bytes more would eat into the reserve.
  func requireSpace(for bytes: Int) throws { if let full = try fullDisk(for: bytes) { throw full } }

  private func commit(
    _ group: [Pending], _ duration: inout Duration
  ) throws -> [Result<Accepted, CommandFailure>] {
    let now = now
    return try commit(group, at: now, leaving: ledgerTime.recording(at: now), &duration)
  }

  /// - Parameters:
  ///   - now: the office's time.
  ///   - after: how far the ledger's time has come then.
  ///   - refusal: what meets everything that would be recorded.
  func commit(
    _ group: [Pending], at now: Timestamp, leaving after: LedgerTime, refusing refusal: CommandFailure? = nil,
    _ duration: inout Duration
  ) throws -> [Result<Accepted, CommandFailure>] {
    var batch = try begin()
    var results: [Result<Accepted, CommandFailure>] = []
    var office: OfficeChange?
    var erased: [UInt64] = []
    var listed: [UInt64] = []
    let moment = Moment(now: now, recordedAt: after.recordedAt)
    let views = try DeskViews(store.views)
    for pending in group {
      let appendedBefore = batch.appended
      do {
        switch pending.work {
        case .command(let request):
          let accepted = try execute(request, moment, refusal, views, &batch)
          erased += accepted.erased
          if !accepted.isRepeated { listed += accepted.erased }
          results.append(.success(accepted))
        case .office(let command, let actor, _):
          if let refusal { throw refusal }
          let events = try execute(command, actor, moment, views, &office, &batch)
          var answer = accepted(0, .none, at: batch.position, moment, CaseState(), events: events)
          answer.isRepeated = events == 0
          results.append(.success(answer))
        }
      } catch let rejection as Rejection {
        results.append(.failure(.rejected(rejection)))
      } catch let failure as CommandFailure {
        results.append(.failure(failure))
      } catch StoreError.keyClosed where batch.appended == appendedBefore {
        // The case is there and not erased, so its key was never brought to this machine.
        results.append(.failure(.rejected(.keyNotHere(code: pending.work.code))))
      } catch  where batch.appended == appendedBefore && Self.concernsOneCase(error) {
        report("a command could not be decided: \(error)")
        results.append(.failure(.unreadable))
      } catch {
        if let failure = noRoom(error) { throw NoRoom(failure: failure) }
        throw error
      }
    }
    let appended = batch.appended
    let position = batch.position
    let start = ContinuousClock.now
    do throws(CommitError) { try batch.commit() } catch {
      if case .mapFull(let map) = error { throw NoRoom(failure: full(map)) }
      throw error
    }
    duration = start.duration(to: .now)
    figures.batches.add(group.count)
    if appended > 0 {
      figures.commits.add(duration)
      figures.commitRate.add()
      time.withLock { $0 = after }
      if let office { rules.take(office) }
      signal.advance(to: position)
    }
    // Only now: a key that is gone before its event is durable would close a case that nobody erased. The list comes before
    // the keys, so that nothing is erased here that a backup could bring back.
    if let apart { try apart.erasures.add(store.erasures(of: listed, at: after.recordedAt)) }
    try store.keys.forget(erased)
    beat()
    return results
  }

  /// The office's time, and the one that goes into the ledger: later while the ledger is ahead of an accepted clock.
  private struct Moment {
    var now: Timestamp
    var recordedAt: Timestamp
  }

  /// Damage in one case's record or key: it stops that command and no other.
  private static func concernsOneCase(_ error: any Error) -> Bool {
    switch error {
    case is RecordError: true
    case StoreError.keysDamaged, StoreError.keyMissing, StoreError.ledgerDamaged: true
    default: false
    }
  }

  private func execute(
    _ request: CommandRequest, _ moment: Moment, _ refusal: CommandFailure?, _ views: DeskViews, _ batch: inout Batch
  ) throws -> Accepted {
    // Before a repeat is answered, too: the answer says that no backup brings the case back.
    if request.erasesSomething {
      try requireErasureList()
    }
    if let known = try views.store.accepted(uid: request.actor.uid, commandID: request.id, batch.views) {
      return try repeated(request, known, views, &batch)
    }
    // Ids are not guessed: whoever sends another's command id has it from him.
    if try views.store.isUsedByAnother(uid: request.actor.uid, commandID: request.id, batch.views) {
      throw Rejection.commandReused(CommandID.text(request.id))
    }
    if let refusal { throw refusal }
    // All is decided before anything is appended: a part that is refused leaves nothing of the others.
    var decisions = [try decide(request.target, request.command, request.actor, moment, after: [], views, &batch)]
    for part in request.others {
      decisions.append(
        try decide(part.target, part.command, request.actor, moment, after: decisions, views, &batch))
    }
    return try record(decisions, request, moment, views, &batch)
  }

  /// - Parameter decided: what the command has decided about other streams.
  private func decide(
    _ target: CommandRequest.Target, _ command: CaseCommand, _ actor: Actor, _ moment: Moment,
    after decided: [Decision], _ views: DeskViews, _ batch: inout Batch
  ) throws -> Decision {
    guard let (rulesPosition, book) = rules.current else { throw StoreError.unexpected("no rules are adopted") }
    let number: UInt64
    var state = CaseState()
    var code = ""
    switch target {
    case .newCase:
      if case .importHistory(let history) = command.action {
        guard try views.number(ofCode: history.code, batch.views) == nil,
          !decided.contains(where: { $0.takes(history.code) })
        else { throw Rejection.codeTaken(code: history.code) }
      } else {
        code = try newCode(command, now: moment.now, book, after: decided, views, batch.views)
      }
      number = try views.store.lastStream(batch.views) + 1 + UInt64(decided.count { $0.isNew })
      try store.keys.prepare(upTo: number)
    case .existing(let typed):
      number = try CaseLookup(views: views, rules: rules).number(ofTyped: typed, now: moment.now, batch.views)
      // What is asked of a case again is decided on what was decided of it before.
      state = try decided.last { $0.number == number }?.after ?? views.state(of: number, batch.views)
    }
    let context = CaseDecider.Context(
      now: moment.now, recordedAt: moment.recordedAt, actor: actor, book: book, rules: rulesPosition,
      caseBook: try state.receipt.map { try rules.adopted(at: $0.rules) } ?? book, newCode: code,
      voidTarget: try voidTarget(command, number, after: decided, views, &batch))
    let events = try CaseDecider(context).decide(command, state)
    return Decision(
      number: number, state: state, events: events, isNew: target == .newCase, isErasure: command.isErasure)
  }

  private func record(
    _ decisions: [Decision], _ request: CommandRequest, _ moment: Moment, _ views: DeskViews, _ batch: inout Batch
  ) throws -> Accepted {
    guard let about = decisions.first?.number else { throw StoreError.unexpected("a command about nothing") }
    // All is coded before anything is appended: what cannot be sealed leaves nothing of what could.
    let coded = try coded(decisions, request)
    var (position, next) = (batch.position, 0)
    var (answered, erased): (CaseState, [UInt64]) = (CaseState(), [])
    for decision in decisions {
      var state = decision.state
      for event in decision.events {
        let (stored, record) = coded[next]
        position = try batch.append(record, stored.recordKey)
        state = try views.apply(event, to: decision.number, from: state, batch.views)
        next += 1
      }
      if state.erasure != nil { erased.append(decision.number) }
      if decision.number == about { answered = state }
    }
    var answer = accepted(about, answered.version, at: position, moment, answered, events: coded.count)
    answer.erased = erased
    return answer
  }

  private func coded(
    _ decisions: [Decision], _ request: CommandRequest
  ) throws -> [(stored: StoredEvent, record: [UInt8])] {
    do {
      let command = StoredEvent.Command(
        id: request.id, digest: try CommandDigest(keys: store.keys).make(of: request, about: Self.keyed(decisions)))
      var coded: [(stored: StoredEvent, record: [UInt8])] = []
      for decision in decisions {
        var version = decision.state.version
        for event in decision.events {
          version = version.next
          let stored = StoredEvent(stream: decision.number, version: version, command: command, body: .desk(event))
          coded.append((stored, try encode(stored, slot: decision.number)))
        }
      }
      return coded
    } catch StoreError.keyClosed(let slot) where decisions.count > 1 {
      // The key of the case that it is, and not of the first that the command names.
      let code = decisions.first { $0.number == slot }?.state.receipt?.facts.code
      throw Rejection.keyNotHere(code: code ?? "")
    }
  }

  /// The streams whose keys the digest of the command is made with: those that it does not erase.
  private static func keyed(_ decisions: [Decision]) -> [UInt64] {
    var streams: [UInt64] = []
    for decision in decisions where !streams.contains(decision.number) {
      if decisions.contains(where: { $0.isErasure && $0.number == decision.number }) { continue }
      streams.append(decision.number)
    }
    return streams
  }

  /// Decides what is asked of the office itself, and appends what follows.
  ///
  /// - Parameter office: what this batch has changed of the office.
  /// - Returns: how many events there were; none when it was done already.
  private func execute(
    _ command: OfficeCommand, _ actor: Actor, _ moment: Moment, _ views: DeskViews, _ office: inout OfficeChange?,
    _ batch: inout Batch
  ) throws -> Int {
    var change = try office ?? OfficeChange(state: views.office(batch.views), book: rules.current?.book)
    let cause = command.cause(after: change.state)
    let id = CommandID.make(cause: cause)
    // What was recorded by this id says the same, whatever the state says.
    if try views.store.accepted(uid: actor.uid, commandID: id, batch.views) != nil { return 0 }
    let context = OfficeDecider.Context(
      now: moment.now, recordedAt: moment.recordedAt, actor: actor, offset: officeOffset, book: change.book,
      next: batch.nextPosition, lost: try lostCodes(for: command, now: moment.now, views, batch.views))
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
      _ = try batch.append(try encode(stored, slot: 0), stored.recordKey)
      change.state = try views.apply(entry, batch.views)
      if case .rulesAdopted(let book) = entry.event { change.book = book }
    }
    office = change
    return entries.count
  }

  private func encode(_ event: StoredEvent, slot: UInt64) throws -> [UInt8] {
    let commitment: [UInt8] = event.version == Version(1) && slot > 0 ? try store.keys.commitment(slot) : []
    return try RecordCoding.encode(event, slot: slot, keyCommitment: commitment) { plain, part in
      try store.keys.seal(plain, slot: part.slot, additionalData: part.additionalData)
    }
  }

  /// A new case's code: the day of its receipt and the next free serial of that day.
  private func newCode(
    _ command: CaseCommand, now: Timestamp, _ book: RuleBook, after decided: [Decision], _ views: DeskViews,
    _ transaction: borrowing some Reading & ~Copyable
  ) throws -> String {
    let office = book.office
    let at = command.occurredAt?.instant(now: now, office: office, calendar: book.calendar) ?? now
    let day = at.day(at: office.utcOffset)
    // A day in the past obeys, too: what was lost may have had a receipt for it.
    var serial = max(try views.nextSerial(on: day, transaction), Int(rules.office.serialFloor(on: day)) + 1)
    while true {
      let code = CaseCode.code(prefix: office.codePrefix, day: day, serial: serial)
      // An imported case may have taken a code of our own form, and another new case of this command the one before.
      if !decided.contains(where: { $0.takes(code) }), try views.number(ofCode: code, transaction) == nil {
        return code
      }
      serial += 1
    }
  }

  private func voidTarget(
    _ command: CaseCommand, _ number: UInt64, after decided: [Decision], _ views: DeskViews, _ batch: inout Batch
  ) throws -> CaseEvent? {
    guard case .correct(let correct) = command.action, let version = correct.voids, version > .none else { return nil }
    for decision in decided where decision.number == number {
      if let event = decision.event(at: version) { return event }
    }
    let positions = try views.store.positions(of: number, from: version, limit: 1, batch.views)
    guard let position = positions.first, let record = try batch.record(at: position) else { return nil }
    let stored = try store.decode(record, by: coding)
    guard stored.version == version, case .desk(let event) = stored.body else { return nil }
    return event
  }

  /// Whether an accepted command is of the account that sends it again: its number may have come to be another person's,
  /// who is not told what the one before him did.
  private static func isHis(_ first: StoredEvent, _ actor: Actor) -> Bool {
    let account = first.circumstances.actor.account
    // One of the two may be from a moment in which nobody could say the name.
    return [actor.account, "uid \(actor.uid)"].contains(account) || actor.account == "uid \(actor.uid)"
  }

  /// The answer to a command that was accepted before, made from its events, if it says the same. Of what an erased case's
  /// command said nothing is told: it is refused whatever it says.
  private func repeated(
    _ request: CommandRequest, _ known: Views.Accepted, _ views: DeskViews, _ batch: inout Batch
  ) throws -> Accepted {
    let id = CommandID.text(request.id)
    let first = try store.decode(try record(of: known, at: known.first, &batch), by: coding)
    guard Self.isHis(first, request.actor) else { throw Rejection.commandReused(id) }
    guard !known.digest.isEmpty else { throw Rejection.commandFromBefore(id) }
    let recorded = try recorded(from: first, known, &batch)
    let state = try views.state(of: first.stream, batch.views)
    var erased: Rejection?
    for stream in recorded.streams {
      let state = stream == first.stream ? state : try views.state(of: stream, batch.views)
      guard let erasure = state.erasure else { continue }
      erased = .caseErased(code: state.receipt?.facts.code ?? "", at: erasure.at, basis: erasure.basis)
      break
    }
    if let erased, !request.erasesSomething { throw erased }
    let streams = recorded.streams.filter { !recorded.erased.contains($0) }
    switch try CommandDigest(keys: store.keys).isOf(request, known.digest, about: streams) {
    case true?: break
    case false?: throw Rejection.commandReused(id)
    case nil: throw erased ?? Rejection.keyNotHere(code: state.receipt?.facts.code ?? "")
    }
    let stored = recorded.last
    let recordedAt = stored.circumstances.recordedAt
    var answer = accepted(
      stored.stream, stored.version, at: known.last, Moment(now: recordedAt, recordedAt: recordedAt), state, events: 0)
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
      if case .desk(let event) = stored.body, case .erased = event.body { recorded.erased.append(stored.stream) }
      guard position < known.last else { return recorded }
      position = Position(position.rawValue + 1)
      stored = try coding.decode(try record(of: known, at: position, &batch)) { _, _ in nil }
    }
  }

  private func record(of known: Views.Accepted, at position: Position, _ batch: inout Batch) throws -> [UInt8] {
    guard let record = try batch.record(at: position) else {
      throw StoreError.ledgerDamaged(at: position, reason: "the event of an accepted command is missing")
    }
    return record
  }

  private func accepted(
    _ number: UInt64, _ version: Version, at position: Position, _ moment: Moment, _ state: CaseState, events: Int
  ) -> Accepted {
    Accepted(
      number: number, version: version, position: position, recordedAt: moment.recordedAt, now: moment.now,
      isRepeated: false, state: state, events: events)
  }
}
