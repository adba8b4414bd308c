public import EventSourcing
public import LMDB
import MerkleTree

/// What the events mean today: an LMDB environment that is derived, disposable, and opened without sync.
///
/// Four tables are the store's own: `meta` (the position of the views, and the leaf hash there), `streams` (stream,
/// version → position), `commands` (command id, uid → first and last position, and the digest, which rows of before
/// 0.3.0 lack) and `tree` (position → the inner nodes that its leaf completes). `build` says when the building of these
/// views began, and is no view. The other tables belong to the projections.
public final class Views: Sendable {
  public let environment: Environment
  /// The number in `views-N`, the name of their directory; 0 for views that are built aside.
  public let number: Int
  public let path: String
  /// What is durable in the ledger, as long as these views are the live ones.
  let durable: DurableMark
  let meta: Table
  let streams: Table
  let commands: Table
  let tree: Table
  private let build: Table
  /// Those of the projections, and what they were asked for by.
  public let projections: [Table]
  public let projectionNames: [String]

  /// The schema version of the store's own tables; raised whenever the rows of any of them change.
  static let schemaVersion = "store 3"
  /// The store's own tables.
  public var tables: [Table] { [meta, streams, commands, tree] }

  /// - Parameter mapBytes: the most that the file may grow to.
  init(
    _ path: String, number: Int, tables: [String], isReadOnly: Bool = false,
    mapBytes: Int = EventStore.mapBytesDefault
  ) throws {
    self.path = path
    self.number = number
    durable = DurableMark(in: path)
    var options = Environment.Options()
    options.sync = false
    options.mapSize = isReadOnly ? EventStore.mapBytesMax : mapBytes
    options.isReadOnly = isReadOnly
    environment = try Environment(
      path: path, tables: ["meta", "streams", "commands", "tree", "build"] + tables, options: options)
    meta = try environment.table("meta")
    streams = try environment.table("streams")
    commands = try environment.table("commands")
    tree = try environment.table("tree")
    build = try environment.table("build")
    projectionNames = tables
    var projections: [Table] = []
    for name in tables { projections.append(try environment.table(name)) }
    self.projections = projections
  }

  /// Where an event belongs: what the store's own indexes need of it.
  public struct RecordKey: Hashable, Sendable {
    public var stream: UInt64
    public var version: Version
    public var uid: UInt32
    public var commandID: [UInt8]
    public var digest: [UInt8]

    public init(stream: UInt64, version: Version, uid: UInt32, commandID: [UInt8], digest: [UInt8]) {
      self.stream = stream
      self.version = version
      self.uid = uid
      self.commandID = commandID
      self.digest = digest
    }

    func isSameCommand(as other: RecordKey) -> Bool { uid == other.uid && commandID == other.commandID }
  }

  /// A command that was accepted: where its events are.
  public struct Accepted: Hashable, Sendable {
    /// The command's first event.
    public var first: Position
    /// The command's last event.
    public var last: Position
    /// Empty when a release before 0.3.0 recorded the command: what it said cannot be told any more.
    public var digest: [UInt8]
  }

  /// The last event that these views have applied.
  public func position(_ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Position {
    try last(transaction)?.position ?? .start
  }

  func last(
    _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> (position: Position, leaf: [UInt8])? {
    try transaction.get(meta, Array("reached".utf8)) {
      (Position(bigEndianNumber($0.prefix(8))), $0.dropping(8))
    }
  }

  func advance(to position: Position, leaf: [UInt8], _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    try transaction.put(meta, Array("reached".utf8), bigEndian(position.rawValue) + leaf)
  }

  /// When the building of these views began, in microseconds since 1970: what was erased before that was never in
  /// their file.
  public func builtAt(_ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Int64 {
    try transaction.bytes(build, Array("at".utf8)).map { Int64(bitPattern: bigEndianNumber($0)) } ?? .min
  }

  /// The last event when the building began; `.start` when it is not known. While the ledger is ahead of the office's
  /// clock, times cannot tell whether an erasure came before the building or after it, but positions can.
  public func builtAfter(_ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> Position {
    try transaction.bytes(build, Array("after".utf8)).map { Position(bigEndianNumber($0)) } ?? .start
  }

  /// Sets what `builtAt`, in microseconds since 1970, and `builtAfter` give.
  public func setBuilt(
    at microseconds: Int64, after position: Position = .start, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    try transaction.put(build, Array("at".utf8), bigEndian(UInt64(bitPattern: microseconds)))
    try transaction.put(build, Array("after".utf8), bigEndian(position.rawValue))
  }

  func index(
    _ key: RecordKey, at position: Position, completing nodes: [Hash], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    var row: [UInt8] = []
    try put(key, at: position, completing: nodes, &row, transaction)
    try put(key, first: position, last: position, &row, transaction)
  }

  /// The same for a block of events, in order: the rows of a command are written once.
  func index(
    _ keys: [RecordKey], from start: Position, completing nodes: [[Hash]], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    var row: [UInt8] = []
    row.reserveCapacity(256)
    var position = start
    // Where in `keys` the command begins whose events are passed over.
    var open = 0
    for index in keys.indices {
      try put(keys[index], at: position, completing: nodes[index], &row, transaction)
      if !keys[index].isSameCommand(as: keys[open]) {
        try put(
          keys[open], first: Position(start.rawValue + UInt64(open)), last: Position(position.rawValue - 1), &row,
          transaction)
        open = index
      }
      position = position.next
    }
    guard open < keys.count else { return }
    try put(
      keys[open], first: Position(start.rawValue + UInt64(open)), last: Position(position.rawValue - 1), &row,
      transaction)
  }

  // Each row is made in the memory of the one before it, the key first.

  private func put(
    _ key: RecordKey, at position: Position, completing nodes: [Hash], _ row: inout [UInt8],
    _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    row.removeAll(keepingCapacity: true)
    row.append(bigEndian: key.stream)
    row.append(bigEndian: key.version.rawValue)
    row.append(bigEndian: position.rawValue)
    try transaction.put(streams, row.span.extracting(..<12), row.span.extracting(12...))
    if nodes.isEmpty { return }
    for node in nodes { node.append(to: &row) }
    // The position is what the row before it has as its value.
    try transaction.put(tree, row.span.extracting(12..<20), row.span.extracting(20...))
  }

  private func put(
    _ key: RecordKey, first: Position, last: Position, _ row: inout [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    row.removeAll(keepingCapacity: true)
    row += key.commandID
    row.append(bigEndian: key.uid)
    let end = row.count
    row.append(bigEndian: first.rawValue)
    row.append(bigEndian: last.rawValue)
    row += key.digest
    do throws(LMDBError) {
      try transaction.insert(commands, row.span.extracting(..<end), row.span.extracting(end...))
    } catch  where error.code == .keyExists {
      // More events of a command that has some already: it began where those say.
      if let known = try accepted(uid: key.uid, commandID: key.commandID, transaction) {
        row.replaceSubrange(end..<end + 8, with: bigEndian(known.first.rawValue))
      }
      try transaction.put(commands, row.span.extracting(..<end), row.span.extracting(end...))
    }
  }

  /// The root of the complete subtree of 2^`level` leaves that ends at a position; level 1 or more.
  func node(
    level: Int, endingAt position: UInt64, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Hash? {
    try transaction.get(tree, bigEndian(position)) { value in
      let start = (level - 1) * Hash.size
      guard start >= 0, value.count >= start + Hash.size else { return nil }
      return Hash(bytes: value.extracting(start..<start + Hash.size))
    } ?? nil
  }

  /// The command of that caller and id, if it was accepted.
  public func accepted(
    uid: UInt32, commandID: [UInt8], _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Accepted? {
    try transaction.get(commands, Self.commandKey(uid, commandID)) { Self.accepted($0) }
  }

  private static func accepted(_ row: Span<UInt8>) -> Accepted {
    let bytes = row.dropping(0)
    return Accepted(
      first: Position(bigEndianNumber(bytes[0..<8])), last: Position(bigEndianNumber(bytes[8..<16])),
      digest: Array(bytes[16...]))
  }

  /// The commands of this id that were accepted, each of another uid.
  public func commands(
    _ commandID: [UInt8], _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [(uid: UInt32, accepted: Accepted)] {
    var found: [(uid: UInt32, accepted: Accepted)] = []
    try transaction.scan(commands, from: commandID) { key, value in
      guard key.count == commandID.count + 4, commandID.indices.allSatisfy({ key[$0] == commandID[$0] }) else {
        return .stop
      }
      let uid = UInt32(truncatingIfNeeded: bigEndianNumber(key.extracting(commandID.count...)))
      found.append((uid, Self.accepted(value)))
      return .next
    }
    return found
  }

  /// The positions of a stream's events from a version on, in order, at most `limit`.
  public func positions(
    of stream: UInt64, from version: Version = Version(1), limit: Int = .max,
    _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [Position] {
    var positions: [Position] = []
    try transaction.scan(streams, from: bigEndian(stream) + bigEndian(version.rawValue)) { key, value in
      guard positions.count < limit, bigEndianNumber(key.prefix(8)) == stream else { return .stop }
      positions.append(Position(bigEndianNumber(value)))
      return .next
    }
    return positions
  }

  /// For each of these streams that has events, their positions in order.
  public func positions(
    ofEach streams: Range<UInt64>, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> [(stream: UInt64, positions: [Position])] {
    var found: [(stream: UInt64, positions: [Position])] = []
    try transaction.scan(self.streams, from: bigEndian(streams.lowerBound) + bigEndian(UInt32(0))) { key, value in
      let stream = bigEndianNumber(key.extracting(0..<8))
      guard stream < streams.upperBound else { return .stop }
      if found.last?.stream != stream { found.append((stream, [])) }
      found[found.count - 1].positions.append(Position(bigEndianNumber(value)))
      return .next
    }
    return found
  }

  /// The last version of a stream; `none` when there is no such stream.
  public func version(
    of stream: UInt64, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Version {
    var version = Version.none
    var end: [UInt8] = []
    end.reserveCapacity(12)
    end.append(bigEndian: stream)
    end.append(bigEndian: UInt32.max)
    try transaction.scan(streams, from: end.span, .descending) { key, _ in
      if bigEndianNumber(key.extracting(..<8)) == stream {
        version = Version(UInt32(truncatingIfNeeded: bigEndianNumber(key.extracting(8..<12))))
      }
      return .stop
    }
    return version
  }

  /// The greatest stream number; 0 when there is none but the office's own.
  public func lastStream(_ transaction: borrowing some Reading & ~Copyable) throws(LMDBError) -> UInt64 {
    try transaction.last(streams).map { bigEndianNumber($0.key[0..<8]) } ?? 0
  }

  /// Read transactions that are open now.
  public var readersInUse: Int { environment.statistics.readersInUse }

  /// What the views' file takes on the disk; its pages that were never written take nothing.
  public var bytesOnDisk: Int { Files.allocatedBytes(path + "/data.mdb") }

  /// The id comes first in the key: ids begin with the time, so the index grows at its right edge, whoever sends them.
  private static func commandKey(_ uid: UInt32, _ id: [UInt8]) -> [UInt8] { id + bigEndian(uid) }
}
