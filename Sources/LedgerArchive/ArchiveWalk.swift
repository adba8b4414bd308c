public import MerkleTree

/// Goes through the segments of an archive in order, each checked by itself and against the one before. The first thing
/// that is wrong is thrown, and the walk stays before it.
public struct ArchiveWalk: Sendable {
  /// Events that no segment holds.
  public struct Hole: Hashable, Sendable {
    public let first: UInt64
    public let last: UInt64
  }

  /// The tree over everything that is whole so far, from the first event on.
  public private(set) var tree = Frontier()
  /// The tree with which the last segment so far ends: over what is whole, and with `pastHoles` over what lies behind.
  public private(set) var end = Frontier()
  /// The first hole that was passed.
  public private(set) var hole: Hole?
  /// Which ledger it is of; nil before the first segment.
  public private(set) var ledger: LedgerMark?
  private let names: [(first: UInt64, name: String)]
  private let files: Set<String>
  private let pastHoles: Bool
  private var next = 0
  /// Where it would go on behind the fault that it has thrown.
  private var behind = 0

  /// - Parameters:
  ///   - names: of all files of the archive; those that are not called as segments are left out.
  ///   - ledger: the one that the archive is to be of; nil for that of its first segment.
  ///   - pastHoles: goes on behind a hole, by what the segment there says was before it.
  public init(_ names: [String], of ledger: LedgerMark? = nil, pastHoles: Bool = false) {
    self.names = names.compactMap { name in SegmentName.first(of: name).map { ($0, name) } }.sorted {
      $0.first < $1.first
    }
    files = Set(self.names.map(\.name))
    self.ledger = ledger
    self.pastHoles = pastHoles
  }

  /// Whether there is any file that is called as a segment is.
  public var isEmpty: Bool { names.isEmpty }

  /// The files that it has not taken, in order.
  public var left: [String] { names[next...].map(\.name) }

  /// The first event of the segment behind a fault, by the name of its file; nil when there is none.
  public var firstBehindFault: UInt64? { behind < names.count ? names[behind].first : nil }

  /// Goes on behind a fault, for whoever has from elsewhere what is missing by it.
  ///
  /// - Parameter tree: over all events before the segment there.
  public mutating func resume(with tree: Frontier) {
    (next, end) = (behind, tree)
    if hole == nil { self.tree = tree }
  }

  /// - Parameters:
  ///   - read: gives the bytes of the file of that name.
  ///   - check: what else is asked of a segment that is whole and in its place; throws `ArchiveFault`.
  /// - Returns: nil after the last.
  /// - Throws: `ArchiveFault`, or what `read` and `check` throw.
  public mutating func segment(
    _ read: (_ name: String) throws -> [UInt8], check: (_ segment: Segment, _ name: String) throws -> Void = { _, _ in }
  ) throws -> Segment? {
    guard next < names.count else { return nil }
    let (first, name) = names[next]
    behind = next + 1
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
    let properly = SegmentName.text(first: segment.first)
    guard name == properly || files.contains(properly) else {
      throw ArchiveFault.renamed(name: name, properly: properly)
    }
    guard name == properly, first > end.size else { throw ArchiveFault.doubled(name: name, first: segment.first) }
    // Whoever is told of a hole is told of which ledger, too.
    ledger = segment.ledger
    if first > end.size + 1 {
      let missing = Hole(first: end.size + 1, last: first - 1)
      guard pastHoles else {
        behind = next
        throw ArchiveFault.missing(first: missing.first, last: missing.last, before: name)
      }
      hole = hole ?? missing
    } else {
      guard segment.before == end else { throw ArchiveFault.otherHistory(name: name) }
    }
    try check(segment, name)
    end = segment.after
    if hole == nil { tree = end }
    next += 1
    return segment
  }
}
