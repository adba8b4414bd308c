import Sealing
import Testing

@Suite("Sealing")
struct SealingTests {
  @Test("given a key, what it seals it opens; another key, other additional data or one changed byte opens nothing")
  func opens() throws {
    let key = SealingKey()
    let sealed = try #require(key.seal(Array("Nguyễn Thị Hoa".utf8), additionalData: [1]))
    #expect(key.open(sealed, additionalData: [1]) == Array("Nguyễn Thị Hoa".utf8))
    #expect(key.open(sealed, additionalData: [2]) == nil)
    #expect(SealingKey().open(sealed, additionalData: [1]) == nil)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(key.open(changed, additionalData: [1]) == nil)
    }
    #expect(key.open([], additionalData: [1]) == nil)
  }

  @Test("given 32 bytes, a key is made of them and says them again; of any other number none is")
  func bytes() throws {
    let bytes = [UInt8](0..<32)
    #expect(try #require(SealingKey(bytes: bytes)).bytes == bytes)
    #expect(SealingKey(bytes: Array(bytes.dropLast())) == nil && SealingKey(bytes: bytes + [0]) == nil)
  }

  @Test("the commitment is SHA-256 of the byte 2 and the key")
  func commitment() throws {
    let key = try #require(SealingKey(bytes: [UInt8](repeating: 0, count: 32)))
    // printf '\x02' and 32 zero bytes through sha256sum.
    #expect(
      key.commitment == [
        0x52, 0x3b, 0xa5, 0xa7, 0xec, 0x93, 0x62, 0xdb, 0xb0, 0x80, 0x39, 0xa3, 0x87, 0x92, 0x25, 0x92, 0xcc, 0xea,
        0x3d, 0xde, 0x63, 0x63, 0x44, 0x80, 0xcd, 0x1b, 0x05, 0xb7, 0xbd, 0x50, 0xa2, 0x69,
      ])
  }

  @Test("a key is copied from exactly its bytes, and from no more or fewer")
  func copied() {
    let bytes = [UInt8](1...33)
    bytes.withUnsafeBytes { buffer in
      #expect(SealingKey(copying: buffer[..<32])?.bytes == Array(bytes[..<32]))
      #expect(SealingKey(copying: buffer[1..<33])?.bytes == Array(bytes[1...]))
      for count in [0, 31, 33] { #expect(SealingKey(copying: buffer[..<count])?.bytes == nil) }
    }
  }
}
