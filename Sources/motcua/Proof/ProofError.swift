import MerkleTree
import Varlink

/// Why a proof cannot be read, or does not hold.
enum ProofError: Error, Equatable {
  /// A checkpoint that stands in the proof, or beside it in a file.
  enum Note: Equatable {
    case ofProof, old, new
    case published(file: String)
  }

  // The files cannot be used: nothing is said of what they would prove.
  case notJSON(StrictJSON.Failure)
  case notAProof
  case unknownFormat(String)
  case unknownKind(String)
  /// A member that is not there, such as `events[0].path`.
  case missing(String)
  /// A member of another type or form than it should be, or one that should not be there.
  case unexpected(String)
  case unreadableNote(Note, SignedNoteError)
  case unreadableCheckpoint(Note, CheckpointError)
  /// A record of a newer schema: a newer release reads it.
  case newerRecord(position: Int, schema: UInt32)

  // The proof does not hold.
  /// None of the signatures is by a key that is trusted.
  case notSigned(Note, by: [String])
  case forged(Note, name: String)
  /// The key that signed is the key of another ledger than the one that the checkpoint names.
  case otherOrigin(Note, origin: String, key: String)
  case otherKeyNamed(String)
  case noEvents
  case notIncluded(position: Int)
  case beyondCheckpoint(position: Int, size: UInt64)
  case outOfOrder(position: Int, after: Int)
  case missingVersion(position: Int, expected: UInt32, found: UInt32)
  case otherCase(position: Int)
  case unreadableRecord(position: Int, reason: String)
  case noReceipt(position: Int)
  case otherCode(named: String, recorded: String)
  case keyNotCommitted
  case otherSlot(named: Int, recorded: UInt64)
  case sealBroken(position: Int)
  case differentOrigins(old: String, new: String)
  case notContinued(old: UInt64, new: UInt64)
  case publishedOrigin(file: String, published: String, proved: String)
  /// `code` is of the case, unless the proof is of the whole ledger.
  case publishedSize(file: String, published: UInt64, proved: UInt64, code: String?)
  case publishedRoot(file: String, size: UInt64)

  /// For `--json`.
  var name: String { "proof.\(String(describing: self).prefix { $0 != "(" })" }
}
