import Crypto
import Sealing

/// The keys of a data directory in one file, so that they can be kept apart from the backup of the ledger.
///
/// A header of 64 bytes (`motcua keybackup 1\n`, zeros up to 32 bytes, the master key), the slots file as it is, and
/// SHA-256 over all before it.
public struct KeysBackup: Sendable {
  /// Why bytes are not a backup of keys that this release reads.
  public enum Damage: Error, Hashable, Sendable, CustomStringConvertible {
    /// They begin with something else.
    case foreign
    /// They are of another form, named here.
    case otherForm(String)
    /// They are cut short, or were changed.
    case checksum
    /// What they hold are not slots of keys.
    case slots

    public var description: String {
      switch self {
      case .foreign: "this is no backup of keys"
      case .otherForm(let form): "a backup of keys of the form “\(form)”, which this release does not read"
      case .checksum: "the backup of the keys is cut short or was changed"
      case .slots: "the backup holds no slots of keys"
      }
    }
  }

  private static let mark = "motcua keybackup "
  private static let header = Array("\(mark)1\n".utf8)
  private static let masterOffset = 32
  private static let slotsOffset = 64
  private static let checksumSize = 32

  /// The master key, 32 bytes.
  let master: [UInt8]
  /// The slots file, its header slot included.
  let slots: [UInt8]

  init(master: [UInt8], slots: [UInt8]) {
    self.master = master
    self.slots = slots
  }

  /// Reads what `write` gives, and nothing else.
  public static func read(_ bytes: [UInt8]) throws(Damage) -> KeysBackup {
    let line = bytes.prefix(masterOffset).prefix { $0 != 0x0A && $0 != 0 }
    let form = String(decoding: line, as: UTF8.self)
    guard form.hasPrefix(mark) else { throw .foreign }
    guard line.elementsEqual(header.dropLast()) else { throw .otherForm(form) }
    let end = bytes.count - checksumSize
    guard end >= slotsOffset, SHA256.hash(data: bytes[..<end]).elementsEqual(bytes[end...]) else { throw .checksum }
    let slots = Array(bytes[slotsOffset..<end])
    guard slots.count.isMultiple(of: Keys.slotBytes), slots.starts(with: Keys.header) else { throw .slots }
    return KeysBackup(master: Array(bytes[masterOffset..<slotsOffset]), slots: slots)
  }

  public func write() -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: Self.masterOffset - Self.header.count)
    let bytes = Self.header + padding + master + slots
    return bytes + Array(SHA256.hash(data: bytes))
  }

  /// SHA-256(0x02 ‖ key) of a slot's key; nil when it was forgotten, is not in this backup, or does not open.
  public func commitment(_ slot: UInt64) -> [UInt8]? {
    let start = slot * UInt64(Keys.slotBytes)
    guard slot > 0, start + UInt64(Keys.slotBytes) <= slots.count else { return nil }
    let bytes = Array(slots[Int(start)..<Int(start) + Keys.slotBytes])
    return Keys.unwrapped(bytes, slot, master: master)?.commitment
  }
}
