import Desk
import EventStore

/// Keys that sort by time and then by case: prefix, instant (8 bytes), case number (8 bytes).
enum OrderedKey {
  static func key(_ prefix: [UInt8], _ time: Timestamp, _ number: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(prefix.count + 16)
    key += prefix
    key.append(bigEndian: bits(of: time))
    key.append(bigEndian: number)
    return key
  }

  /// The sign bit is turned so that instants before 1970 sort before later ones.
  static func bits(of time: Timestamp) -> UInt64 { UInt64(bitPattern: time.microseconds) ^ 1 << 63 }

  static func time(_ time: Timestamp) -> [UInt8] { bigEndian(bits(of: time)) }

  static func time(of key: some Sequence<UInt8>) -> Timestamp {
    Timestamp(microseconds: Int64(bitPattern: bigEndianNumber(key) ^ 1 << 63))
  }

  static func number(_ key: some BidirectionalCollection<UInt8>) -> UInt64 { bigEndianNumber(key.suffix(8)) }
}
