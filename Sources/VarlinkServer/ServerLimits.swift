public import Glibc
public import Varlink

/// What one client, or one user, may take of a server.
public struct ServerLimits: Hashable, Sendable {
  /// The most connections open at the same time; the next one gets an error and is closed. The last 16 places, or half
  /// of them when that is less, are kept for the exempt users.
  public var connections: Int
  /// The most connections open at the same time by one user who is not exempt.
  public var connectionsPerUser: Int
  /// The same for a user for whom the service does nothing (`VarlinkService.serves`).
  public var connectionsPerStranger: Int
  /// How many connections a second are begun with for one user who is not exempt. As many may come at once; the next wait, a
  /// second at the most, and what would wait longer is closed. Who starts a client for each call hardly comes near it.
  public var connectionsPerSecond: Int
  /// How many refusals a second one user who is not exempt is told. As many come at once; then each is told, and the next call
  /// of its connection looked at, when it is its turn, after a second at the most. Nobody who works comes near it.
  public var refusalsPerSecond: Int
  /// The most streams under way at the same time for one user who is not exempt. A connection has at most one.
  public var streamsPerUser: Int
  /// The most bytes of one user who is not exempt in calls that are not answered yet, unfinished calls included.
  public var waitingBytesPerUser: Int
  /// The longest call, in bytes.
  public var frameBytes: Int
  /// How long a call may take from its first byte to its last while the server is ready to read it, in seconds.
  public var frameSeconds: Int
  /// How many calls of a connection are taken in while another is answered, at least 2; what follows them stays in the
  /// kernel, and its sender waits.
  public var pipelinedCalls: Int
  /// How many bytes of answers a client may leave unread before the next answer of its connection waits.
  public var unreadBytes: Int
  /// The most bytes of pages that the streams of one user who is not exempt have made and nobody has read: past so much they
  /// make the next only when some are read. Each may come past it by one page, and has never more than one.
  public var unreadBytesPerUser: Int
  /// How long a client may read nothing of an answer that waits for it, in seconds.
  public var unreadSeconds: Int
  /// How long a connection may say nothing while no call of it is under way, in seconds.
  public var idleSeconds: Int
  /// Users whom the limits per user do not bind, and for whom places are kept.
  public var exemptUsers: Set<UInt32>
  /// How many connections the kernel keeps until they are accepted (listen(2)).
  public var backlog: Int
  /// How many threads serve the connections.
  public var eventLoopThreads: Int
  /// How long calls under way may take when the server stops, in seconds.
  public var graceSeconds: Int

  public init(
    connections: Int = 1024, connectionsPerUser: Int = 128, connectionsPerStranger: Int = 4,
    connectionsPerSecond: Int = 256, refusalsPerSecond: Int = 64, streamsPerUser: Int = 64,
    waitingBytesPerUser: Int = 64 << 20,
    frameBytes: Int = FrameSplitter.defaultLimit, frameSeconds: Int = 30, pipelinedCalls: Int = 4,
    unreadBytes: Int = 64 << 10, unreadBytesPerUser: Int = 8 << 20, unreadSeconds: Int = 600, idleSeconds: Int = 600,
    exemptUsers: Set<UInt32> = [0, geteuid()], backlog: Int = 128, eventLoopThreads: Int = 1, graceSeconds: Int = 5
  ) {
    self.connections = connections
    self.connectionsPerUser = connectionsPerUser
    self.connectionsPerStranger = connectionsPerStranger
    self.connectionsPerSecond = connectionsPerSecond
    self.refusalsPerSecond = refusalsPerSecond
    self.streamsPerUser = streamsPerUser
    self.waitingBytesPerUser = waitingBytesPerUser
    self.frameBytes = frameBytes
    self.frameSeconds = frameSeconds
    self.pipelinedCalls = pipelinedCalls
    self.unreadBytes = unreadBytes
    self.unreadBytesPerUser = unreadBytesPerUser
    self.unreadSeconds = unreadSeconds
    self.idleSeconds = idleSeconds
    self.exemptUsers = exemptUsers
    self.backlog = backlog
    self.eventLoopThreads = eventLoopThreads
    self.graceSeconds = graceSeconds
  }

  /// Connections that only exempt users get, so that an operator comes in when everybody else has filled the server.
  var reservedConnections: Int { min(16, connections / 2) }

  func connections(for uid: UInt32) -> Int {
    exemptUsers.contains(uid) ? connections : connections - reservedConnections
  }
}
