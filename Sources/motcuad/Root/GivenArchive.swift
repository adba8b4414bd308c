import EventStore
import Glibc
import LedgerArchive
import MerkleTree

/// The archive that a command was given: all of its segments are opened at once, as whoever runs the command, and read
/// later, when the process may be another account.
final class GivenArchive {
  let path: String
  private let segments: [String: GivenFile]

  /// - Throws: `RestoreRefusal.archiveEmpty`; `UnsafePath` as `GivenFile` does, for each segment.
  init(_ path: String) throws {
    self.path = path
    let names: [String]
    do throws(ArchiveFiles.Failure) {
      names = try ArchiveFiles.names(in: path).filter { SegmentName.first(of: $0) != nil }
    } catch {
      throw UnsafePath.system(path: path, code: error.code)
    }
    guard !names.isEmpty else { throw RestoreRefusal.archiveEmpty(path) }
    Descriptors.makeRoom(forFiles: names.count)
    var segments: [String: GivenFile] = [:]
    for name in names { segments[name] = try GivenFile(path + "/" + name, waits: false) }
    self.segments = segments
  }

  /// What was put back of it.
  struct Part {
    /// The tree over everything that is whole, from the first event on.
    var tree: Frontier
    /// What ended it; nil when it is whole.
    var fault: ArchiveFault?
  }

  /// Makes the ledger aside of its records, or adds those that the staged one lacks. Each record goes in under the root
  /// that its segment says.
  ///
  /// - Parameter beforeDamage: takes what is whole before the first fault, which is thrown otherwise.
  func put(into restoration: Restoration, hasBase: Bool, beforeDamage: Bool) throws -> Part {
    var staged = hasBase ? try StagedLedger(restoration) : nil
    var walk = ArchiveWalk(Array(segments.keys))
    var fault: ArchiveFault?
    do {
      while let segment = try walk.segment(contents) { try put(segment, &staged, restoration) }
    } catch let found as ArchiveFault {
      guard beforeDamage, walk.tree.size > 0 else {
        throw RestoreRefusal.archiveDamaged(path, found, whole: walk.tree.size)
      }
      fault = found
    }
    try staged?.finish()
    return Part(tree: walk.tree, fault: fault)
  }

  private func put(_ segment: Segment, _ staged: inout StagedLedger?, _ restoration: Restoration) throws {
    let (id, isDemo) = (segment.ledger.id, segment.ledger.isDemo)
    let ledger = try staged ?? StagedLedger(restoration, id: id, isDemo: isDemo)
    staged = ledger
    guard ledger.id == id, ledger.isDemo == isDemo else { throw RestoreRefusal.archiveOfAnother(path) }
    let size = ledger.tree.size
    guard segment.after.size > size else { return }
    // Segments come without a gap, so the ledger has everything before this one.
    try ledger.append(Array(segment.records.dropFirst(Int(size - segment.before.size))))
    guard ledger.tree == segment.after else { throw RestoreRefusal.archiveOfOtherHistory(path, size: size) }
  }

  private func contents(_ name: String) throws -> [UInt8] {
    guard let file = segments[name] else { throw UnsafePath.system(path: path + "/" + name, code: ENOENT) }
    return try file.contents(most: Segment.bytesMax)
  }
}
