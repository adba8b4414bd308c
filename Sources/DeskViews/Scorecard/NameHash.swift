import Crypto

/// A name that is too long for a key.
enum NameHash {
  static func bytes(of name: String) -> [UInt8] { Array(SHA256.hash(data: Array(name.utf8))) }
}
