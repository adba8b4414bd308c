import Testing

@testable import DeskViews

@Suite("Rows in one piece of memory")
struct RowBufferTests {
  private static func add(_ key: [UInt8], _ value: [UInt8], to rows: inout RowBuffer) {
    rows.add {
      $0 += key
    } value: {
      $0.bytes += value
    }
  }

  @Test("each row is what was added, and memory that is used again shows nothing of what was in it")
  func rows() {
    var rows = RowBuffer()
    Self.add([1, 2], [3], to: &rows)
    Self.add([4], [], to: &rows)
    #expect(rows.copies == [ViewRow([1, 2], [3]), ViewRow([4])])
    #expect(!rows.isSameKey(0, 1) && !rows.isSameValue(0, 1))
    rows.removeAll()
    #expect(rows.count == 0)
    Self.add([5], [6, 7], to: &rows)
    #expect(rows.copies == [ViewRow([5], [6, 7])])
    rows.withRow(0) { key, value in #expect(key.count == 1 && key[0] == 5 && value.count == 2 && value[1] == 7) }
  }

  @Test("a key counts once in the rows of a state, the first, and the rows of the state before it are others")
  func known() {
    var rows = RowBuffer()
    Self.add([1], [1], to: &rows)
    rows.beginState()
    Self.add([1], [2], to: &rows)
    rows.dropLastIfKnown()
    Self.add([1], [3], to: &rows)
    rows.dropLastIfKnown()
    Self.add([2], [4], to: &rows)
    rows.dropLastIfKnown()
    #expect(rows.copies == [ViewRow([1], [1]), ViewRow([1], [2]), ViewRow([2], [4])])
    #expect(rows.isSameKey(0, 1) && !rows.isSameValue(0, 1))
  }
}
