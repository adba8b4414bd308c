import Glibc

/// LMDB's lock file beside the data. LMDB makes it by its length alone and writes it by way of the memory, where a file system
/// without a free block refuses with a signal that ends the process. So its room on the disk is taken before.
enum LockFile {
  /// What LMDB makes it: a page and a half of its own words, and 64 bytes for each reader.
  private static func bytes(readers: Int) -> Int { 192 + (max(readers, 1) - 1) * 64 }

  /// Takes the room of the whole file, of one that is there as it is; what is written in it stays.
  ///
  /// Only by who has claimed the directory and has the environment not open: closing the file gives up LMDB's locks.
  ///
  /// - Throws: when the file system has no room; whatever else is wrong LMDB itself says.
  static func takeRoom(in directory: String, readers: Int) throws(LMDBError) {
    let path = directory + "/lock.mdb"
    var descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    var isMade = false
    if descriptor < 0, errno == ENOENT {
      descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      isMade = descriptor >= 0
    }
    guard descriptor >= 0 else {
      if [ENOSPC, EDQUOT].contains(errno) { throw LMDBError(.system(errno), "open", path) }
      return
    }
    defer { close(descriptor) }
    let length = Int(lseek(descriptor, 0, SEEK_END))
    var code: Int32
    repeat {
      code = posix_fallocate(descriptor, 0, off_t(length > 0 ? length : bytes(readers: readers)))
    } while code == EINTR
    guard [ENOSPC, EDQUOT].contains(code) else { return }
    // One that was made for nothing is not left behind.
    if isMade { _ = unsafe unlink(path) }
    throw LMDBError(.system(code), "posix_fallocate", path)
  }
}
