import Glibc

/// The C library's allocator, which all of this process allocates with.
enum Allocator {
  /// Gives what long work took back to the system: the allocator keeps it for whoever comes next, which after a replay
  /// is tens of megabytes.
  static func giveBack() {
    // Only glibc has it, and its module does not show it.
    typealias Trim = @convention(c) (Int) -> Int32
    if let symbol = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(symbol, to: Trim.self)(0) }
  }
}
