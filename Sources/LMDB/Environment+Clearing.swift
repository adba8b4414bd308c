import CLMDB
import Glibc

extension Environment {
  private static let closeOnExec: UInt32 = 1

  /// Empties an environment in place: writes the first pages of a new one over those of `data.mdb`. The other pages
  /// keep their content until LMDB reuses them. The file system has to give neither a block nor an inode.
  ///
  /// Call it only while no process has the environment open. A crash on the way may leave a file that LMDB cannot read.
  ///
  /// - Parameter path: of the directory.
  /// - Throws: `.system` for what the file system refuses.
  public static func clear(_ path: String) throws(LMDBError) {
    let (file, blank) = (path + "/data.mdb", try blankPages())
    let descriptor = unsafe open(file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw LMDBError(.system(errno), "open", file) }
    defer { close(descriptor) }
    let written = unsafe blank.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard written == blank.count else { throw LMDBError(.system(written < 0 ? errno : ENOSPC), "pwrite", file) }
    guard fdatasync(descriptor) == 0 else { throw LMDBError(.system(errno), "fdatasync", file) }
  }

  /// The pages that LMDB writes when it makes an environment, taken from one that is made in memory.
  private static func blankPages() throws(LMDBError) -> [UInt8] {
    let descriptor = unsafe memfd_create("lmdb", closeOnExec)
    guard descriptor >= 0 else { throw LMDBError(.system(errno), "memfd_create", nil) }
    defer { close(descriptor) }
    let path = "/proc/self/fd/\(descriptor)"
    var created: OpaquePointer?
    try unsafe check(mdb_env_create(&created), "mdb_env_create", path)
    guard let pointer = unsafe created else { throw LMDBError(.panic, "mdb_env_create", path) }
    let status = unsafe mdb_env_open(pointer, path, UInt32(MDB_NOSUBDIR | MDB_NOLOCK), 0o600)
    unsafe mdb_env_close(pointer)
    try check(status, "mdb_env_open", path)
    var pages = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    let read = unsafe pages.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard read == pages.count, read > 0 else { throw LMDBError(.invalid, "pread", path) }
    return pages
  }
}
