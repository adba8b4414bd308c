public import Varlink

public struct ServerLimits: Hashable, Sendable {
  /// The longest call, in bytes.
  public var frameBytes: Int
  /// Open at the same time; the next one is closed as soon as it is accepted.
  public var connections: Int
  /// Connections that the kernel keeps until they are accepted.
  public var backlog: Int
  public var eventLoopThreads: Int
  /// How long calls under way may take when the server stops, in seconds.
  public var graceSeconds: Int

  public init(
    frameBytes: Int = FrameSplitter.defaultLimit, connections: Int = 1024, backlog: Int = 1024,
    eventLoopThreads: Int = 1, graceSeconds: Int = 5
  ) {
    self.frameBytes = frameBytes
    self.connections = connections
    self.backlog = backlog
    self.eventLoopThreads = eventLoopThreads
    self.graceSeconds = graceSeconds
  }
}
