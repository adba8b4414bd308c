/// Rows that are made one after the other in one piece of memory, which is used again for those of the next case.
struct RowBuffer {
  private struct Row {
    var key: Range<Int>
    var value: Range<Int>
  }

  private var writer = RowWriter()
  private var rows: [Row] = []
  /// Where the row that is being made begins.
  private var start = 0
  /// Which is the first row of the state that is being told.
  private var first = 0

  var count: Int { rows.count }

  mutating func removeAll() {
    writer.bytes.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
    (start, first) = (0, 0)
  }

  /// What is added from here on is the rows of another state.
  mutating func beginState() { first = rows.count }

  /// Adds a row. What is written to the end of the bytes is its key, and then its value.
  mutating func add(key: (inout [UInt8]) -> Void, value: (inout RowWriter) -> Void = { _ in }) {
    key(&writer.bytes)
    let end = writer.bytes.count
    value(&writer)
    rows.append(Row(key: start..<end, value: end..<writer.bytes.count))
    start = writer.bytes.count
  }

  /// Lets the last row be as if it had not been added, when an earlier one of the same state has its key.
  mutating func dropLastIfKnown() {
    guard let last = rows.last, (first..<rows.count - 1).contains(where: { isSameKey($0, rows.count - 1) }) else {
      return
    }
    start = last.key.lowerBound
    writer.bytes.removeLast(writer.bytes.count - start)
    rows.removeLast()
  }

  /// Lends a row.
  func withRow<R, Failure: Error>(
    _ index: Int, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(Failure) -> R
  ) throws(Failure) -> R {
    let (row, bytes) = (rows[index], writer.bytes.span)
    return try body(bytes.extracting(row.key), bytes.extracting(row.value))
  }

  func isSameKey(_ one: Int, _ other: Int) -> Bool { isSame(rows[one].key, rows[other].key) }
  func isSameValue(_ one: Int, _ other: Int) -> Bool { isSame(rows[one].value, rows[other].value) }

  private func isSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
    guard one.count == other.count else { return false }
    // From the end: keys of one case have their beginnings in common more often than that.
    var (left, right) = (one.upperBound, other.upperBound)
    while left > one.lowerBound {
      left -= 1
      right -= 1
      if writer.bytes[left] != writer.bytes[right] { return false }
    }
    return true
  }

  /// The rows, each for itself.
  var copies: [ViewRow] {
    rows.map { ViewRow(Array(writer.bytes[$0.key]), Array(writer.bytes[$0.value])) }
  }
}
