public import EventSourcing

import Glibc

/// What is known to be lost of a ledger that somebody accepts as it is. It is kept in the file `ACCEPTED` until an
/// event of the ledger says so, because a crash in between would let the loss be forgotten.
public struct AcceptedLoss: Hashable, Sendable {
  /// Who knows how many events there were.
  public enum Witness: String, Sendable {
    case views
    case signedHeads = "signed-heads"
    /// There was a ledger, and how far it went is unknown.
    case nobody
  }

  public var witness: Witness
  /// The last event that the witness knows of, and the last that there is.
  public var seen: Position
  public var size: Position

  public init(witness: Witness, seen: Position, size: Position) {
    self.witness = witness
    self.seen = seen
    self.size = size
  }
}

extension EventStore {
  /// Accepts a ledger that is not the one that its views saw, or that was signed: the views are thrown away, and what
  /// is lost is kept for `acceptedLoss`. Only while no daemon works in the directory.
  ///
  /// - Parameter refused: the error by which the start refused the ledger.
  /// - Throws: that error when it is about anything else.
  public static func accept(_ directory: String, refused: StoreError) throws(StoreError) {
    let (witness, seen): (AcceptedLoss.Witness, Position)
    switch refused {
    case .ledgerBehindViews(let position, _), .ledgerDiffers(let position): (witness, seen) = (.views, position)
    case .ledgerBehindSigned(let size, _), .ledgerNotSigned(let size): (witness, seen) = (.signedHeads, size)
    case .ledgerBehindRestore, .ledgerLost: (witness, seen) = (.nobody, .start)
    default: throw refused
    }
    try asStoreError {
      let size = try Ledger.alone(directory + "/ledger").position()
      try keep(AcceptedLoss(witness: witness, seen: seen, size: size), in: directory)
    }
    try discardViews(directory)
  }

  /// Keeps a loss for a ledger that will have `loss.size` events.
  public func acceptLoss(_ loss: AcceptedLoss) throws(StoreError) {
    try asStoreError { try Self.keep(loss, in: directory) }
  }

  private static func keep(_ loss: AcceptedLoss, in directory: String) throws(FileError) {
    let text = "\(loss.seen.rawValue) \(loss.size.rawValue) \(loss.witness.rawValue)\n"
    try Files.replace(path(directory), with: Array(text.utf8))
  }

  /// The loss that was accepted; nil when there is none. The caller reads the events to see whether one says it
  /// already: that the ledger has grown does not show it, because an erasure may have been recorded first.
  ///
  /// - Throws: `StoreError.unexpected` when the file cannot be read.
  public func acceptedLoss() throws(StoreError) -> AcceptedLoss? {
    guard let bytes = try asStoreError({ try Files.contents(Self.path(directory)) }) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).dropLast().split(separator: " ").map(String.init)
    // 0.2.0 wrote no witness: it knew of the views alone.
    guard (2...3).contains(words.count), let seen = UInt64(words[0]), let size = UInt64(words[1]),
      let witness = words.count == 2 ? .views : AcceptedLoss.Witness(rawValue: words[2])
    else {
      throw .unexpected("\(Self.path(directory)) cannot be read: it says what the ledger has lost; see the log")
    }
    return AcceptedLoss(witness: witness, seen: Position(seen), size: Position(size))
  }

  /// Removes the file, durably. Call it once an event of the ledger says the loss.
  public func settleAcceptedLoss() throws(StoreError) {
    try asStoreError { try Self.forgetAcceptedLoss(directory) }
  }

  /// Removes the file, durably; also called before a restore puts another ledger in place.
  static func forgetAcceptedLoss(_ directory: String) throws(FileError) {
    let path = path(directory)
    if unlink(path) != 0, errno != ENOENT { throw Files.failure("unlink", path) }
    try Files.sync(directory)
  }

  private static func path(_ directory: String) -> String { directory + "/ACCEPTED" }
}
