import EventStore
import MerkleTree

extension Restore {
  /// The checkpoint that was given, if it is signed by the key that was; nil when none was given.
  func knownHead() throws -> SignedHeads.Head? {
    guard let checkpoint, let key else { return nil }
    func read(_ path: String) throws -> String {
      let bytes: [UInt8]
      do throws(UnsafePath) { bytes = try GivenFile(path).contents() } catch {
        if case .system = error { throw RestoreRefusal.checkpointUnreadable(path) }
        throw error
      }
      guard let text = String(validating: bytes, as: UTF8.self) else { throw RestoreRefusal.checkpointUnreadable(path) }
      return text
    }
    // As with `check-proof`: the key itself, or a file that holds it.
    let named = try? NoteVerifierKey(parsing: key)
    let keys =
      try named.map { [$0] }
      ?? read(key).split(separator: "\n").compactMap { try? NoteVerifierKey(parsing: String($0)) }
    guard !keys.isEmpty else { throw RestoreRefusal.keyUnreadable(key) }
    guard let note = try? SignedNote(parsing: try read(checkpoint)),
      let known = try? Checkpoint(text: note.text)
    else { throw RestoreRefusal.checkpointUnreadable(checkpoint) }
    guard let signer = try? note.verify(with: keys).first else { throw RestoreRefusal.notSigned(checkpoint) }
    guard known.origin == signer.name else {
      throw RestoreRefusal.otherOrigin(known: known.origin, ledger: signer.name)
    }
    return SignedHeads.Head(key: signer, size: known.size, root: known.root, predecessor: known.predecessor)
  }
}
