public import EventSourcing
public import LMDB

import Dispatch
import Glibc
import Synchronization

/// The files that the store needs no more. Each is moved into `freed/` at once, and overwritten there before its blocks
/// are given back, because views hold everybody's name in the clear, those of erased cases too.
///
/// A thread of its own overwrites a file once nobody reads in it any more, with pauses that leave the disk to commits.
/// What is left when the process ends, the next start takes up.
public final class FreedFiles: Sendable {
  /// When something was begun: what was erased before that was never in it.
  public struct Built: Sendable {
    /// In microseconds since 1970.
    public var at: Int64
    /// The last event at that time.
    public var after: Position

    public init(at: Int64, after: Position) {
      self.at = at
      self.after = after
    }

    /// Begun before everything.
    static let unknown = Built(at: .min, after: .start)
  }

  private struct Item {
    var path: String
    var built: Built
    weak var environment: Environment?
  }

  private struct State {
    var items: [Item] = []
    var isRunning = false
    var isStopped = false
    var report: (@Sendable (String) -> Void)?
  }

  /// Thrown between two parts when the process stops; the next start overwrites the file anew.
  private struct Stopped: Error {}

  private let data: String
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "freed", qos: .background)

  private var directory: String { data + "/freed" }

  /// - Parameter data: a data directory that is locked.
  init(in data: String) { self.data = data }

  /// Takes up what an earlier process has left, and begins to overwrite it.
  func resume() throws(FileError) {
    do { try Files.makeDirectory(directory) } catch {
      // Without the directory, files are overwritten where they lie; a full disk must not hold up a start.
      guard error.code == ENOSPC || error.code == EDQUOT else { throw error }
    }
    for place in [directory, data + "/spool"] where Files.exists(place) {
      let left = try Files.names(in: place).map { Item(path: place + "/" + $0, built: .unknown) }
        .filter { !SpoolFile.isHeld($0.path) }
      state.withLock { $0.items += left }
    }
    run()
  }

  /// Reports from now on what goes wrong.
  public func report(to report: @escaping @Sendable (String) -> Void) { state.withLock { $0.report = report } }

  /// Moves a file or a directory away, to be overwritten and removed; nothing is wrong when it is not there. Returns at
  /// once.
  ///
  /// - Parameters:
  ///   - built: when it was begun, if it is known.
  ///   - environment: this process's own at that path; nothing is overwritten before its last reference is gone.
  public func take(_ path: String, built: Built? = nil, environment: Environment? = nil) throws(FileError) {
    let name = path.split(separator: "/").last.map(String.init) ?? "file"
    // Somebody may have removed the directory when it was empty. If it cannot be made, `rename` says so.
    _ = mkdir(directory, 0o700)
    var target = "\(directory)/\(name).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    if rename(path, target) != 0 {
      if errno == ENOENT, !Files.exists(path) { return }
      // A file that cannot be moved is overwritten where it is.
      guard errno == ENOSPC || errno == EDQUOT || errno == ENOENT else { throw Files.failure("rename", path) }
      target = path
    }
    state.withLock { $0.items.append(Item(path: target, built: built ?? .unknown, environment: environment)) }
    run()
  }

  /// When the oldest of what still lies there was begun; nil when nothing does.
  public var oldest: Built? {
    state.withLock { state in
      guard let at = state.items.map(\.built.at).min(), let after = state.items.map(\.built.after).min() else {
        return nil
      }
      return Built(at: at, after: after)
    }
  }

  /// Returns when the part that is under way is done; the rest waits for the next start.
  func stop() {
    state.withLock { $0.isStopped = true }
    queue.sync {}
  }

  private func run() {
    let isToStart = state.withLock { state in
      guard !state.isRunning, !state.isStopped, !state.items.isEmpty else { return false }
      state.isRunning = true
      return true
    }
    if isToStart { queue.async { [weak self] in self?.work(secondsToWait: 1) } }
  }

  private func work(secondsToWait: Int) {
    var problem: String?
    for item in state.withLock({ $0.items }) {
      do {
        guard try isDone(item) else { continue }
        state.withLock { state in state.items.removeAll { $0.path == item.path } }
      } catch is Stopped {
        break
      } catch {
        problem = "\(error)"
      }
    }
    if let problem, secondsToWait == 1 {
      state.withLock { $0.report }?("what is not needed any more cannot be overwritten; it is tried again: \(problem)")
    }
    let isLeft = state.withLock { state in
      state.isRunning = !state.isStopped && !state.items.isEmpty
      return state.isRunning
    }
    guard isLeft else { return }
    let wait = problem == nil ? DispatchTimeInterval.milliseconds(100) : .seconds(secondsToWait)
    let next = problem == nil ? 1 : min(3600, secondsToWait * 4)
    queue.asyncAfter(deadline: .now() + wait) { [weak self] in self?.work(secondsToWait: next) }
  }

  /// Overwrites and removes an item; false while somebody still reads in it.
  private func isDone(_ item: Item) throws -> Bool {
    if item.environment != nil { return false }
    let lock = try ReaderLock(item.path)
    guard lock.isHeld else { return false }
    try Overwriting.removeTree(item.path) { nanoseconds in
      if self.state.withLock({ $0.isStopped }) { throw Stopped() }
      // Pauses for as long as the disk worked for this part, so that others get it.
      usleep(UInt32(clamping: min(max(nanoseconds / 1000, 500), 1_000_000)))
    }
    try Files.sync(Files.parent(of: item.path))
    return true
  }
}

/// Every process shares a lock on LMDB's lock file while it has the environment open. This takes that lock for itself
/// alone, as long as it lives; `isHeld` is false when some process has the environment open.
struct ReaderLock: ~Copyable {
  // `F_OFD_SETLK` of linux/fcntl.h: a lock of the descriptor and not of the process, so that closing it frees no other.
  private static let setLock: Int32 = 37

  let isHeld: Bool
  private let descriptor: Int32

  init(_ directory: String) throws(FileError) {
    let path = directory + "/lock.mdb"
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      // Without a lock file, no environment was ever opened there.
      guard errno == ENOENT || errno == ENOTDIR else { throw Files.failure("open", path) }
      (self.descriptor, isHeld) = (-1, true)
      return
    }
    var lock = Glibc.flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    (lock.l_start, lock.l_len) = (0, 1)
    let isHeld = fcntl(descriptor, Self.setLock, &lock) == 0
    guard isHeld || errno == EAGAIN || errno == EACCES else {
      let failure = Files.failure("fcntl", path)
      close(descriptor)
      throw failure
    }
    (self.descriptor, self.isHeld) = (descriptor, isHeld)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
