import Desk
import DeskService
import EventSourcing
import EventStore
import MerkleTree

extension Restore {
  func restore(_ language: Language) throws {
    let settings = try settings()
    let apart = settings.apart(data: Paths.absolute(data))
    let heads = apart.heads
    let published = try knownHead()
    let given = try givenErasures()
    let backup = try keys.map { try GivenFile($0).keysBackup() }
    let ledger = try file.map { try GivenFile($0) }
    let segments = try archive.map { try GivenArchive($0) }
    try prepare(apart)
    // Everything that was given is open, but for the segments, which are read by a process that stays root: from here on
    // root is the account that owns the directory.
    let restoration = try Restoration(into: try DataDirectory.enter(data, makes: true))
    let list = try allErasures(given, apart)
    let record = try heads.read() ?? SignedHeads()
    // The record outside may know a later head of the same ledger than the checkpoint that was given.
    let known = [published].compactMap(\.self) + record.expected.filter { $0.key.name == published?.key.name }
    if let ledger {
      try restoration.stage(descriptor: ledger.descriptor, named: ledger.path)
      try verify(restoration.stagedLedger, given: ledger.path, language)
    }
    var archived: GivenArchive.Part?
    if let segments {
      let part = try segments.put(into: restoration, hasBase: ledger != nil, beforeDamage: beforeDamage)
      archived = part
      do { try verify(restoration.stagedLedger, given: segments.path, language) } catch let damage as Damage {
        guard let segment = damage.position.flatMap({ part.segment(of: $0) }) else { throw damage }
        throw RestoreRefusal.archiveHolds(segments.path, segment: segment, damage)
      }
    }
    let sizes = Set(known.map(\.size) + [archived?.tree.size].compactMap(\.self))
    let facts = try LedgerFacts(
      restoration.stagedLedger, rootsAt: sizes, keys: backup, commitments: Set(list?.map(\.commitment) ?? []),
      // An archive is a minute behind, and the copy of the keys that goes with it an hour.
      mayLackLast: archive != nil)
    if let archived, let segments, facts.roots[archived.tree.size] != archived.tree.root {
      throw RestoreRefusal.archiveOfOtherHistory(segments.path, size: archived.tree.size)
    }
    let isOurs = { (name: String) in record.heads.contains { $0.key.name == name } }
    if let published, let origin = facts.origin, origin != published.key.name,
      !(isOurs(origin) && isOurs(published.key.name))
    {
      throw RestoreRefusal.otherOrigin(known: published.key.name, ledger: origin)
    }
    // A head that an earlier restore has lost is in no later backup.
    let lost = Set(record.heads.compactMap(\.predecessor))
    for head in known
    where head.size <= facts.size && facts.roots[head.size] != head.root
      && !lost.contains(.head(key: head.key, size: head.size, root: head.root))
    {
      throw RestoreRefusal.otherHistory(size: head.size)
    }
    if let published, let own = record.head(of: published.key), own.size == published.size, own.root != published.root {
      throw RestoreRefusal.twoHistories(size: published.size)
    }
    let erased = Set(facts.erased)
    let again = (list ?? []).compactMap { entry in
      facts.found[entry.commitment].map { ErasureList.Entry(slot: $0, commitment: entry.commitment, at: entry.at) }
    }.filter { !erased.contains($0.slot) }
    let gone = Set(facts.found.filter { erased.contains($0.value) }.keys)
    let later = (list ?? []).filter { !gone.contains($0.commitment) }.map(\.at)
    let latest = ([apart.latest(beyond: Position(facts.size), erased: gone)] + later).compactMap(\.self).max()
    try requireClock(notBefore: latest, settings.service)
    // The loss and the erasures are recorded aside, so that the ledger never stands in its place without them, nor with
    // a key that was forgotten.
    try restoration.stageKeys(
      backup, last: facts.last, erased: facts.erased + again.map(\.slot), lacking: facts.lacking)
    let end = known.max { $0.size < $1.size }
    let serials = max(serialsAbove ?? 0, record.floor?.serial ?? 0)
    let loss = try self.record(
      end, size: facts.size, again, of: list, settings.service, known: serials, latest: latest, in: restoration.staged)
    // The record is changed before the ledger is in its place: a key that has signed what is lost must sign nothing
    // more, or say what it follows.
    try heads.change { record in
      if let published {
        // A head in the record that is at least as large also knows whether it is lost already.
        let own = record.head(of: published.key)
        let head = own.map { $0.size < published.size ? published : $0 } ?? published
        record.set(head.key, size: head.size, root: head.root, predecessor: head.predecessor)
      }
      if published == nil { record.retireAll() } else { record.putBack(to: facts.size) }
      if let floor = loss.floor { record.raiseFloor(lastDay: floor.last.number, serial: floor.serial) }
    }
    try restoration.install()
    let archive = segments.flatMap { given in archived.map { (given.path, $0) } }
    RestoreReport(
      language: language, data: data, facts: facts, loss: loss, hasKeys: backup != nil, hasBackup: ledger != nil,
      archived: archive
    ).say()
    if backup?.isVersion1 == true { warnOfBefore(language) }
  }

  /// Refuses a clock that is behind what the office has recorded elsewhere: codes would begin anew on days that had
  /// some.
  private func requireClock(notBefore latest: Timestamp?, _ settings: DeskService.Settings) throws {
    guard let latest, !clockIsRight else { return }
    let shown = Timestamp.machine
    guard shown.adding(seconds: Int64(settings.clock.minutesMax) * 60) < latest else { return }
    throw CommandFailure.clockSuspect(
      ClockDoubt(reason: .behindLedger, shown: shown, expected: latest, isFloor: true))
  }

  func prepare(_ apart: Apart) throws(UnsafePath) {
    for place in apart.places { try DataDirectory.prepare(place, for: data) }
  }

  /// The same, of what was given: what cannot be read of it is called as it was.
  func verify(_ ledger: String, given: String, _ language: Language) throws {
    do { try verify(ledger, language) } catch let failure as InspectionFailure where !failure.isRefused {
      throw InspectionFailure(
        reason: Text(
          vi: "\(given) không phải bản sao lưu sổ mà bản này đọc được (\(failure.reason.vi))",
          en: "\(given) is no backup of a ledger that this release can read (\(failure.reason.en))"))
    }
  }

  func verify(_ ledger: String, _ language: Language) throws {
    let bar = ProgressLine()
    defer { bar.clear() }
    if let damage = try Inspector.ledger(ledger, report: { bar.draw($0, language) }).damage { throw damage }
  }

  /// Records the loss, with the codes that may have been given out in it, as the ledger's next event, after the
  /// erasures that are applied again.
  private func record(
    _ end: SignedHeads.Head?, size: UInt64, _ again: [ErasureList.Entry], of list: [ErasureList.Entry]?,
    _ settings: DeskService.Settings, known: UInt32, latest: Timestamp?, in directory: String
  ) throws -> Restored {
    let uid = DataDirectory.startedBy
    let actor = Actor(uid: uid, account: try UserDatabase.account(of: uid), role: .operatorRole)
    let service = try DeskService(
      directory: directory, book: nil, actor: actor, clock: DeskClock(isTrusted: clockIsRight),
      settings: settings, onFailure: { _ in })
    // Views that cannot be closed in order are built anew by the start.
    defer { try? service.stop() }
    // The floor is taken before anything is recorded, because it begins with the day of the last event.
    let floor = try service.serialFloor(step: settings.serialStep, known: known, latest: latest)
    let count = try service.eraseAgain(again, by: actor)
    let loss = Restored(
      knownSize: end?.size ?? 0, knownRoot: end?.root.base64 ?? "", size: size, witness: end?.key.name ?? "",
      isEndUnknown: end == nil, floor: floor, erasures: list.map { _ in UInt64(count) })
    try service.record(.restore(loss), by: actor)
    try service.markSignedHeads()
    return loss
  }
}
