public import DeskRecords

/// Seals in a way that tests can repeat: what binds it, then every bit of the plain text turned over.
public enum PlainSeal {
  struct Broken: Error {}

  public static func seal(_ plain: [UInt8], _ part: SealedPart) -> [UInt8] { part.additionalData + plain.map { ~$0 } }

  public static func open(_ sealed: [UInt8], _ part: SealedPart) throws -> [UInt8] {
    guard sealed.starts(with: part.additionalData) else { throw Broken() }
    return sealed.dropFirst(part.additionalData.count).map { ~$0 }
  }
}
