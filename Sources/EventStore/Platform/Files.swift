import Glibc
import Wording

/// A call to the operating system that failed: which, on what, and why.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  public let operation: String
  public let path: String
  /// The value of `errno`.
  public let code: Int32

  package init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  public var description: String { "\(operation) \(path): \(SystemErrorText(code).en)" }

  /// The same for people who read Vietnamese.
  public var vietnamese: String { "\(operation) \(path): \(SystemErrorText(code).vi)" }

  /// Whether the file system takes nothing more, or nothing more of this account: it has no block or inode left, the
  /// quota is used up, or it is mounted read only. What is there can be read.
  public var refusesGrowth: Bool { code.refusesGrowth }
}

extension Int32 {
  /// As `FileError.refusesGrowth`.
  var refusesGrowth: Bool { [ENOSPC, EDQUOT, EROFS].contains(self) }
}

/// The few file operations that a durable store needs. Where one flushes what it has done, its comment says so.
package enum Files {
  static func failure(_ operation: String, _ path: String) -> FileError {
    FileError(operation: operation, path: path, code: errno)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func makeDirectory(_ path: String) throws(FileError) {
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("mkdir", path) }
  }

  /// Makes a directory and those above it that are missing; durable when it returns.
  package static func makeDirectories(_ path: String) throws(FileError) {
    if exists(path) { return }
    let above = parent(of: path)
    if above != path { try makeDirectories(above) }
    try makeDirectory(path)
    try syncParent(of: path)
  }

  /// Makes the name of a file or directory durable, unless the directory above it may not be opened by this account.
  static func syncParent(of path: String) throws(FileError) {
    do throws(FileError) { try sync(parent(of: path)) } catch {
      if error.code != EACCES { throw error }
    }
  }

  static func open(_ path: String, _ flags: Int32) throws(FileError) -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw failure("open", path) }
    return descriptor
  }

  /// Takes the lock of an open file, which goes with the descriptor.
  ///
  /// - Returns: false when another has it.
  static func lock(_ descriptor: Int32, _ path: String) throws(FileError) -> Bool {
    var tries = 1
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK else { throw failure("lock", path) }
      // A child that was just forked holds the lock as well, until it runs another program.
      if tries == 25 { return false }
      tries += 1
      usleep(20_000)
    }
    return true
  }

  /// Opens a new file for writing. What a crash left under that name is removed first, and no link is followed.
  static func openNew(_ path: String) throws(FileError) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    do throws(FileError) { return try open(path, flags) } catch {
      guard error.code == EEXIST else { throw error }
      if unlink(path) != 0, errno != ENOENT { throw failure("unlink", path) }
      return try open(path, flags)
    }
  }

  /// Flushes a file or a directory to the disk.
  package static func sync(_ path: String) throws(FileError) {
    let descriptor = try open(path, O_RDONLY)
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw failure("fsync", path) }
  }

  /// Writes all bytes from an offset on, without a flush. The path is named in errors.
  package static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int, _ path: String) throws(FileError)
  {
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset + done) }
      if written < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      done += written
    }
  }

  /// As many bytes as there are, up to `count`.
  static func read(_ descriptor: Int32, count: Int, at offset: Int, _ path: String) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes[done...].withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset + done) }
      if got < 0 {
        if errno == EINTR { continue }
        throw failure("read", path)
      }
      if got == 0 { break }
      done += got
    }
    return Array(bytes[..<done])
  }

  /// The whole content; nil when there is no such file.
  static func contents(_ path: String) throws(FileError) -> [UInt8]? {
    guard exists(path) else { return nil }
    let descriptor = try open(path, O_RDONLY)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      let part = try read(descriptor, count: 65_536, at: bytes.count, path)
      if part.isEmpty { return bytes }
      bytes += part
    }
  }

  /// Replaces the content of a file: after a crash it has the old content or the new one. Durable when it returns.
  static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let temporary = path + ".new"
    let descriptor = try openNew(temporary)
    do throws(FileError) {
      try writeAll(descriptor, bytes, at: 0, temporary)
      if fsync(descriptor) != 0 { throw failure("fsync", temporary) }
    } catch {
      close(descriptor)
      // The half-written file takes an inode and a block that a full disk lacks.
      unlink(temporary)
      throw error
    }
    close(descriptor)
    if rename(temporary, path) != 0 {
      let error = failure("rename", path)
      unlink(temporary)
      throw error
    }
    try sync(parent(of: path))
  }

  /// The same for a few lines whose reader ignores torn ones: where the file system has no inode or block for a new
  /// file, they are written over the old ones.
  static func replaceMark(_ path: String, with bytes: [UInt8]) throws(FileError) {
    do throws(FileError) { try replace(path, with: bytes) } catch {
      guard error.refusesGrowth, exists(path) else { throw error }
      let descriptor = try open(path, O_WRONLY)
      defer { close(descriptor) }
      try writeAll(descriptor, bytes, at: 0, path)
      if ftruncate(descriptor, bytes.count) != 0 { throw failure("ftruncate", path) }
      if fsync(descriptor) != 0 { throw failure("fsync", path) }
    }
  }

  /// Writes the first byte of a file again, unchanged, to see whether the disk takes it. No other process may change
  /// that byte. A missing or empty file is left alone.
  static func rewrite(_ path: String) throws(FileError) {
    guard size(path) > 0 else { return }
    let descriptor = try open(path, O_RDWR)
    defer { close(descriptor) }
    try writeAll(descriptor, try read(descriptor, count: 1, at: 0, path), at: 0, path)
  }

  /// The path without its last part; `.` for a name alone.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Removes a directory that holds files only; nothing is wrong if it is not there.
  static func removeDirectory(_ path: String) throws(FileError) {
    guard let handle = opendir(path) else {
      if errno == ENOENT { return }
      throw failure("opendir", path)
    }
    for name in names(handle) where unlink(path + "/" + name) != 0 {
      let error = failure("unlink", path + "/" + name)
      closedir(handle)
      throw error
    }
    closedir(handle)
    if rmdir(path) != 0 { throw failure("rmdir", path) }
  }

  static func names(in path: String) throws(FileError) -> [String] {
    guard let handle = opendir(path) else { throw failure("opendir", path) }
    defer { closedir(handle) }
    return names(handle)
  }

  private static func names(_ handle: OpaquePointer) -> [String] {
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Free bytes for unprivileged writers on the file system of `path`, and whether it is mounted read only.
  static func room(_ path: String) throws(FileError) -> (freeBytes: Int, isReadOnly: Bool) {
    var info = statvfs()
    if statvfs(path, &info) != 0 { throw failure("statvfs", path) }
    return (Int(info.f_bavail) * Int(info.f_frsize), info.f_flag & UInt(ST_RDONLY) != 0)
  }

  /// In bytes; 0 when the file is not there.
  static func size(_ path: String) -> Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : 0
  }

  /// Bytes that the file takes on the disk; 0 when it is not there.
  static func allocatedBytes(_ path: String) -> Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_blocks) * 512 : 0
  }
}

/// 8 bytes, most significant first, so that keys sort as numbers.
public func bigEndian(_ number: UInt64) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
}
/// 4 bytes, most significant first.
public func bigEndian(_ number: UInt32) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
}

extension [UInt8] {
  /// Appends 8 bytes, most significant first, without an array of their own.
  @inlinable
  public mutating func append(bigEndian number: UInt64) {
    append(addingCapacity: 8) { bytes in
      for place in 1...8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(64 - 8 * place))) }
    }
  }

  /// Appends 4 bytes, most significant first.
  public mutating func append(bigEndian number: UInt32) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }
}

/// The number that big-endian bytes spell. What it is made of is known where it is called, and so is compiled there: one
/// function for all sequences asked each byte of a witness table.
@inlinable
public func bigEndianNumber(_ bytes: some Sequence<UInt8>) -> UInt64 {
  var number: UInt64 = 0
  for byte in bytes { number = number << 8 | UInt64(byte) }
  return number
}

/// The number that big-endian bytes spell.
@inlinable
public func bigEndianNumber(_ bytes: Span<UInt8>) -> UInt64 {
  var number: UInt64 = 0
  for index in bytes.indices { number = number << 8 | UInt64(bytes[index]) }
  return number
}
