import Glibc

/// A lock, and a condition to wait for under it, with time-outs by the clock that nobody sets. By the wall clock a wait
/// would last an hour longer when that is set back by one.
public final class MonotonicCondition: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  public init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  public func withLock<R>(_ body: () throws -> R) rethrows -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Waits to be woken; the lock is held before and after. It may return without anybody having woken it.
  public func wait() { pthread_cond_wait(condition, mutex) }

  /// The same, but at most for `duration`; returns at once when that is zero or negative.
  public func wait(atMost duration: Duration) {
    guard duration > .zero else { return }
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let (seconds, attoseconds) = duration.components
    let nanoseconds = Int64(now.tv_nsec) + attoseconds / 1_000_000_000
    // Longer than anybody lives is as good as for ever, and does not overflow.
    var end = timespec(
      tv_sec: now.tv_sec + Int(min(seconds, 1 << 32) + nanoseconds / 1_000_000_000),
      tv_nsec: Int(nanoseconds % 1_000_000_000))
    pthread_cond_timedwait(condition, mutex, &end)
  }

  /// Wakes one that waits. Called under the lock.
  public func signal() { pthread_cond_signal(condition) }

  /// Wakes all that wait. Called under the lock.
  public func broadcast() { pthread_cond_broadcast(condition) }
}
