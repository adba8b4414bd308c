/// A dictionary whose changes since they were last kept can be taken back: a group of commands that is not committed
/// leaves nothing in it.
///
/// It can be inlined elsewhere, because on the path of a command the compiler has to know its types.
public struct Revertible<Key: Hashable, Value> {
  @usableFromInline var current: [Key: Value] = [:]
  /// What stood there before each change, in order.
  @usableFromInline var before: [(key: Key, value: Value?)] = []

  @inlinable
  public init() {}

  @inlinable
  public var values: [Key: Value] { current }

  @inlinable
  public subscript(key: Key) -> Value? { current[key] }

  @inlinable
  public mutating func set(_ value: Value, for key: Key) {
    before.append((key, current.updateValue(value, forKey: key)))
  }

  /// Lets the changes stand.
  @inlinable
  public mutating func keep() {
    if before.isEmpty { return }
    // A group of unusual size does not keep its memory for ever.
    before.removeAll(keepingCapacity: before.count <= 1024)
  }

  /// Takes back the changes since `keep`, or `clear`.
  @inlinable
  public mutating func revert() {
    while let (key, value) = before.popLast() { current[key] = value }
  }

  @inlinable
  public mutating func clear() {
    keep()
    if current.isEmpty { return }
    current.removeAll(keepingCapacity: current.count <= 1024)
  }
}
