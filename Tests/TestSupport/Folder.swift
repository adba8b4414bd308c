import Foundation

/// A directory of the test's own, gone with the test.
public final class Folder {
  public let path: String

  public convenience init() throws {
    self.init(notMadeYet: ())
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// For a test of what makes the directory itself.
  public init(notMadeYet: ()) {
    // Short, because the path of a socket may lie in it.
    path = NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))"
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  public func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// In place, so that the file stays the same file.
  public func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  /// - Returns: the path of the file.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
    return path + "/" + name
  }

  public func remove(_ names: String...) throws {
    for name in names { try FileManager.default.removeItem(atPath: path + "/" + name) }
  }

  public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

  /// Puts a copy of what lies in another folder in the place of what is here. The copy is made first, or it might get
  /// the inode of what it replaces.
  public func replace(_ name: String, from other: Folder, _ otherName: String? = nil) throws {
    let copy = path + "/copy"
    try FileManager.default.copyItem(atPath: other.path + "/" + (otherName ?? name), toPath: copy)
    if exists(name) { try remove(name) }
    try FileManager.default.moveItem(atPath: copy, toPath: path + "/" + name)
  }
}
