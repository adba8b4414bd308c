public import EventSourcing
public import LMDB
import MerkleTree

/// What is recorded, as whoever decides next has to know it: what the views say, and over it what they lack yet.
///
/// The thread that writes uses it, and nobody else.
public final class RecordedStreams: @unchecked Sendable {
  private var unapplied = Unapplied()
  /// A snapshot of the views, taken when it is first asked for, and given up when they are written.
  private var snapshot: Snapshot?

  private final class Snapshot {
    let views: Views
    let transaction: ReadTransaction

    init(_ views: Views) throws(LMDBError) {
      self.views = views
      transaction = try views.environment.beginRead()
    }
  }

  private var views: Views

  init(over views: Views) { self.views = views }

  /// Other views are live, and have all that is recorded.
  func follow(_ views: Views) {
    self.views = views
    clear()
  }

  /// How many committed events the views lack.
  public var count: Int { unapplied.kept }
  /// How many events were added since the last commit.
  var added: Int { unapplied.keys.count - unapplied.kept }

  /// Lends the views as they are without what they lack.
  public func read<R, Failure: Error>(
    _ body: (_ views: Views, _ transaction: borrowing ReadTransaction) throws(Failure) -> R
  ) throws -> R {
    let snapshot = try current()
    return try body(snapshot.views, snapshot.transaction)
  }

  private func current() throws(LMDBError) -> Snapshot {
    if let snapshot { return snapshot }
    let fresh = try Snapshot(views)
    snapshot = fresh
    return fresh
  }

  /// The last version of a stream; `none` when there is no such stream.
  public func version(of stream: UInt64) throws(LMDBError) -> Version {
    if let version = unapplied.version(of: stream) { return version }
    let snapshot = try current()
    return try snapshot.views.version(of: stream, snapshot.transaction)
  }

  /// The commands of this id that were accepted, each of another uid.
  public func commands(_ id: [UInt8]) throws(LMDBError) -> [(uid: UInt32, accepted: Views.Accepted)] {
    let snapshot = try current()
    var commands = try snapshot.views.commands(id, snapshot.transaction)
    for (uid, accepted) in unapplied.commands(id) {
      // A command is recorded whole, but a caller of the store may add to one.
      if let index = commands.firstIndex(where: { $0.uid == uid }) {
        commands[index].accepted.last = accepted.last
      } else {
        commands.append((uid, accepted))
      }
    }
    return commands
  }

  /// The positions of a stream's events from a version on, in order, at most `limit`.
  public func positions(of stream: UInt64, from version: Version, limit: Int) throws(LMDBError) -> [Position] {
    let snapshot = try current()
    let applied = try snapshot.views.positions(of: stream, from: version, limit: limit, snapshot.transaction)
    return applied + unapplied.positions(of: stream, from: version).prefix(limit - applied.count)
  }

  /// The greatest stream number; 0 when there is none but the office's own.
  public func lastStream() throws(LMDBError) -> UInt64 {
    let snapshot = try current()
    return max(unapplied.lastStream, try snapshot.views.lastStream(snapshot.transaction))
  }

  func add(_ key: Views.RecordKey, at position: Position, leaf: Hash, completing nodes: [Hash]) {
    unapplied.add(key, at: position, leaf: leaf, completing: nodes)
  }

  /// What was added is committed.
  func keep() { unapplied.keep() }

  /// Takes back what was added and not committed.
  func revert() { unapplied.revert() }

  /// The views have all that was added.
  func clear() {
    unapplied.clear()
    snapshot = nil
  }

  /// Gives up the snapshot of the views, and what a batch has left that was dropped; the next look is a new one.
  public func letGo() {
    revert()
    snapshot = nil
  }

  /// Writes what the views lack into their tables, what was added and is not committed yet included.
  @available(*, noasync)
  func write(_ transaction: borrowing WriteTransaction) throws(LMDBError) {
    try views.index(unapplied.keys, from: unapplied.first, completing: unapplied.nodes, transaction)
    if let leaf = unapplied.lastLeaf { try views.advance(to: unapplied.last, leaf: leaf.bytes, transaction) }
  }
}
