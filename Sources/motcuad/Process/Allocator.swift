import Glibc

/// The C library's allocator, which all of this process allocates with.
enum Allocator {
  /// Gives freed memory back to the system after long work. The allocator would keep it for later, tens of megabytes
  /// after a replay.
  static func giveBack() {
    // `malloc_trim` is glibc's own, and the Glibc module does not export it.
    typealias Trim = @convention(c) (Int) -> Int32
    if let symbol = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(symbol, to: Trim.self)(0) }
  }
}
