import EventSourcing
import Glibc

public import MerkleTree

/// What each key has signed last, and after which serial codes begin since the last restore: a record outside the data
/// directory and its backups. An older ledger that is put back does not know what was signed after it, and this does.
///
/// Text of a line each, ended by a hash over the lines before:
/// ```
/// motcua signed heads 1
/// head KEY SIZE ROOT [follows …]
/// retired KEY SIZE ROOT [follows …]
/// floor DAY SERIAL [pending]
/// sum HASH
/// ```
public struct SignedHeads: Hashable, Sendable {
  /// One key: what it has signed last, of size 0 when it is new.
  public struct Head: Hashable, Sendable {
    public var key: NoteVerifierKey
    /// The number of events.
    public var size: UInt64
    public var root: Hash
    /// Whether the key signs nothing any more, because what it has signed last is not known for sure, or was given up.
    public var isRetired = false
    /// What the key's checkpoints say that they follow.
    public var predecessor: Predecessor?

    public init(
      key: NoteVerifierKey, size: UInt64, root: Hash, isRetired: Bool = false, predecessor: Predecessor? = nil
    ) {
      self.key = key
      self.size = size
      self.root = root
      self.isRetired = isRetired
      self.predecessor = predecessor
    }
  }

  /// Codes of all days up to `lastDay` (days since 1970) begin after `serial`, as the last restore said.
  public struct Floor: Hashable, Sendable {
    public var lastDay: Int32
    public var serial: UInt32
    /// Whether an event of a ledger is known to say it; it is written here first.
    public var isSaid: Bool

    public init(lastDay: Int32, serial: UInt32, isSaid: Bool = false) {
      self.lastDay = lastDay
      self.serial = serial
      self.isSaid = isSaid
    }
  }

  public private(set) var heads: [Head] = []
  public var floor: Floor?

  public init() {}

  /// What the key has signed last; nil when the record does not know the key.
  public func head(of key: NoteVerifierKey) -> Head? { heads.first { $0.key == key } }

  /// Adds a key that has signed nothing yet; one that is known stays as it is.
  public mutating func add(_ key: NoteVerifierKey) {
    guard head(of: key) == nil else { return }
    heads.append(Head(key: key, size: 0, root: Frontier().root))
  }

  /// Records what the key has signed last, or is about to sign. A key that was retired is in use again.
  public mutating func set(_ key: NoteVerifierKey, size: UInt64, root: Hash, predecessor: Predecessor?) {
    let head = Head(key: key, size: size, root: root, predecessor: predecessor)
    if let index = heads.firstIndex(where: { $0.key == key }) { heads[index] = head } else { heads.append(head) }
  }

  /// The heads that the ledger must continue: those of keys in use that are not known to be lost.
  public var expected: [Head] {
    heads.filter { !$0.isRetired && $0.size > 0 && $0.predecessor != .head(key: $0.key, size: $0.size, root: $0.root) }
  }

  /// Records that the ledger was put back to `size` events: what keys in use have signed beyond them is lost, and their
  /// checkpoints say so from here on.
  public mutating func putBack(to size: UInt64) {
    for index in heads.indices where !heads[index].isRetired && heads[index].size > size {
      let head = heads[index]
      heads[index].predecessor = .head(key: head.key, size: head.size, root: head.root)
    }
  }

  /// Sets the floor; neither its day nor its serial ever falls.
  public mutating func raiseFloor(lastDay: Int32, serial: UInt32) {
    let before = floor
    floor = Floor(
      lastDay: max(lastDay, before?.lastDay ?? lastDay), serial: max(serial, before?.serial ?? 0),
      isSaid: before.map { $0.isSaid && serial <= $0.serial } ?? false)
  }

  /// Retires every key that has signed anything: from here on a new one is needed.
  public mutating func retireAll() {
    for index in heads.indices where heads[index].size > 0 { heads[index].isRetired = true }
  }

  /// The greatest head of those that a restore has said to be lost.
  public var lastLost: Head? {
    heads.filter { $0.size > 0 && $0.predecessor == .head(key: $0.key, size: $0.size, root: $0.root) }
      .max { $0.size < $1.size }
  }

  /// The greatest head of those that retired keys have signed.
  public var lastRetired: Head? { heads.filter { $0.isRetired && $0.size > 0 }.max { $0.size < $1.size } }

  static let header = "motcua signed heads 1"

  var text: String {
    var lines = [Self.header]
    for head in heads {
      let follows = head.predecessor.map { " " + $0.extensionLine } ?? ""
      lines.append("\(head.isRetired ? "retired" : "head") \(head.key) \(head.size) \(head.root.base64)\(follows)")
    }
    if let floor { lines.append("floor \(floor.lastDay) \(floor.serial)\(floor.isSaid ? "" : " pending")") }
    let content = lines.map { $0 + "\n" }.joined()
    return content + "sum \(MerkleTree.leafHash(Array(content.utf8)).base64)\n"
  }

  /// Nil for what is no such record, or was changed.
  init?(text: String) {
    guard text.utf8.last == UInt8(ascii: "\n") else { return nil }
    var lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.first == Self.header, let sum = lines.popLast(), sum.hasPrefix("sum ") else { return nil }
    let content = lines.map { $0 + "\n" }.joined()
    guard sum.dropFirst(4) == MerkleTree.leafHash(Array(content.utf8)).base64 else { return nil }
    for line in lines.dropFirst() {
      let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      switch words.first {
      case "head", "retired":
        guard words.count >= 4, let key = try? NoteVerifierKey(parsing: words[1]), let size = UInt64(words[2]),
          let root = Hash(base64: words[3])
        else { return nil }
        let rest = words.dropFirst(4).joined(separator: " ")
        let predecessor = rest.isEmpty ? nil : Predecessor(extensionLine: rest)
        guard rest.isEmpty == (predecessor == nil) else { return nil }
        heads.append(
          Head(key: key, size: size, root: root, isRetired: words[0] == "retired", predecessor: predecessor))
      case "floor":
        guard words.count == 3 || words.count == 4 && words[3] == "pending", let day = Int32(words[1]),
          let serial = UInt32(words[2])
        else { return nil }
        floor = Floor(lastDay: day, serial: serial, isSaid: words.count == 3)
      default: return nil
      }
    }
  }
}

extension EventStore {
  /// Checks that the ledger continues what was signed of it.
  ///
  /// - Throws: `StoreError.ledgerBehindSigned` or `ledgerNotSigned`, of the greatest head that it does not continue.
  public func requireSigned(_ heads: SignedHeads) throws {
    let end = try ledger.head()
    for head in heads.expected.sorted(by: { $0.size > $1.size }) {
      guard head.size <= end.size else {
        throw StoreError.ledgerBehindSigned(size: Position(head.size), ledger: Position(end.size))
      }
      guard try continues(head.size, head.root, until: end) else {
        throw StoreError.ledgerNotSigned(size: Position(head.size))
      }
    }
  }

  /// Whether the ledger's tree, at `end`, continues the one of that size and root. False as well while the views have
  /// not seen all events.
  public func continues(_ size: UInt64, _ root: Hash, until end: Frontier) throws -> Bool {
    try withTree { now, node in
      try now == end.size && size <= now
        && MerkleTree.consistencyProof(oldSize: size, newSize: now, node: node)?
          .verifies(oldRoot: root, newRoot: end.root) == true
    }
  }
}

/// Why the record of what was signed cannot be used.
public enum SignedHeadsError: Error, Hashable, Sendable {
  case file(FileError)
  /// Its content is not what was written.
  case damaged(path: String)

  public var path: String {
    switch self {
    case .file(let error): error.path
    case .damaged(let path): path
    }
  }
}

/// The file of the record, shared by the daemon and the commands of its operator.
public struct SignedHeadsFile: Sendable {
  public static let name = "signed-heads"
  public let directory: ApartDirectory

  public init(_ directory: ApartDirectory) { self.directory = directory }

  public var path: String { directory.file(Self.name) }

  /// The record; nil when there is none.
  public func read() throws(SignedHeadsError) -> SignedHeads? {
    do throws(FileError) { return try record(of: directory.contents(Self.name)) } catch {
      throw (error.code == EBADMSG ? .damaged(path: error.path) : .file(error))
    }
  }

  /// Changes the record, durable when it returns. Meanwhile no other process changes it. A `body` that throws leaves
  /// the record as it was.
  ///
  /// - Throws: `SignedHeadsError`, or what `body` throws.
  public func change(_ body: (inout SignedHeads) throws -> Void) throws {
    var thrown: (any Error)?
    do throws(FileError) {
      try directory.locked { directory throws(FileError) in
        let before = try record(of: self.directory.contents(Self.name, in: directory))
        var record = before ?? SignedHeads()
        do { try body(&record) } catch {
          thrown = error
          return
        }
        guard record != before else { return }
        try self.directory.replace(Self.name, with: Array(record.text.utf8), in: directory)
      }
    } catch {
      throw (error.code == EBADMSG ? SignedHeadsError.damaged(path: error.path) : .file(error))
    }
    if let thrown { throw thrown }
  }

  private func record(of bytes: [UInt8]?) throws(FileError) -> SignedHeads? {
    guard let bytes else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self), let record = SignedHeads(text: text) else {
      throw FileError(operation: "read", path: path, code: EBADMSG)
    }
    return record
  }
}
