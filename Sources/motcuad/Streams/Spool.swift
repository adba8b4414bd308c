import EventStore
import Foundation
import Glibc
import Synchronization

/// The copy of the ledger that is verified before it is handed over: a file of the daemon's own, for nobody else.
final class Spool {
  static let partBytes = 512 << 10

  private let path: String
  private let descriptor: Int32
  private var offset = 0

  init(_ path: String) throws(NewFile.Failure) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw NewFile.Failure(path: path, code: errno) }
  }

  deinit { close(descriptor) }

  var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Copies the ledger as it is now. The copy itself says nothing as it goes, so it has a thread of its own.
  ///
  /// - Parameter report: told how many bytes there are; when it throws, the copy is still waited for.
  func fill(from ledger: Ledger, report: (Int) throws -> Void) throws {
    let copy = Copy()
    let descriptor = descriptor
    Thread {
      let result = Result { try ledger.copy(to: descriptor) }
      copy.outcome.withLock { $0 = result }
      copy.done.signal()
    }.start()
    var failure: (any Error)?
    while copy.done.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      do { if failure == nil { try report(size) } } catch { failure = error }
    }
    if let failure { throw failure }
    try copy.outcome.withLock { $0 }?.get()
    try report(size)
  }

  /// The next part of the file; nil at its end.
  func next() throws(NewFile.Failure) -> [UInt8]? {
    var part = [UInt8](repeating: 0, count: Self.partBytes)
    var done = 0
    while done < part.count {
      let count = part[done...].withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset + done) }
      if count < 0 {
        if errno == EINTR { continue }
        throw NewFile.Failure(path: path, code: errno)
      }
      if count == 0 { break }
      done += count
    }
    offset += done
    return done == 0 ? nil : Array(part[..<done])
  }
}

private final class Copy: Sendable {
  let outcome = Mutex<Result<Void, any Error>?>(nil)
  let done = DispatchSemaphore(value: 0)
}
