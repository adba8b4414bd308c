import Synchronization

/// How many connections a server has open, for whoever wants to know.
public final class ConnectionCount: Sendable {
  private let count = Atomic(0)

  public init() {}

  public var current: Int { count.load(ordering: .relaxed) }

  func change(by difference: Int) { count.wrappingAdd(difference, ordering: .relaxed) }
}
