import Crypto
import Foundation
import Glibc
import Sealing
import TestSupport
import Testing

@testable import EventStore

@Suite("Keys of before 0.3.0, and keys that are exchanged")
struct KeysChangeTests {
  private static let plain = Array("Nguyễn Thị Hoa".utf8)

  /// Keys as 0.2.0 left them: four slots, the last of which is forgotten, and what slot 1 sealed.
  private struct Before {
    let folder: Folder
    let sealed: [UInt8]

    var path: String { folder.path + "/keys" }

    init() throws {
      folder = try Folder()
      sealed = try Self.make(in: folder.path + "/keys")
    }

    private static func make(in path: String) throws -> [UInt8] {
      try Keys.create(path)
      let keys = try Keys(path)
      try keys.prepare(upTo: 4)
      let sealed = try keys.seal(plain, slot: 1, additionalData: [])
      try keys.forget(4)
      try put(KeysHeader.before + [UInt8](repeating: 0, count: 64 - KeysHeader.before.count), in: path + "/slots")
      return sealed
    }

    static func put(_ bytes: [UInt8], in path: String) throws {
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.write(contentsOf: bytes)
      try handle.close()
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name))) }
    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(filePath: path + "/" + name)) }
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func expectSame(_ keys: Keys) throws {
      #expect(try keys.open(sealed, slot: 1, additionalData: []) == .plain(plain))
      #expect(try keys.key(2) != nil && keys.key(4) == nil)
    }
  }

  @Test(
    "opened, they have a new master key, open what they opened, what was forgotten stays so, and no block of the old ones is left"
  )
  func renewed() throws {
    let before = try Before()
    let (master, slots) = (try before.bytes("master"), try before.bytes("slots"))
    // The old files live on under these descriptors, as their blocks do on the disk.
    let held = try ["master", "slots"].map { try #require(FileHandle(forReadingAtPath: before.path + "/" + $0)) }
    do {
      let keys = try Keys.renewed(before.path)
      guard case .renewed = keys.change else {
        Issue.record("\(keys.change)")
        return
      }
      try before.expectSame(keys)
    }
    #expect(try before.names() == ["master", "slots"])
    let now = try before.bytes("slots")
    #expect(try before.bytes("master") != master && now.starts(with: Array("motcua keys 2\n".utf8)))
    for slot in 1..<4 { #expect(now[slot * 64..<slot * 64 + 60] != slots[slot * 64..<slot * 64 + 60]) }
    for handle in held { #expect(try handle.readToEnd()?.allSatisfy { $0 == 0 } == true) }
    let again = try Keys.renewed(before.path)
    guard case .none = again.change else {
      Issue.record("\(again.change)")
      return
    }
    try before.expectSame(again)
    // 0.2.0 derived the key of its digests so; nothing that is there opens them now.
    let old = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: master), info: Array("command digest".utf8), outputByteCount: 32)
    let told = Array(HMAC<SHA256>.authenticationCode(for: Self.plain, using: old).prefix(16))
    #expect(again.officeDigest(Self.plain) != told)
    #expect(try again.digest(Self.plain, slot: 1) != told)
  }

  @Test("a damaged slot stays one that is damaged, and the others are renewed")
  func damaged() throws {
    let before = try Before()
    var slots = try before.bytes("slots")
    slots[2 * 64 + 7] ^= 1
    try before.write(slots, to: "slots")
    let keys = try Keys.renewed(before.path)
    guard case .keysDamaged(_, slot: 2)? = try storeError({ _ = try keys.key(2) }) else {
      Issue.record("a damaged key was used")
      return
    }
    #expect(try keys.open(before.sealed, slot: 1, additionalData: []) == .plain(Self.plain))
  }

  /// What lies in the directory after a crash, of the old keys and of the new ones.
  enum Left: String, CaseIterable {
    case newMasterTorn, newMaster, newSlotsTorn, bothNew, oldSlotsNamed
    case renamed, oldMasterTorn, oldMasterOverwritten, masterRenamed, oldSlotsOverwritten

    var isNew: Bool {
      switch self {
      case .newMasterTorn, .newMaster, .newSlotsTorn, .bothNew, .oldSlotsNamed: false
      case .renamed, .oldMasterTorn, .oldMasterOverwritten, .masterRenamed, .oldSlotsOverwritten: true
      }
    }
  }

  @Test(
    "given a crash at any moment of the change, then they open what they opened, read only and for writing, and nothing is left lying about",
    arguments: Left.allCases)
  func crashed(left: Left) throws {
    let before = try Before()
    let (oldMaster, oldSlots) = (try before.bytes("master"), try before.bytes("slots"))
    do { _ = try Keys.renewed(before.path) }
    let (master, slots) = (try before.bytes("master"), try before.bytes("slots"))
    try before.write(left == .newMasterTorn ? Array(master.prefix(9)) : master, to: "master.new")
    switch left {
    case .newMasterTorn, .newMaster: break
    case .newSlotsTorn: try before.write(Array(slots.prefix(1000)), to: "slots.new")
    case .bothNew, .oldSlotsNamed: try before.write(slots, to: "slots.new")
    case .oldSlotsOverwritten: try before.write([UInt8](repeating: 0, count: oldSlots.count), to: "slots.old")
    default: try before.write(oldSlots, to: "slots.old")
    }
    if !left.isNew { try before.write(oldSlots, to: "slots") }
    if left == .oldSlotsNamed { try #require(link(before.path + "/slots", before.path + "/slots.old") == 0) }
    switch left {
    case .masterRenamed, .oldSlotsOverwritten: unlink(before.path + "/master.new")
    case .oldMasterOverwritten: try before.write([UInt8](repeating: 0, count: 32), to: "master")
    case .oldMasterTorn: try before.write([UInt8](repeating: 0, count: 16) + oldMaster.suffix(16), to: "master")
    default: try before.write(oldMaster, to: "master")
    }
    try before.expectSame(try Keys(before.path, isReadOnly: true))
    let held = try #require(FileHandle(forReadingAtPath: before.path + "/slots"))
    do { try before.expectSame(try Keys.renewed(before.path)) }
    #expect(try before.names() == ["master", "slots"])
    #expect(try before.bytes("master") != oldMaster)
    // Those that were in force before are overwritten, those that are in force now are not.
    #expect(try held.readToEnd()?.allSatisfy { $0 == 0 } == !left.isNew)
    try before.expectSame(try Keys.renewed(before.path))
  }

  @Test("a master key that is not that of the slots is refused, and nothing is thrown away")
  func otherMaster() throws {
    let before = try Before()
    do { _ = try Keys.renewed(before.path) }
    let master = try before.bytes("master")
    try before.write(SealingKey().bytes, to: "master")
    try before.write(SealingKey().bytes, to: "master.new")
    for isReadOnly in [true, false] {
      guard case .keysDamaged? = try storeError({ _ = try Keys(before.path, isReadOnly: isReadOnly) }) else {
        Issue.record("keys of another master key were opened")
        return
      }
    }
    #expect(try before.names() == ["master", "master.new", "slots"])
    try before.write(master, to: "master")
    try before.expectSame(try Keys.renewed(before.path))
  }

  @Test("a backup of before 0.3.0 is read for ever, and what it brings is of today")
  func backupOfBefore() throws {
    let before = try Before()
    let content =
      Array("motcua keybackup 1\n".utf8) + [UInt8](repeating: 0, count: 13) + (try before.bytes("master"))
      + (try before.bytes("slots"))
    let backup = try KeysBackup(content + Array(SHA256.hash(data: content)))
    #expect(backup.isVersion1)
    let folder = try Folder()
    let master = try before.bytes("master")
    do {
      try Keys.install(backup.forgetting([2]), in: folder.path + "/restored")
      let keys = try Keys(folder.path + "/restored")
      guard case .none = keys.change else {
        Issue.record("\(keys.change)")
        return
      }
      #expect(try keys.open(before.sealed, slot: 1, additionalData: []) == .plain(Self.plain))
      #expect(try keys.key(2) == nil && keys.key(3) != nil && keys.key(4) == nil)
      let again = try KeysBackup(try keys.backupBytes())
      #expect(!again.isVersion1)
      #expect(try again.commitment(1) == backup.commitment(1))
    }
    #expect(try folder.bytes("restored/master") != master)
    let notebook = try Notebook(folder)
    try notebook.store.keys.replace(with: backup)
    #expect(try notebook.store.keys.open(before.sealed, slot: 1, additionalData: []) == .plain(Self.plain))
    #expect(
      try folder.bytes("keys/master") != master && folder.bytes("keys/slots").starts(with: "motcua keys 2\n".utf8))
  }

  @Test("keys that are brought to keys of before 0.3.0 leave none of before there")
  func broughtToBefore() throws {
    let before = try Before()
    let content =
      Array("motcua keybackup 1\n".utf8) + [UInt8](repeating: 0, count: 13) + (try before.bytes("master"))
      + (try before.bytes("slots"))
    let backup = try KeysBackup(content + Array(SHA256.hash(data: content)))
    // Here they are absent, and the master key is another.
    let folder = try Folder()
    let path = folder.path + "/keys"
    do {
      try Keys.create(path)
      try Keys(path).markAbsent(upTo: 4)
      try Before.put(
        KeysHeader.before + [UInt8](repeating: 0, count: 64 - KeysHeader.before.count), in: path + "/slots")
    }
    #expect(try Keys.slotsToBring(in: path, last: 4) == [1, 2, 3, 4])
    let held = try #require(FileHandle(forReadingAtPath: path + "/slots"))
    #expect(try Keys.bring(backup, to: path, last: 4, erased: [4]).keys == 3)
    let keys = try Keys(path)
    #expect(try keys.open(before.sealed, slot: 1, additionalData: []) == .plain(Self.plain))
    #expect(try keys.key(4) == nil)
    #expect(try folder.bytes("keys/slots").starts(with: "motcua keys 2\n".utf8))
    #expect(try held.readToEnd()?.allSatisfy { $0 == 0 } == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["master", "slots"])
  }
}

extension Keys {
  /// As a store that is whole opens them.
  fileprivate static func renewed(_ path: String) throws -> Keys {
    let keys = try Keys(path)
    try keys.renew()
    return keys
  }
}
