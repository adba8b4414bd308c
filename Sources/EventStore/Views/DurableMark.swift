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
  private struct State {
    /// Negative while it is not open.
    var descriptor: Int32 = -1
    var fault: MarkFault?
  }

  private let views: String
  private let path: String
  private let state = Mutex(State())

  static func path(in views: String) -> String { views + "/durable" }

  init(in views: String) { (self.views, path) = (views, Self.path(in: views)) }

  deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

  /// What was wrong with it when it was read or written last.
  var fault: MarkFault? { state.withLock { $0.fault } }

  /// Says that the ledger is durable up to an event; false, with a `fault`, when the disk does not take it.
  func set(_ position: Position, leaf: Hash) -> Bool {
    var sealed: [UInt8] = []
    sealed.reserveCapacity(8 + Hash.size + 8)
    sealed.append(bigEndian: position.rawValue)
    leaf.append(to: &sealed)
    sealed.append(bigEndian: Self.sum(sealed))
    return state.withLock { state in
      do throws(FileError) {
        // Only now, so that a full disk does not hold up a start.
        if state.descriptor < 0 { state.descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_NOFOLLOW) }
        try Files.writeAll(state.descriptor, sealed, at: 0, path)
        if state.fault != nil { state.fault = nil }
        return true
      } catch {
        state.fault = .file(error)
        return false
      }
    }
  }

  /// What it says; nil when it says nothing, for a `fault` or because nothing was written yet.
  func read() -> Witness? {
    do throws(MarkFault) { return try Self.read(in: views) } catch {
      state.withLock { $0.fault = error }
      return nil
    }
  }

  typealias Witness = (position: Position, leaf: [UInt8])

  /// What the file of some views says; nil when there is none, or nothing is in it yet.
  static func read(in views: String) throws(MarkFault) -> Witness? {
    let bytes: [UInt8]?
    do throws(FileError) { bytes = try Files.contents(path(in: views)) } catch { throw .file(error) }
    guard let bytes, !bytes.isEmpty else { return nil }
    guard bytes.count == 8 + Hash.size + 8 else { throw .notWhole(path: path(in: views)) }
    let said = Array(bytes[..<(8 + Hash.size)])
    guard bigEndianNumber(bytes[(8 + Hash.size)...]) == sum(said) else { throw .notWhole(path: path(in: views)) }
    return (Position(bigEndianNumber(said[..<8])), Array(said[8...]))
  }

  /// FNV-1a: it tells a write that was cut short, or is all zeros, and is no seal.
  private static func sum(_ bytes: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return sum
  }
}

/// Why the mark beside the views, of what is durable in the ledger, witnesses nothing.
public enum MarkFault: Error, Hashable, Sendable, CustomStringConvertible {
  case file(FileError)
  /// It was cut short, or its sum is another's.
  case notWhole(path: String)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .notWhole(let path): "\(path) is not whole"
    }
  }

  /// The same for people who read Vietnamese.
  public var vietnamese: String {
    switch self {
    case .file(let error): error.vietnamese
    case .notWhole(let path): "\(path) không còn nguyên"
    }
  }
}
