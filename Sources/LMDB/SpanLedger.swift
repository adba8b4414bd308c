import Synchronization

/// How many calls of the write transaction lend spans at this moment: a write would move the bytes under them.
///
/// Only the thread of the one write transaction changes the count, so relaxed loads and stores are enough.
struct SpanLedger: ~Copyable, Sendable {
  private let lent = Atomic<Int>(0)

  var isLending: Bool { lent.load(ordering: .relaxed) > 0 }

  func lending<R>(_ body: () throws(LMDBError) -> R) throws(LMDBError) -> R {
    lent.store(lent.load(ordering: .relaxed) + 1, ordering: .relaxed)
    defer { lent.store(lent.load(ordering: .relaxed) - 1, ordering: .relaxed) }
    return try body()
  }
}
