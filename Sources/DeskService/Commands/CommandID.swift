import Crypto
import EventSourcing

// What the daemon makes of other things than the moment and chance.
extension CommandID {
  /// An id that is the same for the same place in the same file; ids of one file follow each other in the index.
  static func make(fileDigest: [UInt8], line: Int) -> [UInt8] {
    // Version and variant lie over the digest's end and over the top bits of the number, which no line reaches.
    marked(
      Array(fileDigest.prefix(8)) + (0..<8).map { UInt8(truncatingIfNeeded: line >> (56 - 8 * $0)) }, version: 8)
  }

  /// The id of what the daemon does by itself: the same for the same cause, so that it is recorded once however often it is
  /// tried.
  static func make(cause: [UInt8]) -> [UInt8] { marked(Array(SHA256.hash(data: cause).prefix(16)), version: 8) }
}
