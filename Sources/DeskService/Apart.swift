public import Desk
public import EventStore
import DeskRecords
import DeskViews
import EventSourcing
import LMDB
import Synchronization

/// What is kept outside the data directory and its backups, so that what an older state has forgotten is known.
public struct Apart: Sendable {
  public var heads: SignedHeadsFile
  public var erasures: ErasureList
  public var keyBackups: KeyBackups

  public init(heads: ApartDirectory, erasures: ApartDirectory) {
    self.heads = SignedHeadsFile(heads)
    self.erasures = ErasureList(in: erasures)
    keyBackups = KeyBackups(in: erasures)
  }
}

extension EventStore {
  /// What the list of erasures says of a case.
  func erasure(
    of number: UInt64, at recordedAt: Timestamp, positions: (UInt64) throws -> Position?
  ) throws -> ErasureList.Entry {
    guard let first = try positions(number), let record = try ledger.record(at: first),
      let commitment = try RecordCoding.seal(of: record).keyCommitment
    else { throw StoreError.unexpected("case \(number) is erased and has no receipt") }
    return ErasureList.Entry(slot: number, commitment: commitment, at: recordedAt)
  }

  /// Every erasure that the ledger knows of.
  func erasures() throws -> [ErasureList.Entry] {
    let views = try DeskViews(views)
    let erased = try views.store.environment.read { transaction throws(LMDBError) in
      var erased: [(number: UInt64, at: Timestamp, first: Position?)] = []
      for erasure in try views.erasures(since: Timestamp.bounds.lowerBound, transaction) {
        let first = try views.store.positions(of: erasure.number, from: Version(1), limit: 1, transaction).first
        erased.append((erasure.number, erasure.recordedAt, first))
      }
      return erased
    }
    return try erased.map { erased in try erasure(of: erased.number, at: erased.at) { _ in erased.first } }
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
  /// The list of erasures as the ledger has it, and what else stands in the office's own: the ledger may be an older one.
  public func erasureList() throws -> String {
    let known = try store.erasures()
    let commitments = Set(known.map(\.commitment))
    guard let list = apart?.erasures, let bytes = try list.directory.contents(ErasureList.name) else {
      return ErasureList.text(of: known)
    }
    let listed = try ErasureList.parse(bytes, path: list.path).entries
    return ErasureList.text(of: known + listed.filter { !commitments.contains($0.commitment) })
  }

  /// Takes note that a backup of the keys is being handed out. When that cannot be kept, the operator is told and the
  /// backup goes on.
  ///
  /// - Parameter keep: how many the rotation keeps that it goes into.
  public func noteKeyBackup(by uid: UInt32, keep: Int?) {
    guard let keyBackups = apart?.keyBackups else { return }
    do throws(FileError) {
      try keyBackups.add(at: buildingAt, uid: uid, keep: keep, days: writer.keyBackupDays.load(ordering: .relaxed))
    } catch {
      writer.report("that a backup of the keys is handed out cannot be recorded: \(error)")
    }
  }

  /// How many backups of keys that were handed out before the newest erasure may still be there, and open what is erased;
  /// nil when nothing was erased, or it cannot be told.
  public func keyBackupsBeforeErasure() throws -> Int? {
    let views = try views
    let newest = try views.store.environment.read { transaction throws(LMDBError) in
      try views.newestErasure(transaction)
    }
    return newest.flatMap { keyBackups(before: $0) }
  }

  /// How many backups of keys that were handed out before an erasure may still be there; nil when it cannot be told.
  public func keyBackups(before erasure: Timestamp) -> Int? {
    guard let keyBackups = apart?.keyBackups else { return nil }
    do throws(FileError) {
      return try keyBackups.count(
        before: erasure, now: now, days: writer.keyBackupDays.load(ordering: .relaxed))
    } catch {
      writer.report("which backups of the keys were handed out cannot be read: \(error)")
      return nil
    }
  }

  /// Makes the list of erasures hold what the ledger holds; what stands in the way is told to the operator, and erasures are
  /// refused meanwhile.
  public func completeErasureList() {
    do { _ = try betweenCommits(needsReserve: false) { [writer] in try writer.completeErasureList() } } catch {
      writer.report("the list of erasures cannot be written, and erasures are refused: \(Self.text(error))")
    }
  }

  static func text(_ error: any Error) -> String {
    if let fault = error as? ErasureList.Fault { return fault.description }
    return "\(error)"
  }
}

extension CommandWriter {
  /// - Throws: `CommandFailure.erasureListUnwritable` when an erasure could not be added to the list.
  func requireErasureList() throws {
    guard let list = apart?.erasures else { return }
    do {
      if try !list.isReady() {
        try completeErasureList()
        _ = try list.isReady()
      }
    } catch let error where error is FileError || error is ErasureList.Fault {
      throw CommandFailure.erasureListUnwritable(path: list.path, reason: DeskService.text(error))
    }
  }

  func completeErasureList() throws {
    guard let list = apart?.erasures else { return }
    try list.complete(with: store.erasures())
  }
}
