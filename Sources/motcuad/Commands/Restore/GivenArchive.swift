import DeskRecords
import EventStore
import LedgerArchive
import MerkleTree

/// The archive that a command was given: what it holds is listed at once, as whoever runs the command, and read segment
/// by segment later, when the process may be another account.
final class GivenArchive {
  let path: String
  private let names: [String]
  private let reader: SegmentReader

  /// - Throws: `RestoreRefusal.archiveEmpty`; `UnsafePath` when the directory cannot be read.
  init(_ path: String) throws {
    self.path = path
    do throws(ArchiveFiles.Failure) {
      names = try ArchiveFiles.names(in: path).filter { SegmentName.first(of: $0) != nil }
    } catch {
      throw UnsafePath.system(path: path, code: error.code)
    }
    guard !names.isEmpty else { throw RestoreRefusal.archiveEmpty(path) }
    reader = try SegmentReader(path)
  }

  /// What was put back of it.
  struct Part {
    /// The tree over everything of it that is whole, or that the backup has in its place, from the first event on.
    var tree = Frontier()
    /// What is wrong in it where the backup has everything.
    var passed: [ArchiveFault] = []
    /// What ended it; nil when nothing of it was left out.
    var loss: ArchiveLoss?
    /// The first event of each segment of which something was put back.
    var segments: [UInt64] = []
    /// How many events the backup had.
    var base: UInt64 = 0

    /// The segment that holds an event; nil when the backup has it.
    func segment(of position: UInt64) -> String? {
      guard position > base, let first = segments.last(where: { $0 <= position }) else { return nil }
      return SegmentName.text(first: first)
    }
  }

  /// Makes the ledger aside of its records, or adds those that the staged one lacks. Each record goes in under the root
  /// that its segment says. Where something is wrong in it and the staged ledger has all that should be there, it goes on
  /// with the segment behind that continues the staged ledger.
  ///
  /// - Parameter beforeDamage: takes what is whole when anything is wrong in it; else that is thrown.
  func put(into restoration: Restoration, hasBase: Bool, beforeDamage: Bool) throws -> Part {
    let base = hasBase ? try StagedLedger(restoration) : nil
    let adding = StagedSegments(restoration, after: base, of: path)
    var walk = ArchiveWalk(names, of: base.flatMap { LedgerMark(id: $0.id, isDemo: $0.isDemo) })
    var (part, isOfLedger) = (Part(base: adding.size), false)
    walking: while true {
      do {
        guard let segment = try walk.segment(reader.bytes, check: Self.requireReadable) else { break walking }
        isOfLedger = true
        if try adding.add(segment) { part.segments.append(segment.first) }
      } catch let fault as ArchiveFault {
        // What it says was before it is not what the backup has there: that is no damage, but another history.
        if base != nil, case .otherHistory = fault, walk.tree.size <= part.base {
          throw RestoreRefusal.archiveOfOtherHistory(path, size: walk.tree.size)
        }
        guard let base, let tree = try treeBehindFault(of: walk, in: base, until: part.base) else {
          part.loss = ArchiveLoss(fault, of: walk) { try reader.bytes($0) }
          break walking
        }
        part.passed.append(fault)
        walk.resume(with: tree)
      }
    }
    try adding.finish()
    part.tree = walk.tree
    guard let fault = part.passed.first ?? part.loss?.fault else { return part }
    if hasBase, !isOfLedger, case .foreign = fault { throw RestoreRefusal.archiveOfAnother(path) }
    guard beforeDamage, adding.size > 0 else {
      throw RestoreRefusal.archiveDamaged(path, fault, whole: adding.size, hasBackup: hasBase)
    }
    return part
  }

  /// The tree of the backup with which a walk goes on behind a fault; nil when the backup lacks something of what should
  /// be there.
  private func treeBehindFault(
    of walk: ArchiveWalk, in base: StagedLedger, until size: UInt64
  ) throws -> Frontier? {
    guard let next = walk.firstBehindFault, walk.tree.size < next, next <= size + 1 else { return nil }
    guard try base.tree(ofSize: walk.tree.size) == walk.tree else {
      throw RestoreRefusal.archiveOfOtherHistory(path, size: walk.tree.size)
    }
    return try base.tree(ofSize: next - 1)
  }

  /// - Throws: `ArchiveFault.unreadable` for a record that this release does not understand: a sum says only that it is
  ///   what was written.
  private static func requireReadable(_ segment: Segment, _ name: String) throws {
    for (index, record) in segment.records.enumerated() {
      do { _ = try RecordCoding.current.decode(record) { _, _ in nil } } catch {
        throw ArchiveFault.unreadable(name: name, position: segment.first + UInt64(index), reason: "\(error)")
      }
    }
  }
}
