import EventStore
import Foundation
import TestSupport
import Testing

@Suite("Keys and sealing")
struct KeysTests {
  private static let data: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 20]
  private static let plain = Array("Nguyễn Thị Hoa".utf8)

  @Test("keys are for the owner only")
  func permissions() throws {
    let folder = try Folder()
    let notebook = try Notebook(folder)
    try notebook.store.keys.prepare(upTo: 1)
    for name in ["keys/master", "keys/slots", "ledger/data.mdb", "views-1/data.mdb"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/keys")
    #expect(attributes[.posixPermissions] as? Int == 0o700)
  }

  @Test("slots are there 1,024 ahead of the one that is used, and made only when it is passed")
  func ahead() throws {
    let folder = try Folder()
    let keys = try Notebook(folder).store.keys
    #expect(try folder.bytes("keys/slots").count == 64)
    try keys.prepare(upTo: 1)
    let slots = try folder.bytes("keys/slots")
    #expect(slots.count == 64 * (1 + 1 + 1024))
    try keys.prepare(upTo: 1025)
    #expect(try folder.bytes("keys/slots") == slots)
    try keys.prepare(upTo: 1026)
    let more = try folder.bytes("keys/slots")
    #expect(more.count == 64 * (1026 + 1 + 1024) && Array(more.prefix(slots.count)) == slots)
  }

  @Test("what is sealed opens again, also after the directory was opened again")
  func roundTrip() throws {
    let folder = try Folder()
    let sealed: [UInt8]
    do {
      let keys = try Notebook(folder).store.keys
      try keys.prepare(upTo: 2)
      sealed = try keys.seal(Self.plain, slot: 2, additionalData: Self.data)
      #expect(sealed.count == 12 + Self.plain.count + 16)
      #expect(try keys.open(sealed, slot: 2, additionalData: Self.data) == .plain(Self.plain))
      #expect(try keys.seal(Self.plain, slot: 2, additionalData: Self.data) != sealed)
    }
    let keys = try Notebook(folder).store.keys
    #expect(try keys.open(sealed, slot: 2, additionalData: Self.data) == .plain(Self.plain))
  }

  @Test("given a key that is forgotten, what it sealed stays closed, here and after the directory was opened again")
  func forgotten() throws {
    let folder = try Folder()
    var sealed: [UInt8] = []
    do {
      let keys = try Notebook(folder).store.keys
      try keys.prepare(upTo: 3)
      sealed = try keys.seal(Self.plain, slot: 2, additionalData: Self.data)
      let before = try folder.bytes("keys/slots")
      #expect(try keys.forget(2))
      #expect(try !keys.forget(2), "it was forgotten before")
      #expect(try keys.open(sealed, slot: 2, additionalData: Self.data) == .closed)
      let after = try folder.bytes("keys/slots")
      #expect(after[128..<188].allSatisfy { $0 == 0 } && after[..<128] == before[..<128])
      #expect(after[192...] == before[192...])
      guard case .keyClosed(slot: 2)? = try storeError({ _ = try keys.seal([1], slot: 2, additionalData: []) }) else {
        Issue.record("something was sealed with a key that is gone")
        return
      }
      guard case .keyMissing? = try storeError({ try keys.forget(5000) }) else {
        Issue.record("a key was forgotten that never was")
        return
      }
    }
    let keys = try Notebook(folder).store.keys
    #expect(try keys.key(2) == nil && keys.key(3) != nil)
    #expect(try keys.open(sealed, slot: 2, additionalData: Self.data) == .closed)
  }

  @Test("keys that are not here are closed, and the next case gets a key of its own")
  func absent() throws {
    let folder = try Folder()
    let keys = try Notebook(folder).store.keys
    try keys.prepare(upTo: 1)
    keys.discard(after: 0)
    try keys.markAbsent(upTo: 40)
    for slot in [1, 2, 40] as [UInt64] { #expect(try keys.key(slot) == nil) }
    try keys.prepare(upTo: 41)
    #expect(try keys.key(41) != nil && keys.key(40) == nil)
    #expect(try folder.bytes("keys/slots").count == 64 * (41 + 1 + 1024))
  }

  @Test("it does not open with another slot, another kind of event, or any byte changed")
  func sealBroken() throws {
    let folder = try Folder()
    let keys = try Notebook(folder).store.keys
    try keys.prepare(upTo: 3)
    let sealed = try keys.seal(Self.plain, slot: 2, additionalData: Self.data)
    #expect(try keys.open(sealed, slot: 3, additionalData: Self.data) == .broken)
    #expect(try keys.open(sealed, slot: 2, additionalData: Self.data.dropLast() + [21]) == .broken)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(try keys.open(changed, slot: 2, additionalData: Self.data) == .broken, "byte \(index)")
    }
    for count in [0, 1, 27, sealed.count - 1] {
      #expect(try keys.open(Array(sealed.prefix(count)), slot: 2, additionalData: Self.data) == .broken)
    }
  }

  @Test("a damaged slot is told by its number, and the others still open")
  func damagedSlot() throws {
    let folder = try Folder()
    do { try Notebook(folder).store.keys.prepare(upTo: 3) }
    var slots = try folder.bytes("keys/slots")
    slots[2 * 64 + 5] ^= 0x10
    try folder.write(slots, to: "keys/slots")
    let keys = try Notebook(folder).store.keys
    guard case .keysDamaged(_, slot: 2)? = try storeError({ _ = try keys.commitment(2) }) else {
      Issue.record("a damaged key was used")
      return
    }
    #expect(try keys.commitment(1) != keys.commitment(3))
  }

  @Test("two slots exchanged are both damaged: a key belongs to its place")
  func exchangedSlots() throws {
    let folder = try Folder()
    do { try Notebook(folder).store.keys.prepare(upTo: 3) }
    let slots = try folder.bytes("keys/slots")
    try folder.write(
      Array(slots[..<64] + slots[128..<192] + slots[64..<128] + slots[192...]), to: "keys/slots")
    let keys = try Notebook(folder).store.keys
    for slot in 1...2 as ClosedRange<UInt64> {
      guard case .keysDamaged(_, slot)? = try storeError({ _ = try keys.commitment(slot) }) else {
        Issue.record("slot \(slot) opened in another's place")
        return
      }
    }
  }

  @Test("a slot that was not made, and slot 0, have no key", arguments: [0, 1] as [UInt64])
  func missing(slot: UInt64) throws {
    let folder = try Folder()
    let keys = try Notebook(folder).store.keys
    guard case .keyMissing(slot)? = try storeError({ _ = try keys.seal([1], slot: slot, additionalData: []) }) else {
      Issue.record("a key out of nowhere")
      return
    }
  }

  @Test(
    "a slot that was torn while it was made is made again, and so is one of nothing but zeros",
    arguments: [17, 64, 128 + 3])
  func torn(bytes: Int) throws {
    let folder = try Folder()
    let commitment: [UInt8]
    do {
      let keys = try Notebook(folder).store.keys
      try keys.prepare(upTo: 1)
      commitment = try keys.commitment(1025)
    }
    try folder.write(try folder.bytes("keys/slots") + [UInt8](repeating: 0, count: bytes), to: "keys/slots")
    let keys = try Notebook(folder).store.keys
    try keys.prepare(upTo: 1028)
    #expect(try keys.commitment(1025) == commitment)
    for slot in 1026...1028 as ClosedRange<UInt64> { #expect(try keys.commitment(slot).count == 32) }
  }

  @Test(
    "the digest of a command is the same for the same text under the same key only, and there is none when the key is gone"
  )
  func digests() throws {
    let (folder, other) = (try Folder(), try Folder())
    let digest: [UInt8]
    do {
      let keys = try Notebook(folder).store.keys
      try keys.prepare(upTo: 2)
      digest = try #require(try keys.digest(Self.plain, slot: 1))
    }
    #expect(digest.count == 16)
    let keys = try Notebook(folder).store.keys
    #expect(try keys.digest(Self.plain, slot: 1) == digest)
    #expect(try keys.digest(Self.plain + [0], slot: 1) != digest)
    #expect(try keys.digest(Self.plain, slot: 2) != digest && keys.officeDigest(Self.plain) != digest)
    let others = try Notebook(other).store.keys
    #expect(others.officeDigest(Self.plain) != keys.officeDigest(Self.plain))
    try keys.forget(1)
    #expect(try keys.digest(Self.plain, slot: 1) == nil)
  }

  @Test("given digests were made by a key, there is none once that key is gone, and another one makes others")
  func digestsGoWithTheirKey() throws {
    let keys = try Notebook(try Folder()).store.keys
    try keys.prepare(upTo: 3)
    let digests = try (1...3).map { slot in try #require(try keys.digest(Self.plain, slot: slot)) }
    #expect(try (1...3).map { slot in try keys.digest(Self.plain, slot: slot) } == digests)
    try keys.markAbsent(1)
    #expect(try keys.digest(Self.plain, slot: 1) == nil)
    keys.discard(after: 2)
    try keys.prepare(upTo: 3)
    #expect(try keys.digest(Self.plain, slot: 2) == digests[1])
    #expect(try keys.digest(Self.plain, slot: 3) != digests[2])
    try keys.forget([2, 3])
    for slot in [2, 3] as [UInt64] { #expect(try keys.digest(Self.plain, slot: slot) == nil) }
  }
}
