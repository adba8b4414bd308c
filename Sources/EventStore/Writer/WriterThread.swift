import Foundation

/// The one thread that writes: it takes what is waiting, at most a group, and hands it on to be committed together.
///
/// While a commit is on its way to the disk, the next group gathers. Those who were answered by it come again a moment
/// later, and would miss that group and wait for the one after it, each commit carrying half of what it could. So when
/// the disk is slow, the thread waits for as many as there were, at most half as long as the disk took, and never
/// more than a second: one caller alone never waits.
public final class WriterThread<Request: Sendable>: @unchecked Sendable {
  /// Why a request is not taken: the queue is full, or the thread is stopping.
  public enum Refusal: Error { case full, stopped }

  private let condition = MonotonicCondition()
  private var waiting: [Request] = []
  /// How many bytes each of them has. Apart, so that all that waits can be taken as the array that it is: the class is
  /// generic and not specialised, so that each touch of a request is a call through its type's witnesses.
  private var sizes: [Int] = []
  private var isStopping = false
  private var isFinished = false
  private var process: Process?
  /// How many requests there were at the end of the last group, in it and behind it.
  private var expected = 0
  /// Until when the thread waits for them, however late the first of them comes.
  private var deadline = SuspendingClock.now
  /// How many must wait before the thread is to be woken.
  private var wanted = 1
  private var capacity: Int
  private let heartbeats: [Heartbeat]
  private var rest: Rest?
  private let requestsMax = 256
  /// How long a caller takes to be answered and to come again, measured with a margin. When the disk is faster than
  /// that for all callers together, two halves that take turns are better: one is answered while the other is written.
  private static var turnaround: Duration { .microseconds(100) }
  /// The longest wait: whoever has not come again by then is held up by something else, and the heartbeat must go on.
  private static var waitMax: Duration { .seconds(1) }
  private let bytesMax = 1 << 20
  /// How many bytes may wait in all, so that a full queue of long commands does not fill the memory.
  private let waitingBytesMax = 64 << 20
  private var waitingBytes = 0

  /// What is left behind the groups: done between them when it is due, while the thread waits, and at last before it
  /// ends.
  public struct Rest: Sendable {
    /// How long until it is due; nil when there is nothing to do. It must not wait for anything.
    var left: @Sendable () -> Duration?
    var act: @Sendable () -> Void

    public init(left: @escaping @Sendable () -> Duration?, act: @escaping @Sendable () -> Void) {
      (self.left, self.act) = (left, act)
    }

    var isDue: Bool { left().map { $0 <= .zero } ?? false }
  }

  /// - Parameter settle: call it with how long it took to make the group durable, before anybody is answered: those who
  ///   come again at once would be counted twice. Without the call the thread waits for no callers of the last group.
  public typealias Process = @Sendable (_ group: [Request], _ settle: (Duration) -> Void) -> Void

  /// - Parameters:
  ///   - capacity: how many requests may wait.
  ///   - heartbeat: beats on the writer's thread, whether there is something to write or not.
  ///   - watch: a second action of the same kind, for what the thread looks at from time to time.
  ///   - rest: what the groups leave to be done; `wake` after it has become due by something else than time.
  ///   - process: called on the writer's thread with each group, in the order of arrival.
  public init(
    name: String, capacity: Int, heartbeat: Heartbeat? = nil, watch: Heartbeat? = nil, rest: Rest? = nil,
    process: @escaping Process
  ) {
    self.capacity = capacity
    let heartbeats = [heartbeat, watch].compactMap(\.self)
    self.heartbeats = heartbeats
    self.rest = rest
    self.process = process
    let thread = Thread { [self] in
      while let group = nextGroup() {
        for heartbeat in heartbeats { heartbeat.beatIfDue() }
        if !group.isEmpty {
          self.process?(group) { duration in
            condition.withLock {
              expected = group.count + sizes.count
              let wait = duration > Self.turnaround * expected ? min(duration / 2, Self.waitMax) : .zero
              deadline = SuspendingClock.now + wait
            }
          }
        }
        if let rest = self.rest, rest.isDue { rest.act() }
      }
      self.rest?.act()
      // The system may keep the thread a little longer than `stop` waits; what it worked on must be free by then.
      self.process = nil
      self.rest = nil
      condition.withLock {
        isFinished = true
        condition.broadcast()
      }
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Hands over a request of so many bytes. Returns at once.
  ///
  /// - Parameter isBounded: false for the daemon's own rare requests, which a full queue does not turn away.
  public func submit(_ request: Request, bytes: Int, isBounded: Bool = true) throws(Refusal) {
    let refusal: Refusal? = condition.withLock {
      if isStopping { return .stopped }
      if isBounded, sizes.count >= capacity || waitingBytes + bytes > waitingBytesMax { return .full }
      waitingBytes += bytes
      sizes.append(bytes)
      waiting.append(request)
      if sizes.count >= wanted { condition.signal() }
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Has the thread look whether its rest is due.
  public func wake() { condition.withLock { condition.signal() } }

  /// How many requests wait.
  public var count: Int { condition.withLock { sizes.count } }

  /// Sets how many requests may wait from now on; those that wait already stay.
  public func setCapacity(_ capacity: Int) { condition.withLock { self.capacity = capacity } }

  /// Takes no more, finishes what was accepted, and returns when the thread has ended and holds nothing any more.
  public func stop() {
    condition.withLock {
      isStopping = true
      condition.broadcast()
      while !isFinished { condition.wait() }
    }
  }

  /// The next group; an empty one when only a heartbeat or the rest is due; nil when the thread is to end.
  private func nextGroup() -> [Request]? {
    condition.withLock {
      while sizes.isEmpty {
        if isStopping { return nil }
        var left = rest?.left()
        for heartbeat in heartbeats { left = min(left ?? .seconds(3600), heartbeat.left) }
        guard let left else {
          condition.wait()
          continue
        }
        if left <= .zero { return [] }
        condition.wait(atMost: left)
      }
      wanted = min(expected, requestsMax)
      while sizes.count < wanted, !isStopping {
        let left = SuspendingClock.now.duration(to: deadline)
        guard left > .zero else { break }
        let rest = rest?.left()
        if let rest, rest <= .zero {
          wanted = 1
          return []
        }
        condition.wait(atMost: min(left, rest ?? left))
      }
      wanted = 1
      return takeGroup()
    }
  }

  /// What waits, as much of it as one group may be. Called under the lock.
  private func takeGroup() -> [Request] {
    if sizes.count <= requestsMax, waitingBytes <= bytesMax {
      defer { waiting = [] }
      sizes.removeAll(keepingCapacity: true)
      waitingBytes = 0
      return waiting
    }
    var bytes = 0
    var count = 0
    while count < sizes.count, count < requestsMax {
      if count > 0, bytes + sizes[count] > bytesMax { break }
      bytes += sizes[count]
      count += 1
    }
    waitingBytes -= bytes
    sizes.removeFirst(count)
    defer { waiting.removeFirst(count) }
    return Array(waiting[..<count])
  }
}
