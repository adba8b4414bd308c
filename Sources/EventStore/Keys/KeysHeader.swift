import Sealing

/// Slot 0 of the keys: their schema version and, from version 2 on, an identifier of the master key that wraps the
/// other slots. So the rename of the slots replaces both at once: the slots say which of two master keys is theirs.
struct KeysHeader: Equatable {
  /// Version 1, of before 0.3.0. Then the digests of commands were keyed by the master key, which an erasure does not
  /// destroy: whoever has such a master key and the ledger can guess what an erased case said.
  static let before = Array("motcua keys 1\n".utf8)
  private static let now = Array("motcua keys 2\n".utf8)
  private static let masterPlace = 32..<48

  /// The identifier of the master key; nil in version 1.
  let master: [UInt8]?

  var isVersion1: Bool { master == nil }

  init(of key: SealingKey) { master = Self.identifier(of: key) }

  /// Nil when the bytes are no slot 0 that this release knows.
  init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes.prefix(Keys.slotBytes))
    if bytes.starts(with: Self.before) {
      master = nil
    } else if bytes.count == Keys.slotBytes, bytes.starts(with: Self.now) {
      master = Array(bytes[Self.masterPlace])
    } else {
      return nil
    }
  }

  func fits(_ key: SealingKey) -> Bool { master.map { $0 == Self.identifier(of: key) } ?? true }

  var bytes: [UInt8] {
    guard let master else { return Self.before + Array(repeating: 0, count: Keys.slotBytes - Self.before.count) }
    let gap = Array(repeating: UInt8(0), count: Self.masterPlace.lowerBound - Self.now.count)
    let rest = Array(repeating: UInt8(0), count: Keys.slotBytes - Self.masterPlace.upperBound)
    return Self.now + gap + master + rest
  }

  private static func identifier(of key: SealingKey) -> [UInt8] { key.identifier(label: "motcua master key") }
}
