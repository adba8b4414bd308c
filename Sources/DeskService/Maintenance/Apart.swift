public import Desk
public import EventStore
import DeskRecords
import DeskViews
public import EventSourcing
import Glibc
import LMDB
import Synchronization

/// The files that are kept outside the data directory and its backups, so that what an older state of the ledger lacks
/// is known.
public struct Apart: Sendable {
  public var heads: SignedHeadsFile
  public var erasures: ErasureList
  public var keyBackups: KeyBackups

  /// The directories of those files.
  public var places: [String] { [heads.directory.path, erasures.directory.path] }

  public init(heads: ApartDirectory, erasures: ApartDirectory) {
    self.heads = SignedHeadsFile(heads)
    self.erasures = ErasureList(in: erasures)
    keyBackups = KeyBackups(in: erasures)
  }
}

extension Apart {
  /// The paths of the files which show that there was a ledger, even when its directory is gone. A damaged file shows
  /// it, too, because somebody has written it; a path that does not lead through directories shows nothing.
  ///
  /// - Throws: `FileError` for what cannot be read.
  func known() throws(FileError) -> [String] {
    var known: [String] = []
    do throws(SignedHeadsError) {
      let record = try heads.read()
      if record?.floor != nil || record?.heads.contains(where: { $0.size > 0 }) == true { known.append(heads.path) }
    } catch {
      switch error {
      case .damaged: known.append(heads.path)
      case .file(let error): if error.code != ENOTDIR { throw error }
      }
    }
    do throws(ErasureList.Fault) {
      if try !erasures.entries().isEmpty { known.append(erasures.path) }
    } catch {
      switch error {
      case .notAList, .newer, .malformed: known.append(erasures.path)
      case .file(let error): if error.code != ENOTDIR { throw error }
      }
    }
    // A damaged list of key backups shows nothing; that it is damaged is reported where the list itself is used.
    if (try? keyBackups.latest(after: Position(1))) != nil { known.append(keyBackups.path) }
    return known
  }

  /// The latest time in these files of an erasure or a backup of keys that a ledger of that size does not know of; nil
  /// when there is none.
  ///
  /// - Parameter erased: the commitments of the keys of the cases that it has erased.
  public func latest(beyond size: Position, erased: Set<[UInt8]>) -> Timestamp? {
    let erasures = erasures.readable().filter { !erased.contains($0.commitment) }.map(\.at)
    // That the list of key backups cannot be read is reported where the list itself is used.
    let backup = (try? keyBackups.latest(after: size)) ?? nil
    return [erasures.max(), backup].compactMap(\.self).max()
  }
}

extension EventStore {
  /// The entry of an erased case in the list of erasures.
  func erasure(
    of number: UInt64, at recordedAt: Timestamp, positions: (UInt64) throws -> Position?
  ) throws -> ErasureList.Entry {
    guard let first = try positions(number), let record = try ledger.record(at: first),
      let commitment = try RecordCoding.seal(of: record).keyCommitment
    else { throw StoreError.unexpected("stream \(number) is erased, and its first event names no key") }
    return ErasureList.Entry(slot: number, commitment: commitment, at: recordedAt)
  }

  /// Every erasure that the ledger knows of.
  ///
  /// - Parameter beat: called after each, because there may be many.
  func erasures(beat: () -> Void = {}) throws -> [ErasureList.Entry] {
    let views = try DeskViews(views)
    let erased = try views.store.environment.read { transaction throws(LMDBError) in
      var erased: [(number: UInt64, at: Timestamp, first: Position?)] = []
      for erasure in try views.erasures(since: Timestamp.bounds.lowerBound, transaction) {
        let first = try views.store.positions(of: erasure.number, from: Version(1), limit: 1, transaction).first
        erased.append((erasure.number, erasure.recordedAt, first))
      }
      return erased
    }
    return try erased.map { erased in
      defer { beat() }
      return try erasure(of: erased.number, at: erased.at) { _ in erased.first }
    }
  }

  /// The listed erasures of cases that this ledger has without their erasure: an older state of it was put back.
  func unknown(_ listed: [ErasureList.Entry]) throws -> [ErasureList.Entry] {
    guard !listed.isEmpty else { return [] }
    let known = Set(try erasures().map(\.commitment))
    let views = views
    return try listed.filter { entry in
      guard !known.contains(entry.commitment) else { return false }
      let first = try views.environment.read { transaction throws(LMDBError) in
        try views.positions(of: entry.slot, from: Version(1), limit: 1, transaction).first
      }
      guard let first, let record = try ledger.record(at: first) else { return false }
      return try RecordCoding.seal(of: record).keyCommitment == entry.commitment
    }
  }

  func erasures(of numbers: [UInt64], at recordedAt: Timestamp) throws -> [ErasureList.Entry] {
    let views = views
    return try numbers.map { number in
      try erasure(of: number, at: recordedAt) { number in
        try views.environment.read { transaction throws(LMDBError) in
          try views.positions(of: number, from: Version(1), limit: 1, transaction).first
        }
      }
    }
  }
}

extension DeskService {
  /// The list of erasures as text: those of the ledger, and those that only the office's own list has, because the
  /// ledger may be an older one.
  public func erasureList() throws -> String {
    let known = try store.erasures()
    let commitments = Set(known.map(\.commitment))
    let listed = try apart?.erasures.entries() ?? []
    return ErasureList.text(of: known + listed.filter { !commitments.contains($0.commitment) })
  }

  /// A backup of the keys that is being handed out.
  public struct KeyBackup: Sendable {
    fileprivate var entry: KeyBackups.Entry
  }

  /// Records that a backup of the keys is begun, before anything of it is handed out: a client that breaks off may have
  /// kept what it got. When that cannot be recorded, the operator is told and the backup goes on.
  ///
  /// - Parameters:
  ///   - keep: how many backups its rotation keeps; nil for a backup outside any.
  ///   - rotation: what tells that rotation from others of the same account.
  public func beginKeyBackup(by uid: UInt32, keep: Int?, rotation: Int?) -> KeyBackup {
    let entry = KeyBackups.Entry(
      at: buildingAt, position: signal.position, uid: uid, keep: keep, rotation: rotation)
    note(entry.attempt)
    return KeyBackup(entry: entry)
  }

  /// Records that the backup was handed out whole.
  public func endKeyBackup(_ backup: KeyBackup) {
    let entry = backup.entry
    if entry != entry.attempt { note(entry, for: entry.attempt) }
  }

  private func note(_ entry: KeyBackups.Entry, for attempt: KeyBackups.Entry? = nil) {
    guard let keyBackups = apart?.keyBackups else { return }
    do throws(FileError) {
      try keyBackups.add(entry, for: attempt, days: writer.keyBackupDays.load(ordering: .relaxed))
    } catch {
      writer.report("that a backup of the keys is handed out cannot be recorded: \(error)")
    }
  }

  /// How many backups of keys that were handed out before the newest erasure may still be there, and open what is
  /// erased; nil when nothing was erased, or it cannot be told.
  public func keyBackupsBeforeErasure() throws -> Int? {
    let views = try views
    let newest = try views.store.environment.read { transaction throws(LMDBError) in
      guard let at = try views.newestErasure(transaction) else { return nil as (at: Timestamp, position: Position)? }
      // An erasure is its case's last event.
      let last = try views.erasures(since: at, transaction).map { erasure throws(LMDBError) in
        try views.store.positions(of: erasure.number, transaction).last ?? .start
      }.max()
      return (at, last ?? .start)
    }
    return newest.flatMap { keyBackups(before: $0.at, $0.position) }
  }

  /// How many backups of keys that were handed out before an erasure may still be there; nil when it cannot be told.
  public func keyBackups(before erasure: Timestamp, _ position: Position) -> Int? {
    guard let keyBackups = apart?.keyBackups else { return nil }
    do throws(FileError) {
      return try keyBackups.count(
        before: erasure, position, now: now, days: writer.keyBackupDays.load(ordering: .relaxed))
    } catch {
      writer.report("which backups of the keys were handed out cannot be read: \(error)")
      return nil
    }
  }

  /// Erases again what the list has and the ledger does not know of.
  ///
  /// - Parameter byHolder: whether the caller has called `writer.hold`.
  /// - Throws: `ErasedComeBack` when it could not be erased, so that it could be read from here on.
  func eraseListedAgain(byHolder: Bool = false) throws {
    guard let list = apart?.erasures else { return }
    // A line that cannot be read is reported where the list is completed; the other lines count all the same.
    let listed = list.readable()
    let again = try store.unknown(listed)
    if !again.isEmpty {
      do {
        _ = try eraseAgain(again, by: actor, byHolder: byHolder)
        try store.keys.forget(again.map(\.slot))
      } catch {
        throw ErasedComeBack(count: again.count, reason: Self.text(error))
      }
      let cases = "\(again.count) \(again.count == 1 ? "case" : "cases")"
      writer.report(
        "this ledger is older than the list of erasures (\(list.path)): what was erased is erased again in it (\(cases))"
      )
    }
  }

  /// Completes the list of erasures from the ledger when its file was replaced, or a write to it has failed. When that
  /// fails, the operator is told, and erasures are refused meanwhile.
  public func tendErasureList() { completeErasureList { try $0.requireErasureList() } }

  /// The same, in whatever state the file is.
  ///
  /// - Parameter byHolder: whether the caller has called `writer.hold`.
  func completeErasureList(byHolder: Bool) {
    completeErasureList(byHolder: byHolder) { try $0.completeErasureList() }
  }

  private func completeErasureList(
    byHolder: Bool = false, _ body: @escaping @Sendable (CommandWriter) throws -> Void
  ) {
    do {
      try betweenCommits(byHolder: byHolder, needsReserve: false, needsClock: false) { [writer] in try body(writer) }
    } catch {
      writer.report("the list of erasures cannot be written, and erasures are refused: \(Self.text(error).en)")
    }
  }

  static func text(_ error: any Error) -> Text {
    switch error {
    case let fault as ErasureList.Fault: fault.text
    case CommandFailure.erasureListUnwritable(_, let reason): reason
    case let error as FileError: Text(vi: error.vietnamese, en: error.description)
    default: Text(vi: "\(error)", en: "\(error)")
    }
  }
}

/// Erased cases can be read in the ledger again, and could not be erased again.
public struct ErasedComeBack: Error, Sendable {
  public var count: Int
  public var reason: Text
}

extension CommandWriter {
  /// - Throws: `CommandFailure.erasureListUnwritable` when an erasure could not be added to the list.
  func requireErasureList() throws {
    guard let list = apart?.erasures else { return }
    do {
      if try !list.isReady() {
        try completeErasureList()
        guard try list.isReady() else {
          throw FileError(operation: "open", path: list.path, code: ESTALE)
        }
      }
    } catch let error where error is FileError || error is ErasureList.Fault {
      throw CommandFailure.erasureListUnwritable(path: list.path, reason: DeskService.text(error))
    }
  }

  func completeErasureList() throws {
    guard let list = apart?.erasures else { return }
    try list.complete(with: store.erasures(beat: beat))
  }
}
