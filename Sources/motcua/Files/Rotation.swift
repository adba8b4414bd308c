import Glibc

/// A directory of files that are named by when they were made, of which the newest stay, or all. It removes only
/// regular files whose names are of its own making, and only after a new one is whole.
final class Rotation {
  private let directory: String
  private let ending: String
  private let keep: Int?
  private let descriptor: Int32

  /// - Parameters:
  ///   - ending: what the names end with, after `ledger-20261125T020000`.
  ///   - keep: how many files stay, the new one among them; nil for all.
  /// - Throws: `OutputFailure`.
  init(_ directory: String, ending: String, keep: Int?) throws {
    self.directory = directory
    self.ending = ending
    self.keep = keep
    descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFailure(code: errno, path: directory) }
  }

  deinit { close(descriptor) }

  /// Tells the directory from others of the machine.
  var number: Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return 0 }
    // Two file systems could give the same number, but hardly: the daemon only counts backups by it.
    return Int(truncatingIfNeeded: UInt64(status.st_dev) << 40 ^ UInt64(status.st_ino)) & 0xF_FFFF_FFFF_FFFF
  }

  func isSame(as other: Rotation) -> Bool {
    var (own, others) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && fstat(other.descriptor, &others) == 0
      && own.st_dev == others.st_dev && own.st_ino == others.st_ino
  }

  /// A name that nothing in the directory has. Another run that works there is waited for; the lock goes with the
  /// process, so that none is left behind.
  ///
  /// - Parameter now: RFC 3339, at the office's offset.
  /// - Throws: `OutputFailure`; `Failure.protocolViolation` for a text that is no time, which could be a path to
  ///   anywhere.
  func newFile(at now: String) throws -> String {
    let stamp = now.prefix(19).filter { $0 != "-" && $0 != ":" }
    guard Self.isStamp(stamp) else { throw Failure.protocolViolation("GetStatus: now") }
    guard flock(descriptor, LOCK_EX) == 0 else { throw OutputFailure(code: errno, path: directory) }
    let last = try names().filter { $0.stamp == stamp }.max()
    var name = Name(stamp: stamp, count: (last?.count ?? 0) + 1)
    var status = stat()
    while lstat(path(name), &status) == 0 { name.count += 1 }
    guard errno == ENOENT else { throw OutputFailure(code: errno, path: path(name)) }
    return path(name)
  }

  /// Removes the oldest files beyond those that are kept.
  ///
  /// - Parameter made: the new one, which stays whatever its name says: the clock may have been set back.
  /// - Returns: what was removed, the oldest first.
  func prune(keeping made: String) throws -> [String] {
    guard let keep else { return [] }
    let others = try names().filter { path($0) != made }.sorted()
    let old = others.prefix(max(0, others.count - (keep - 1))).map(path)
    for path in old where unlink(path) != 0 { throw OutputFailure(code: errno, path: path) }
    return old
  }

  private struct Name: Comparable {
    static let beginning = "ledger-"
    var stamp: String
    /// 1 for the first file of its second, whose name bears no number.
    var count: Int

    static func < (left: Name, right: Name) -> Bool {
      (left.stamp, left.count) < (right.stamp, right.count)
    }
  }

  private func path(_ name: Name) -> String {
    "\(directory)/\(Name.beginning)\(name.stamp)\(name.count == 1 ? "" : "-\(name.count)")\(ending)"
  }

  private func names() throws -> [Name] {
    guard let handle = opendir(directory) else { throw OutputFailure(code: errno, path: directory) }
    defer { closedir(handle) }
    var names: [Name] = []
    while let entry = readdir(handle) {
      let text = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var status = stat()
      if let name = read(text), lstat(path(name), &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        names.append(name)
      }
    }
    return names
  }

  /// The name that a text is, when it is written exactly as this class writes it; nil for any other.
  private func read(_ text: String) -> Name? {
    guard text.hasPrefix(Name.beginning), text.hasSuffix(ending) else { return nil }
    let parts = text.dropFirst(Name.beginning.count).dropLast(ending.count)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard let stamp = parts.first, parts.count <= 2, Self.isStamp(stamp),
      let count = parts.count == 1 ? 1 : Int(parts[1])
    else { return nil }
    let name = Name(stamp: String(stamp), count: count)
    return path(name) == "\(directory)/\(text)" ? name : nil
  }

  /// `20261125T020000`
  private static func isStamp(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 15
      && text.utf8.enumerated().allSatisfy { index, byte in
        index == 8 ? byte == UInt8(ascii: "T") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
  }
}
