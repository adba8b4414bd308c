/// A named table of one open environment; of no use in another environment, even one of the same path opened later.
public struct Table: Hashable, Sendable {
  /// The longest key that LMDB takes, in bytes.
  public static let keySizeMaximum = 511

  public let name: String
  let dbi: UInt32
  let environmentIdentity: UInt64
}
