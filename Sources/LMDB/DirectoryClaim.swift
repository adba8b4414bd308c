import Glibc
import Synchronization

/// The right to have a directory open as an environment, held by one environment of the process at a time: closing a
/// second one would silently drop the file locks of the first, because such locks belong to the process.
struct DirectoryClaim: ~Copyable {
  private struct Identity: Hashable {
    let device: UInt
    let inode: UInt
  }

  private static let claimed = Mutex<Set<Identity>>([])

  private let identity: Identity
  // Kept open so that the system cannot give the inode of a removed directory to a new one while the claim stands.
  private let descriptor: Int32

  init(path: String) throws(LMDBError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LMDBError(.system(errno), "open", path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let error = errno
      close(descriptor)
      throw LMDBError(.system(error), "fstat", path)
    }
    let identity = Identity(device: status.st_dev, inode: status.st_ino)
    guard Self.claimed.withLock({ $0.insert(identity).inserted }) else {
      close(descriptor)
      throw LMDBError(.system(EBUSY), "open", "\(path) is open already in this process; use that environment")
    }
    self.identity = identity
    self.descriptor = descriptor
  }

  deinit {
    Self.claimed.withLock { [identity] in _ = $0.remove(identity) }
    close(descriptor)
  }
}
