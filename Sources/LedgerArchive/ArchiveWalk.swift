public import MerkleTree

/// Goes through the segments of an archive in order, each checked by itself and against the one before. The first thing
/// that is wrong is thrown, and the walk stays before it.
public struct ArchiveWalk: Sendable {
  /// The tree over everything that is whole so far.
  public private(set) var tree = Frontier()
  /// Which ledger it is of; nil before the first segment.
  public private(set) var ledger: LedgerMark?
  private let names: [(first: UInt64, name: String)]
  private var next = 0

  /// - Parameter names: of all files of the archive; those that are not called as segments are left out.
  public init(_ names: [String]) {
    self.names = names.compactMap { name in SegmentName.first(of: name).map { ($0, name) } }.sorted {
      $0.first < $1.first
    }
  }

  /// Whether there is any file that is called as a segment is.
  public var isEmpty: Bool { names.isEmpty }

  /// - Parameter read: gives the bytes of the file of that name.
  /// - Returns: nil after the last.
  /// - Throws: `ArchiveFault`, or what `read` throws.
  public mutating func segment(_ read: (_ name: String) throws -> [UInt8]) throws -> Segment? {
    guard next < names.count else { return nil }
    let (first, name) = names[next]
    let bytes = try read(name)
    let segment: Segment
    do throws(Segment.Fault) { segment = try Segment(bytes) } catch {
      switch error {
      case .torn: throw ArchiveFault.torn(name: name)
      case .newer(let version): throw ArchiveFault.newer(name: name, version: version)
      }
    }
    if let ledger, ledger != segment.ledger { throw ArchiveFault.foreign(name: name) }
    // A copy under a name of its own leaves no hole before it.
    guard segment.first == first, first > tree.size else {
      throw ArchiveFault.doubled(name: name, first: segment.first)
    }
    if first > tree.size + 1 { throw ArchiveFault.missing(first: tree.size + 1, last: first - 1, before: name) }
    guard segment.before == tree else { throw ArchiveFault.otherHistory(name: name) }
    ledger = segment.ledger
    tree = segment.after
    next += 1
    return segment
  }
}
