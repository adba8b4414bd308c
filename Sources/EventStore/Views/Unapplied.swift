import EventSourcing
import MerkleTree

/// Events that are recorded, or are in the group that is being decided, and not in the views yet: what the store's own
/// tables will say of them.
struct Unapplied {
  /// What the tables need of the events, in order of position.
  private(set) var keys: [Views.RecordKey] = []
  private(set) var nodes: [[Hash]] = []
  /// The position of the first.
  private(set) var first = Position.start.next
  private(set) var lastLeaf: Hash?
  /// How many of them are committed.
  private(set) var kept = 0
  private var leafKept: Hash?
  private var versions = Revertible<UInt64, Version>()
  private var commands = Revertible<CommandKey, [Known]>()
  private(set) var lastStream: UInt64 = 0
  private var lastStreamKept: UInt64 = 0

  /// A command id as a key: ids have 16 bytes.
  private struct CommandKey: Hashable {
    private var high: UInt64
    private var low: UInt64
    /// The whole of an id that has not.
    private var rest: [UInt8]

    init(_ id: [UInt8]) {
      let isWhole = id.count == 16
      high = isWhole ? bigEndianNumber(id.span.extracting(..<8)) : 0
      low = isWhole ? bigEndianNumber(id.span.extracting(8...)) : 0
      rest = isWhole ? [] : id
    }
  }

  typealias Known = (uid: UInt32, accepted: Views.Accepted)

  var last: Position { Position(first.rawValue + UInt64(keys.count) - 1) }

  /// Adds the event that follows those that are there.
  mutating func add(_ key: Views.RecordKey, at position: Position, leaf: Hash, completing nodes: [Hash]) {
    if keys.isEmpty { first = position }
    keys.append(key)
    self.nodes.append(nodes)
    lastLeaf = leaf
    versions.set(key.version, for: key.stream)
    lastStream = max(lastStream, key.stream)
    let id = CommandKey(key.commandID)
    var known = commands[id] ?? []
    if let index = known.firstIndex(where: { $0.uid == key.uid }) {
      known[index].accepted.last = position
    } else {
      known.append((key.uid, Views.Accepted(first: position, last: position, digest: key.digest)))
    }
    commands.set(known, for: id)
  }

  /// The last version of a stream; nil when it has no event here.
  func version(of stream: UInt64) -> Version? { versions[stream] }

  /// The commands of this id that were accepted, each of another uid.
  func commands(_ id: [UInt8]) -> [Known] { keys.isEmpty ? [] : commands[CommandKey(id)] ?? [] }

  /// The positions of a stream's events from a version on.
  func positions(of stream: UInt64, from version: Version) -> [Position] {
    guard versions[stream] != nil else { return [] }
    return keys.indices.filter { keys[$0].stream == stream && keys[$0].version >= version }
      .map { Position(first.rawValue + UInt64($0)) }
  }

  /// What was added is committed.
  mutating func keep() {
    (kept, leafKept, lastStreamKept) = (keys.count, lastLeaf, lastStream)
    versions.keep()
    commands.keep()
  }

  /// Takes back what was added and not committed.
  mutating func revert() {
    guard kept < keys.count else { return }
    keys.removeLast(keys.count - kept)
    nodes.removeLast(nodes.count - kept)
    (lastLeaf, lastStream) = (leafKept, lastStreamKept)
    versions.revert()
    commands.revert()
  }

  /// The views have all of it.
  mutating func clear() {
    // A group of unusual size does not keep its memory for ever.
    let keepsCapacity = keys.count <= 1024
    keys.removeAll(keepingCapacity: keepsCapacity)
    nodes.removeAll(keepingCapacity: keepsCapacity)
    versions.clear()
    commands.clear()
    (kept, lastLeaf, leafKept, lastStream, lastStreamKept) = (0, nil, nil, 0, 0)
  }
}
