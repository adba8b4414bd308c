import MerkleTree

/// A tree head that a trusted key has signed.
struct SignedHead: Equatable {
  var checkpoint: Checkpoint
  var signers: [NoteVerifierKey]

  func isSame(as other: SignedHead) -> Bool {
    hasOrigin(of: other) && checkpoint.size == other.checkpoint.size && checkpoint.root == other.checkpoint.root
  }

  func hasOrigin(of other: SignedHead) -> Bool {
    checkpoint.origin.utf8.elementsEqual(other.checkpoint.origin.utf8)
  }
}

extension ProofCheck {
  /// The checkpoint of a note, once a trusted key of the ledger that it names has signed it.
  func signed(_ text: String, _ which: ProofError.Note) throws(ProofError) -> SignedHead {
    let note: SignedNote
    do throws(SignedNoteError) {
      note = try SignedNote(parsing: text)
    } catch {
      throw .unreadableNote(which, error)
    }
    let signers: [NoteVerifierKey]
    do throws(SignedNoteError) {
      signers = try note.verify(with: keys)
    } catch {
      if case .invalidSignature(let name) = error { throw .forged(which, name: name) }
      // With the id, because another key may have the same name.
      throw .notSigned(
        which,
        by: note.signatures.map {
          let id = String($0.keyID, radix: 16)
          return "\($0.name)+\(String(repeating: "0", count: 8 - id.count))\(id)"
        })
    }
    let checkpoint: Checkpoint
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(text: note.text)
    } catch {
      throw .unreadableCheckpoint(which, error)
    }
    // A ledger's key bears its name: the key of one ledger says nothing of another.
    guard signers.contains(where: { $0.name.utf8.elementsEqual(checkpoint.origin.utf8) }) else {
      throw .otherOrigin(which, origin: checkpoint.origin, key: signers.first?.name ?? "")
    }
    return SignedHead(checkpoint: checkpoint, signers: signers)
  }

  /// The key that the proof names, for whoever has none yet, is one of those that signed.
  func requireSigner(_ head: SignedHead, named text: String) throws(ProofError) {
    guard let key = try? NoteVerifierKey(parsing: text) else { throw .unexpected("verifierKey") }
    guard head.signers.contains(key) else { throw .otherKeyNamed(text) }
  }

  /// Each published checkpoint is one of those that the proof is about.
  func compare(with heads: [SignedHead], code: String? = nil) throws(ProofError) {
    for item in published {
      let head = try signed(item.note, .published(file: item.file))
      if heads.contains(where: { $0.isSame(as: head) }) { continue }
      guard let ours = heads.first(where: { $0.hasOrigin(of: head) }) else {
        throw .publishedOrigin(
          file: item.file, published: head.checkpoint.origin, proved: heads.first?.checkpoint.origin ?? "")
      }
      guard !heads.contains(where: { $0.checkpoint.size == head.checkpoint.size }) else {
        throw .publishedRoot(file: item.file, size: head.checkpoint.size)
      }
      throw .publishedSize(
        file: item.file, published: head.checkpoint.size, proved: ours.checkpoint.size, code: code)
    }
  }
}
