import Crypto

/// The key by which messages about one case are told from each other. It follows from the case's own key and a label, and
/// tells as much: whoever keeps it can hold guesses against the digests, so it goes when that key goes.
public struct DigestKey: Sendable {
  private let authenticator: Authenticator

  /// HKDF-Expand (RFC 5869) to 32 bytes. That is one block, and so one HMAC of the label and the block's number.
  init(of secret: SymmetricKey, label: some Sequence<UInt8>) {
    authenticator = secret.authenticationCode(for: Array(label) + [1]).withUnsafeBytes {
      Authenticator(SymmetricKey(data: $0))
    }
  }

  /// 16 bytes that tell messages apart: an HMAC-SHA256, cut short.
  public func digest(_ message: [UInt8]) -> [UInt8] {
    authenticator.code(for: message).withUnsafeBytes { [UInt8]($0.prefix(16)) }
  }
}
