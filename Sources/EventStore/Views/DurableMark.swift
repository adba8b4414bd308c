import EventSourcing
import MerkleTree

import Glibc
import Synchronization

/// The last event that is durable in the ledger, in a file beside the views: they are written behind the ledger, and
/// would not know of the last commits before a kill. It lives and dies with them, and is believed as they are.
///
/// 48 bytes: position (8, big-endian), leaf hash (32), and a sum over both (8). It is written in place and not flushed,
/// as the views are not.
final class DurableMark: Sendable {
  private let path: String
  /// Negative while it is not open.
  private let descriptor = Mutex<Int32>(-1)

  static func path(in views: String) -> String { views + "/durable" }

  init(in views: String) { path = Self.path(in: views) }

  deinit { descriptor.withLock { if $0 >= 0 { close($0) } } }

  /// Says that the ledger is durable up to an event.
  func set(_ position: Position, leaf: Hash) throws(FileError) {
    var sealed: [UInt8] = []
    sealed.reserveCapacity(8 + Hash.size + 8)
    sealed.append(bigEndian: position.rawValue)
    leaf.append(to: &sealed)
    sealed.append(bigEndian: Self.sum(sealed))
    var failure: FileError?
    descriptor.withLock { descriptor in
      do throws(FileError) {
        // Only now, so that a full disk does not hold up a start.
        if descriptor < 0 { descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_NOFOLLOW) }
        try Files.writeAll(descriptor, sealed, at: 0, path)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// What the file of some views says; nil when there is none, or it is not whole.
  static func read(in views: String) throws(FileError) -> (position: Position, leaf: [UInt8])? {
    guard let bytes = try Files.contents(path(in: views)), bytes.count == 8 + Hash.size + 8 else { return nil }
    let said = Array(bytes[..<(8 + Hash.size)])
    guard bigEndianNumber(bytes[(8 + Hash.size)...]) == sum(said) else { return nil }
    return (Position(bigEndianNumber(said[..<8])), Array(said[8...]))
  }

  /// FNV-1a: it tells a write that was cut short, or is all zeros, and is no seal.
  private static func sum(_ bytes: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return sum
  }
}
