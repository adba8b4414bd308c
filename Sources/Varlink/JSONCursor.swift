/// Reads typed values out of a text that passed the gate, in one walk over its index: members that stand in the order in
/// which they are declared are found without a search.
///
/// Nothing is converted: a number is no string, `1.0` no integer. After an error the cursor is of no more use.
/// What is generic can be inlined, so that the readers of another module are as fast as if they stood here.
public struct JSONCursor {
  /// What becomes of a member, or of a word of an enumeration, that nobody expects.
  public enum Unknown: Sendable {
    /// Of parameters: whoever sends one expects something of it.
    case refused
    /// Of replies: a service may be newer.
    case skipped
  }

  /// An object that is being read.
  public struct Object {
    fileprivate let index: Int
    fileprivate let end: Int
    /// The member that comes next where all stand in their order.
    fileprivate var expected = 0
  }

  public let unknown: Unknown
  private let bytes: [UInt8]
  private let entries: [JSONDocument.Entry]
  private let root: Int
  /// The value that is read next.
  private var position: Int
  /// The value that was read last.
  private var last: Int

  public init(_ node: JSONNode, unknown: Unknown) {
    self.unknown = unknown
    bytes = node.document.bytes
    entries = node.document.entries
    root = node.index
    position = node.index
    last = node.index
  }

  // MARK: Values

  /// Begins an object; its members are read by `member(of:_:)` until there are no more.
  public mutating func object() throws(InterfaceMismatch) -> Object {
    let entry = try take(.object)
    return Object(index: last, end: entry.next)
  }

  /// Goes to the value of the next member that is one of `names`, and says which; nil at the end of the object.
  public mutating func member(
    of object: inout Object, _ names: [StaticString]
  ) throws(InterfaceMismatch) -> Int? {
    while position < object.end {
      let key = entries[position]
      position += 1
      var index = object.expected
      for _ in names.indices {
        if index >= names.count { index = 0 }
        if key.isString(names[index], in: bytes) {
          object.expected = index + 1
          return index
        }
        index += 1
      }
      if unknown == .refused { throw mismatch(.unknownField, at: position) }
      position = entries[position].next
    }
    return nil
  }

  /// Reads an object that has no members.
  public mutating func emptyObject() throws(InterfaceMismatch) {
    var object = try object()
    while try member(of: &object, []) != nil {}
  }

  /// Whether the next value is null; that is read, then.
  public mutating func null() -> Bool {
    guard entries[position].kind == .null else { return false }
    position += 1
    return true
  }

  public mutating func bool() throws(InterfaceMismatch) -> Bool {
    let isTrue = entries[position].kind == .true
    _ = try take(isTrue ? .true : .false)
    return isTrue
  }

  /// A number written as an integer that fits; `1.0` and `1e3` are none.
  public mutating func integer() throws(InterfaceMismatch) -> Int {
    let entry = try take(.number)
    guard let number: Int = entry.integer(in: bytes) else { throw mismatch(.wrongType) }
    return number
  }

  /// As `integer`, for what is never negative.
  public mutating func unsigned() throws(InterfaceMismatch) -> UInt64 {
    let entry = try take(.number)
    guard let number: UInt64 = entry.integer(in: bytes) else { throw mismatch(.wrongType) }
    return number
  }

  public mutating func double() throws(InterfaceMismatch) -> Double {
    let entry = try take(.number)
    guard let number = entry.double(in: bytes) else { throw mismatch(.wrongType) }
    return number
  }

  public mutating func string() throws(InterfaceMismatch) -> String {
    try take(.string).string(in: bytes)
  }

  @inlinable
  public mutating func array<Element: JSONReadable>(
    _: Element.Type = Element.self
  ) throws(InterfaceMismatch) -> [Element] {
    let end = try beginArray()
    var elements: [Element] = []
    while isBefore(end) { elements.append(try Element(from: &self)) }
    return elements
  }

  /// - Returns: the entry that follows the array.
  @usableFromInline
  mutating func beginArray() throws(InterfaceMismatch) -> Int { try take(.array).next }

  @usableFromInline
  func isBefore(_ end: Int) -> Bool { position < end }

  private mutating func take(_ kind: JSONNode.Kind) throws(InterfaceMismatch) -> JSONDocument.Entry {
    let entry = entries[position]
    last = position
    guard entry.kind == kind else { throw mismatch(entry.kind == .null ? .missing : .wrongType) }
    position += 1
    return entry
  }

  // MARK: What is wrong

  /// That the value which was read last is not what it should be.
  public func mismatch(_ reason: InterfaceMismatch.Reason) -> InterfaceMismatch { mismatch(reason, at: last) }

  /// That an object which was read lacks a member.
  public func missing(_ name: StaticString, in object: Object) -> InterfaceMismatch {
    places(of: object.index).reversed().reduce(InterfaceMismatch(path: "\(name)", reason: .missing)) { $0.within($1) }
  }

  private func mismatch(_ reason: InterfaceMismatch.Reason, at target: Int) -> InterfaceMismatch {
    places(of: target).reversed().reduce(InterfaceMismatch(path: "", reason: reason)) { $0.within($1) }
  }

  /// From the root to a value. Looked for when something is wrong, so that a message that fits pays nothing for it.
  private func places(of target: Int) -> [String] {
    var places: [String] = []
    var container = root
    while container < target {
      let isObject = entries[container].kind == .object
      var key = container + 1
      var count = 0
      var value = isObject ? key + 1 : key
      while entries[value].next <= target {
        key = entries[value].next
        value = isObject ? key + 1 : key
        count += 1
      }
      places.append(isObject ? entries[key].string(in: bytes) : "[\(count)]")
      container = value
    }
    return places
  }
}
