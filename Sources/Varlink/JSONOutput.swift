/// Writes one value as JSON text, its members in the order in which they are encoded.
///
/// Codable's containers do not say when they are done, so an open one is closed by whatever is written outside it.
final class JSONOutput {
  private struct Container {
    var end: UInt8
    var isEmpty = true
    /// Where each member begins; of an object that is to be sorted.
    var members: [(name: String, start: Int)] = []
  }

  // One thread writes, and nothing here calls out while it holds either; the checks would cost more than the writing.
  @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
  @exclusivity(unchecked) private var open: [Container] = []
  private let isSorted: Bool

  /// - Parameter isSorted: the members of each object in the order of their names.
  init(isSorted: Bool = false) {
    self.isSorted = isSorted
    bytes.reserveCapacity(512)
  }

  var depth: Int { open.count }

  func close(to depth: Int) {
    while open.count > depth {
      let container = open.removeLast()
      if container.members.count > 1 { sort(container.members) }
      bytes.append(container.end)
    }
  }

  private func sort(_ members: [(name: String, start: Int)]) {
    let ends = members.dropFirst().map { $0.start - 1 } + [bytes.count]
    let sorted = zip(members, ends).sorted { $0.0.name.utf8.lexicographicallyPrecedes($1.0.name.utf8) }
    let text = sorted.map { bytes[$0.0.start..<$0.1] }.joined(separator: [UInt8(ascii: ",")])
    bytes.replaceSubrange(members[0].start..., with: Array(text))
  }

  func begin(_ start: Unicode.Scalar, _ end: Unicode.Scalar) {
    bytes.append(UInt8(ascii: start))
    open.append(Container(end: UInt8(ascii: end)))
  }

  /// What precedes the next member or element of the container that was opened as the `depth`-th.
  func next(in depth: Int) {
    close(to: depth)
    if open[depth - 1].isEmpty { open[depth - 1].isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
  }

  func key(_ name: String, in depth: Int) {
    next(in: depth)
    if isSorted { open[depth - 1].members.append((name, bytes.count)) }
    JSONText.append(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
  }

  func write(_ string: String) { JSONText.append(string, to: &bytes) }
  func write(_ bool: Bool) { bytes.append(contentsOf: (bool ? "true" : "false").utf8) }
  func writeNull() { bytes.append(contentsOf: "null".utf8) }
  func write(number: some BinaryInteger) { bytes.append(contentsOf: String(number).utf8) }

  func write(number: some BinaryFloatingPoint & LosslessStringConvertible) throws {
    guard number.isFinite else {
      throw EncodingError.invalidValue(
        number, .init(codingPath: [], debugDescription: "JSON has no number for \(number)"))
    }
    let text = String(number)
    bytes.append(contentsOf: (text.hasSuffix(".0") ? String(text.dropLast(2)) : text).utf8)
  }

  func write(value: some Encodable) throws {
    // Without a container of its own for each string.
    if let string = value as? String { return write(string) }
    let (depth, start) = (open.count, bytes.count)
    try value.encode(to: JSONValueEncoder(output: self))
    close(to: depth)
    if bytes.count == start { begin("{", "}"); close(to: depth) }
  }
}
