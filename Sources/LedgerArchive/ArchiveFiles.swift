import Glibc

/// What is in the directory of an archive.
public enum ArchiveFiles {
  /// Why it cannot be said.
  public struct Failure: Error, Hashable, Sendable {
    /// What the system says, as `errno` does.
    public let code: Int32
  }

  /// The names of everything in it, in no order.
  public static func names(in path: String) throws(Failure) -> [String] {
    guard let handle = opendir(path) else { throw Failure(code: errno) }
    defer { closedir(handle) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(handle) else { break }
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    // A directory that cannot be read to its end is not one that has no more in it.
    guard errno == 0 else { throw Failure(code: errno) }
    return names
  }
}
