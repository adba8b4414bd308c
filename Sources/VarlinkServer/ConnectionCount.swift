import Synchronization

/// How many connections a server has open, to be read by its owner while the server changes it.
public final class ConnectionCount: Sendable {
  private let count = Atomic(0)

  public init() {}

  public var current: Int { count.load(ordering: .relaxed) }

  func change(by difference: Int) { count.wrappingAdd(difference, ordering: .relaxed) }
}
