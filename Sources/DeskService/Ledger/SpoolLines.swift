import EventStore

/// The lines of a spool, one after the other, without its whole text in memory.
struct SpoolLines {
  /// Longer than any record that a daemon writes.
  static let bytesMax = 4 << 20
  private static let blockBytes = 256 << 10

  let spool: SpoolFile
  /// The line that was read last, from 1.
  private(set) var number = 0
  /// How many bytes of the spool have been read as lines.
  private(set) var done = 0
  private var offset = 0
  private var block: [UInt8] = []
  private var position = 0

  init(_ spool: SpoolFile) { self.spool = spool }

  /// Without its line end; nil after the last one.
  mutating func next() throws -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if position == block.count {
        block = try spool.read(at: offset, count: Self.blockBytes)
        position = 0
        offset += block.count
        if block.isEmpty {
          if line.isEmpty { return nil }
          break
        }
      }
      let end = block[position...].firstIndex(of: 0x0A) ?? block.count
      guard line.count + end - position <= Self.bytesMax else {
        throw ExportError(
          number + 1, "dòng dài hơn \(Self.bytesMax >> 20) MiB", "the line is longer than \(Self.bytesMax >> 20) MiB")
      }
      line += block[position..<end]
      position = min(end + 1, block.count)
      if end < block.count { break }
    }
    number += 1
    done = offset - (block.count - position)
    return line
  }
}
