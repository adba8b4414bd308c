/// Which ledger the records are of.
public struct LedgerMark: Hashable, Sendable {
  /// In bytes.
  public static let idBytes = 16

  public let id: [UInt8]
  public let isDemo: Bool

  /// Nil unless the id has its 16 bytes.
  public init?(id: [UInt8], isDemo: Bool) {
    guard id.count == Self.idBytes else { return nil }
    self.id = id
    self.isDemo = isDemo
  }
}
