import Glibc

/// LMDB's lock file beside the data. LMDB only sets its length and writes to it through a memory map; on a file system
/// without a free block the first write then ends the process with SIGBUS. So its blocks are allocated beforehand.
enum LockFile {
  /// The length that LMDB gives the file: 192 bytes, which hold the first reader, and 64 for every further one.
  private static func bytes(readers: Int) -> Int { 192 + (max(readers, 1) - 1) * 64 }

  /// Allocates the blocks of the whole file and creates it when it is missing; an existing file keeps its length and
  /// content.
  ///
  /// The caller holds the directory's claim and has not opened the environment yet: closing the file here drops every
  /// lock that this process has on it.
  ///
  /// - Throws: `.system` with `ENOSPC` or `EDQUOT`; every other failure is left for LMDB to report.
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
    // A file that was created here, in vain, is removed again.
    if isMade { _ = unsafe unlink(path) }
    throw LMDBError(.system(code), "posix_fallocate", path)
  }
}
