import NIOCore
import Synchronization

/// One open connection as seen from outside its loop.
final class ConnectionControl: Sendable {
  let uid: UInt32
  /// Whether its user had as many already as one gets for whom nothing is done. Set when it is admitted.
  fileprivate(set) var isMoreThanAStrangerMay: Bool {
    get { many.load(ordering: .relaxed) }
    set { many.store(newValue, ordering: .relaxed) }
  }
  private let many = Atomic(false)
  private let frames: NIOLoopBound<FrameHandler>
  private let answered = Atomic<Int>(0)
  /// Bytes that have come and are not answered; changed by `Connections`, which sums them up.
  fileprivate let waiting = Atomic<Int>(0)
  private struct State {
    var stream: Task<Void, any Error>?
    /// What makes the answer of a call that nobody needs without its client.
    var call: Task<Void, any Error>?
    var loop: Task<Void, Never>?
    /// Ends the wait of somebody who asks too often.
    var wait: EventLoopPromise<Void>?
    /// Whether streams have no place any more.
    var hasEnded = false
    var isClosed = false
  }

  private let channel: any Channel
  private let state = Mutex(State())

  /// Call it on the channel's event loop.
  init(channel: any Channel, uid: UInt32, frames: FrameHandler) {
    self.channel = channel
    self.uid = uid
    self.frames = NIOLoopBound(frames, eventLoop: channel.eventLoop)
  }

  /// Counts one more frame as answered.
  func noteAnswer() { answered.add(1, ordering: .relaxed) }

  /// Whether a call has come, or a part of one, that is not answered. Call it on the channel's event loop.
  var hasMoreCalls: Bool { frames.value.hasMore(than: answered.load(ordering: .relaxed)) }

  /// Closes the connection when it is idle or its answers are not read, and returns which. Nil when it is in order, is
  /// closed already, or belongs to another loop.
  func look(_ limits: ServerLimits, on loop: any EventLoop) throws -> FrameHandler.Overdue? {
    guard loop === channel.eventLoop, channel.isActive, let options = channel.syncOptions else { return nil }
    let unread = try options.getOption(.bufferedWritableBytes)
    let overdue = frames.value.look(limits, answered: answered.load(ordering: .relaxed), unread: unread)
    if overdue != nil { abort() }
    return overdue
  }

  /// Sends what is more than a call's one answer. Returns when the kernel has taken all of it; throws when the connection
  /// is closed before that.
  func send(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes) }

  /// Returns when the kernel has taken all that was sent.
  func flush() async throws { try await channel.writeAndFlush(ByteBuffer()) }

  /// Cancels the stream or the call under way when the channel closes. Call it once for a connection, not once for a
  /// stream, so that callbacks do not pile up.
  func watchForClose() {
    channel.closeFuture.whenComplete { _ in
      self.endStreams()
      let call = self.state.withLock {
        $0.isClosed = true
        return $0.call
      }
      call?.cancel()
    }
  }

  /// Waits so long, or until the connection ends or the server stops. Nothing is read meanwhile but what `pipelinedCalls`
  /// lets in.
  func wait(_ time: Duration) async {
    let wait = channel.eventLoop.makePromise(of: Void.self)
    let isLate = state.withLock {
      $0.wait = wait
      return $0.hasEnded
    }
    let timer = channel.eventLoop.scheduleTask(in: isLate ? .zero : TimeAmount(time)) { wait.succeed() }
    try? await wait.futureResult.get()
    timer.cancel()
    state.withLock { $0.wait = nil }
  }

  /// Waits for a stream. The end of the connection cancels the stream, but not the loop around it.
  func run(_ stream: Task<Void, any Error>) async throws {
    let isLate = state.withLock {
      $0.stream = stream
      return $0.hasEnded
    }
    if isLate { stream.cancel() }
    defer { state.withLock { $0.stream = nil } }
    try await Self.follow(stream)
  }

  /// Waits for a call's answer. The end of the connection cancels the call, as it does a stream; a drain lets it be made.
  func run(call: Task<Void, any Error>) async throws {
    let isLate = state.withLock {
      $0.call = call
      return $0.isClosed
    }
    if isLate { call.cancel() }
    defer { state.withLock { $0.call = nil } }
    try await Self.follow(call)
  }

  private static func follow(_ task: Task<Void, any Error>) async throws {
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  func attach(loop: Task<Void, Never>) {
    state.withLock { $0.loop = loop }
  }

  /// Ends the streams and takes no further calls; those received are still answered.
  func drain() {
    endStreams()
    channel.close(mode: .input, promise: nil)
  }

  func abort() {
    endStreams()
    state.withLock { $0.loop }?.cancel()
    channel.close(promise: nil)
  }

  private func endStreams() {
    let (stream, wait) = state.withLock {
      $0.hasEnded = true
      return ($0.stream, $0.wait)
    }
    stream?.cancel()
    wait?.succeed()
  }
}

/// The open connections of a server, and what each user takes up: connections, streams, waiting bytes.
final class Connections: Sendable {
  enum Refusal: Error {
    /// `perUser` says whether the user's own limit was met, or the whole server's.
    case tooMany(limit: Int, perUser: Bool)
    case stopping
    /// The user connects too often.
    case tooOften
  }

  private struct State {
    var open: [ObjectIdentifier: ConnectionControl] = [:]
    var connections: [UInt32: Int] = [:]
    var streams: [UInt32: Int] = [:]
    var waitingBytes: [UInt32: Int] = [:]
    var isStopping = false
    var emptied: EventLoopPromise<Void>?
  }

  /// What the streams have made and nobody has read.
  let room = StreamRoom()
  /// How often each user connects.
  let arrivals = UserPace()
  /// How often each is refused what he asks for.
  let refusals = UserPace()
  private let counted: ConnectionCount
  private let state = Mutex(State())

  init(counted: ConnectionCount) { self.counted = counted }

  var count: Int { state.withLock { $0.open.count } }

  func admit(_ control: ConnectionControl, _ limits: ServerLimits) throws(Refusal) {
    let uid = control.uid
    let refusal: Refusal? = state.withLock {
      if $0.isStopping { return .stopping }
      let places = limits.connections(for: uid)
      guard $0.open.count < places else { return .tooMany(limit: places, perUser: false) }
      let own = $0.connections[uid, default: 0]
      guard own < limits.connectionsPerUser || limits.exemptUsers.contains(uid) else {
        return .tooMany(limit: limits.connectionsPerUser, perUser: true)
      }
      control.isMoreThanAStrangerMay = own >= limits.connectionsPerStranger && !limits.exemptUsers.contains(uid)
      $0.connections[uid] = own + 1
      $0.open[ObjectIdentifier(control)] = control
      return nil
    }
    if let refusal { throw refusal }
    counted.change(by: 1)
    control.watchForClose()
  }

  func remove(_ control: ConnectionControl) {
    let emptied: EventLoopPromise<Void>? = state.withLock {
      guard $0.open.removeValue(forKey: ObjectIdentifier(control)) != nil else { return nil }
      counted.change(by: -1)
      $0.connections.count(-1, of: control.uid)
      $0.waitingBytes.count(-control.waiting.exchange(0, ordering: .relaxed), of: control.uid)
      return $0.open.isEmpty ? $0.emptied : nil
    }
    emptied?.succeed()
  }

  /// Takes one of the user's places for streams; false when none is left. After true, `endStream` must follow.
  func beginStream(of uid: UInt32, _ limits: ServerLimits) -> Bool {
    state.withLock {
      let own = $0.streams[uid, default: 0]
      guard own < limits.streamsPerUser || limits.exemptUsers.contains(uid) else { return false }
      $0.streams[uid] = own + 1
      return true
    }
  }

  func endStream(of uid: UInt32) { state.withLock { $0.streams.count(-1, of: uid) } }

  /// Adds to the user's waiting bytes; false when that would pass the limit. After true, `release` follows, or the end
  /// of the connection.
  func take(_ bytes: Int, for control: ConnectionControl, _ limits: ServerLimits) -> Bool {
    let uid = control.uid
    return state.withLock {
      let own = $0.waitingBytes[uid, default: 0]
      guard own + bytes <= limits.waitingBytesPerUser || limits.exemptUsers.contains(uid) else { return false }
      $0.waitingBytes[uid] = own + bytes
      control.waiting.add(bytes, ordering: .relaxed)
      return true
    }
  }

  func release(_ bytes: Int, of control: ConnectionControl) {
    state.withLock {
      control.waiting.subtract(bytes, ordering: .relaxed)
      $0.waitingBytes.count(-bytes, of: control.uid)
    }
  }

  var open: [ConnectionControl] { state.withLock { Array($0.open.values) } }

  func drain() {
    let open = state.withLock {
      $0.isStopping = true
      return Array($0.open.values)
    }
    for control in open { control.drain() }
  }

  func abort() {
    for control in open { control.abort() }
  }

  /// Returns when no connection is left or the time is over.
  func waitUntilEmpty(atMost limit: TimeAmount, on loop: any EventLoop) async {
    let emptied = loop.makePromise(of: Void.self)
    let isEmpty = state.withLock {
      $0.emptied = emptied
      return $0.open.isEmpty
    }
    if isEmpty { emptied.succeed() }
    let timer = loop.scheduleTask(in: limit) { emptied.succeed() }
    try? await emptied.futureResult.get()
    timer.cancel()
  }
}

extension [UInt32: Int] {
  /// Changes a user's count, and drops it at 0, so that users who have left take no room.
  fileprivate mutating func count(_ change: Int, of uid: UInt32) {
    let left = self[uid, default: 0] + change
    self[uid] = left > 0 ? left : nil
  }
}
