public import Glibc
public import Varlink

/// What one client, or one user, may take of a server.
public struct ServerLimits: Hashable, Sendable {
  /// Open at the same time; the next one is told so and closed. The last few are kept for the exempt users.
  public var connections: Int
  /// Open at the same time by one user who is not exempt.
  public var connectionsPerUser: Int
  /// Under way at the same time for one user who is not exempt. On a connection there is only ever one.
  public var streamsPerUser: Int
  /// Of calls of one user who is not exempt that have come and are not answered, whole or not, in bytes.
  public var waitingBytesPerUser: Int
  /// The longest call, in bytes.
  public var frameBytes: Int
  /// How long a call may take from its first byte to its last while the server is ready to read it, in seconds.
  public var frameSeconds: Int
  /// Calls of a connection that are taken in while another is answered; what follows them stays with the kernel, and
  /// its sender waits.
  public var pipelinedCalls: Int
  /// Of answers that a client has not read, in bytes; past it the next answer of that connection waits.
  public var unreadBytes: Int
  /// How long a client may read nothing of an answer that waits for it, in seconds.
  public var unreadSeconds: Int
  /// How long a connection may say nothing while no call of it is under way, in seconds.
  public var idleSeconds: Int
  /// Users whom the limits per user do not bind, and for whom places are kept.
  public var exemptUsers: Set<UInt32>
  /// Connections that the kernel keeps until they are accepted.
  public var backlog: Int
  public var eventLoopThreads: Int
  /// How long calls under way may take when the server stops, in seconds.
  public var graceSeconds: Int

  public init(
    connections: Int = 1024, connectionsPerUser: Int = 128, streamsPerUser: Int = 64,
    waitingBytesPerUser: Int = 64 << 20,
    frameBytes: Int = FrameSplitter.defaultLimit, frameSeconds: Int = 30, pipelinedCalls: Int = 4,
    unreadBytes: Int = 64 << 10, unreadSeconds: Int = 600, idleSeconds: Int = 600,
    exemptUsers: Set<UInt32> = [0, geteuid()], backlog: Int = 1024, eventLoopThreads: Int = 1, graceSeconds: Int = 5
  ) {
    self.connections = connections
    self.connectionsPerUser = connectionsPerUser
    self.streamsPerUser = streamsPerUser
    self.waitingBytesPerUser = waitingBytesPerUser
    self.frameBytes = frameBytes
    self.frameSeconds = frameSeconds
    self.pipelinedCalls = pipelinedCalls
    self.unreadBytes = unreadBytes
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
