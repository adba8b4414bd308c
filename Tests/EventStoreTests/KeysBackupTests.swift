import EventStore
import Testing

@Suite("A backup of the keys")
struct KeysBackupTests {
  private static func backup() throws -> (folder: Folder, keys: KeysBackup, sealed: [UInt8]) {
    let folder = try Folder()
    let store = try Notebook(folder).store
    try store.keys.prepare(upTo: 3)
    let sealed = try store.keys.seal(Array("Hoa".utf8), slot: 2, additionalData: [])
    try store.keys.forget(3)
    return (folder, try store.keys.backup(), sealed)
  }

  @Test("written and read, it opens in another directory what the keys sealed, and no more than that")
  func roundTrip() throws {
    let (_, backup, sealed) = try Self.backup()
    let folder = try Folder()
    let other = try Notebook(folder).store
    try other.keys.replace(with: try KeysBackup.read(backup.write()))
    #expect(try other.keys.open(sealed, slot: 2, additionalData: []) == .plain(Array("Hoa".utf8)))
    #expect(try other.keys.key(3) == nil)
    #expect(try other.keys.commitment(1) == backup.commitment(1))
    #expect(backup.commitment(3) == nil && backup.commitment(0) == nil && backup.commitment(1_000_000) == nil)
  }

  @Test("after a restart the keys that were put there are still those of the backup")
  func durable() throws {
    let (_, backup, sealed) = try Self.backup()
    let folder = try Folder()
    try { try Notebook(folder).store.keys.replace(with: backup) }()
    #expect(try Notebook(folder).store.keys.open(sealed, slot: 2, additionalData: []) == .plain(Array("Hoa".utf8)))
  }

  @Test("cut short anywhere or with one byte changed it is refused")
  func damaged() throws {
    let bytes = try Self.backup().keys.write()
    for count in [0, 10, 31, 63, 64, 100, bytes.count - 1] {
      #expect(throws: KeysBackup.Damage.self) { try KeysBackup.read(Array(bytes[..<count])) }
    }
    for index in stride(from: 19, to: bytes.count, by: 97) {
      var changed = bytes
      changed[index] ^= 1
      #expect(throws: KeysBackup.Damage.checksum) { try KeysBackup.read(changed) }
    }
  }

  @Test("another form is named, and something else is called foreign")
  func otherForm() throws {
    var bytes = try Self.backup().keys.write()
    bytes[17] = UInt8(ascii: "2")
    #expect(throws: KeysBackup.Damage.otherForm("motcua keybackup 2")) { try KeysBackup.read(bytes) }
    #expect(throws: KeysBackup.Damage.foreign) { try KeysBackup.read(Array("PK\u{3}\u{4}".utf8)) }
  }
}
