import Foundation
import MerkleTree
import TestSupport
import Testing

@testable import EventStore

@Suite("The record of what was signed")
struct SignedHeadsTests {
  private func key(_ name: String) throws -> NoteVerifierKey { try NoteSigningKey(name: name).verifierKey }

  @Test("it reads and prints the same, and a change of any byte is seen")
  func text() throws {
    let (one, two) = (try key("one"), try key("two"))
    let root = MerkleTree.leafHash([1])
    var record = SignedHeads()
    record.add(one)
    record.set(two, size: 12, root: root, predecessor: .head(key: one, size: 11, root: root))
    record.retireAll()
    record.set(try key("three"), size: 13, root: root, predecessor: .unknown)
    record.floor = .init(lastDay: -3, serial: 1001)
    #expect(SignedHeads(text: record.text) == record)
    #expect(SignedHeads(text: SignedHeads().text) == SignedHeads())
    let bytes = Array(record.text.utf8)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(SignedHeads(text: String(decoding: changed, as: UTF8.self)) == nil, "byte \(index)")
      #expect(SignedHeads(text: String(decoding: bytes[..<index], as: UTF8.self)) == nil, "the first \(index) bytes")
    }
  }

  @Test("a key is new once; what is put back says of keys in use that what they signed beyond it is lost")
  func changes() throws {
    let (old, new) = (try key("old"), try key("new"))
    let root = MerkleTree.leafHash([1])
    var record = SignedHeads()
    record.set(old, size: 9, root: root, predecessor: nil)
    record.add(old)
    #expect(record.head(of: old)?.size == 9)
    record.add(new)
    #expect(record.expected.map(\.key) == [old])
    record.putBack(to: 9)
    #expect(record.head(of: old)?.predecessor == nil)
    record.putBack(to: 8)
    #expect(record.head(of: old)?.predecessor == .head(key: old, size: 9, root: root))
    #expect(record.head(of: new)?.predecessor == nil && record.expected.isEmpty)
    record.retireAll()
    // One that has signed nothing is what is asked for then.
    #expect(record.lastRetired?.key == old && record.heads.map(\.isRetired) == [true, false])
    record.set(old, size: 10, root: root, predecessor: nil)
    #expect(record.head(of: old)?.isRetired == false)
  }

  @Test(
    "it is kept whole: a change that fails leaves it, several at once lose none, and a link in its place is not followed"
  )
  func file() async throws {
    let folder = try Folder()
    let data = folder.path + "/data/"
    let file = SignedHeadsFile(ApartDirectory(nil, data: data))
    #expect(file.path == folder.path + "/data-apart/signed-heads")
    #expect(try file.read() == nil)
    struct Given: Error {}
    #expect(throws: Given.self) { try file.change { _ in throw Given() } }
    #expect(try file.read() == nil)
    let keys = try (0..<24).map { try key("k\($0)") }
    await withTaskGroup(of: Void.self) { group in
      for key in keys { group.addTask { try? file.change { $0.add(key) } } }
    }
    #expect(Set(try file.read()?.heads.map(\.key) ?? []) == Set(keys))
    let outside = folder.path + "/outside"
    try "theirs".write(toFile: outside, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: file.path)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: outside)
    #expect(throws: SignedHeadsError.self) { try file.read() }
    #expect(throws: SignedHeadsError.self) { try file.change { $0.add(keys[0]) } }
    // Nor is one in the place of what is made aside.
    try FileManager.default.removeItem(atPath: file.path)
    try FileManager.default.createSymbolicLink(atPath: file.path + ".new", withDestinationPath: outside)
    try file.change { $0.add(keys[0]) }
    #expect(try String(contentsOfFile: outside, encoding: .utf8) == "theirs")
    try FileManager.default.removeItem(atPath: file.path)
    try FileManager.default.linkItem(atPath: outside, toPath: file.path)
    #expect(throws: SignedHeadsError.self) { try file.read() }
  }

  @Test(
    "what root writes in somebody's directory is his",
    .enabled(if: getuid() == 0, "skipped: needs root to make another account's files"))
  func owner() throws {
    let folder = try Folder()
    let (data, apart) = (folder.path + "/data", folder.path + "/data-apart")
    try FileManager.default.createDirectory(
      atPath: apart, withIntermediateDirectories: false,
      attributes: [.ownerAccountID: 12345, .groupOwnerAccountID: 23456])
    let file = SignedHeadsFile(ApartDirectory(nil, data: data))
    try file.change { $0.add(try key("o")) }
    let its = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(its[.ownerAccountID] as? Int == 12345 && its[.groupOwnerAccountID] as? Int == 23456)
    #expect(its[.posixPermissions] as? Int == 0o600)
  }
}
