import EventStore
import TestSupport
import Testing

@Suite("A backup of the keys")
struct KeysBackupTests {
  private static func backup() throws -> (folder: Folder, bytes: [UInt8], sealed: [UInt8]) {
    let folder = try Folder()
    let store = try Notebook(folder).store
    try store.keys.prepare(upTo: 3)
    let sealed = try store.keys.seal(Array("Hoa".utf8), slot: 2, additionalData: [])
    try store.keys.forget(3)
    let bytes = try store.keys.backupBytes()
    #expect(bytes.count == store.keys.backupBytes)
    return (folder, bytes, sealed)
  }

  @Test("written and read, it opens in another directory what the keys sealed, and no more than that")
  func roundTrip() throws {
    let (_, bytes, sealed) = try Self.backup()
    let backup = try KeysBackup(bytes)
    let folder = try Folder()
    let other = try Notebook(folder).store
    try other.keys.replace(with: backup)
    #expect(try other.keys.open(sealed, slot: 2, additionalData: []) == .plain(Array("Hoa".utf8)))
    #expect(try other.keys.key(3) == nil)
    #expect(try other.keys.commitment(1) == backup.commitment(1))
    for slot in [3, 0, 1_000_000] as [UInt64] { #expect(try backup.commitment(slot) == nil) }
  }

  @Test("after a restart the keys that were put there are still those of the backup")
  func durable() throws {
    let (_, bytes, sealed) = try Self.backup()
    let backup = try KeysBackup(bytes)
    let folder = try Folder()
    try { try Notebook(folder).store.keys.replace(with: backup) }()
    #expect(try Notebook(folder).store.keys.open(sealed, slot: 2, additionalData: []) == .plain(Array("Hoa".utf8)))
  }

  @Test("cut short anywhere or with one byte changed it is refused")
  func damaged() throws {
    let bytes = try Self.backup().bytes
    for count in [0, 10, 31, 63, 64, 100, bytes.count - 1] {
      #expect(throws: KeysBackup.Fault.self) { _ = try KeysBackup(Array(bytes[..<count])) }
    }
    for index in stride(from: 19, to: bytes.count, by: 97) {
      var changed = bytes
      changed[index] ^= 1
      #expect(throws: KeysBackup.Fault.damaged) { _ = try KeysBackup(changed) }
    }
  }

  @Test("another form is named, and something else is called foreign")
  func otherSchema() throws {
    var bytes = try Self.backup().bytes
    bytes[17] = UInt8(ascii: "3")
    #expect(throws: KeysBackup.Fault.newer(schemaVersion: 3)) { _ = try KeysBackup(bytes) }
    #expect(throws: KeysBackup.Fault.notABackup) { _ = try KeysBackup(Array("PK\u{3}\u{4}".utf8)) }
  }
}
