import NIOCore
import Synchronization

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
