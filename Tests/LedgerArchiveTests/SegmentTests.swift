import LedgerArchive
import MerkleTree
import Testing

@Suite("Segments of an archive")
struct SegmentTests {
  private static let ledger = LedgerMark(id: Array(1...16), isDemo: false)
  private static let other = LedgerMark(id: Array(2...17), isDemo: false)

  /// Records from a position on, no two alike.
  private static func records(_ range: ClosedRange<Int>) -> [[UInt8]] {
    range.map { Array("record \($0)".utf8) + [UInt8](repeating: UInt8($0 % 251), count: $0 % 40) }
  }

  private static func tree(_ size: Int) -> Frontier {
    var tree = Frontier()
    if size > 0 { for record in records(1...size) { tree.append(MerkleTree.leafHash(record)) } }
    return tree
  }

  /// The file of the events in the range.
  private static func file(
    _ range: ClosedRange<Int>, of mark: LedgerMark? = ledger, after: Frontier? = nil
  ) throws -> (name: String, bytes: [UInt8]) {
    var writer = SegmentWriter(of: try #require(mark), after: after ?? tree(range.lowerBound - 1))
    for record in records(range) { writer.append(record) }
    return (writer.name, writer.finished())
  }

  /// What is whole of an archive of these files, and what is wrong after it.
  private static func walk(_ files: [(name: String, bytes: [UInt8])]) throws -> (UInt64, ArchiveFault?) {
    var walk = ArchiveWalk(files.map(\.name).reversed())
    do {
      while try walk.segment({ name in try #require(files.first { $0.name == name }).bytes }) != nil {}
      return (walk.tree.size, nil)
    } catch let fault as ArchiveFault {
      return (walk.tree.size, fault)
    }
  }

  @Test("what is written is read again: ledger, records and both trees", arguments: [1...1, 1...9, 8...100])
  func again(range: ClosedRange<Int>) throws {
    let file = try Self.file(range)
    let segment = try Segment(file.bytes)
    #expect(segment.ledger == Self.ledger && segment.records == Self.records(range))
    #expect(segment.before == Self.tree(range.lowerBound - 1) && segment.after == Self.tree(range.upperBound))
    #expect(SegmentName.first(of: file.name) == UInt64(range.lowerBound))
  }

  @Test("a segment that goes on is byte for byte the one that was written at once")
  func continuing() throws {
    var writer = SegmentWriter(continuing: try Segment(Self.file(3...5).bytes))
    for record in Self.records(6...20) { writer.append(record) }
    let whole = try Self.file(3...20)
    #expect(writer.finished() == whole.bytes && writer.name == whole.name && writer.tree == Self.tree(20))
  }

  @Test("a segment that is cut anywhere, or of which any byte is another, is torn")
  func torn() throws {
    let bytes = try Self.file(4...9).bytes
    for count in 0..<bytes.count { #expect(throws: Segment.Fault.torn) { try Segment(Array(bytes[..<count])) } }
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x10
      #expect(throws: Segment.Fault.self) { try Segment(changed) }
    }
    #expect(throws: Segment.Fault.torn) { try Segment(bytes + [0]) }
  }

  @Test("a segment of a later release is told as that, and not as torn")
  func newer() throws {
    var bytes = try Self.file(1...2).bytes
    bytes.replaceSubrange(0..<17, with: Array("motcua archive 2\n".utf8))
    #expect(throws: Segment.Fault.newer(version: 2)) { try Segment(bytes) }
  }

  @Test("a name that is no segment's says no position")
  func names() {
    #expect(SegmentName.text(first: 1001) == "0000000000001001.records")
    for name in [
      "1.records", "0000000000000000.records", "0000000000000001.records.part-7", "+000000000000001.records",
    ] {
      #expect(SegmentName.first(of: name) == nil, "\(name)")
    }
  }

  @Test("an archive that is whole is walked to its end, in whatever order its names come")
  func whole() throws {
    let files = try [Self.file(1...5), Self.file(6...6), Self.file(7...40)]
    #expect(try Self.walk(files) == (40, nil))
    #expect(try Self.walk([]) == (0, nil))
  }

  @Test("a torn, missing, foreign or doubled segment is named, and what is before it is whole")
  func faults() throws {
    let (one, two, three) = try (Self.file(1...5), Self.file(6...10), Self.file(11...12))
    var torn = two
    torn.bytes.removeLast()
    #expect(try Self.walk([one, torn, three]) == (5, .torn(name: two.name)))
    #expect(try Self.walk([one, three]) == (5, .missing(first: 6, last: 10, before: three.name)))
    #expect(try Self.walk([two]) == (0, .missing(first: 1, last: 5, before: two.name)))
    #expect(try Self.walk([one, Self.file(6...10, of: Self.other)]) == (5, .foreign(name: two.name)))
    var fork = Self.tree(4)
    fork.append(MerkleTree.leafHash([7]))
    #expect(try Self.walk([one, Self.file(6...10, after: fork)]) == (5, .otherHistory(name: two.name)))
    // The first grew after it was copied, or a copy lies there under another name.
    #expect(try Self.walk([Self.file(1...7), two]) == (7, .doubled(name: two.name, first: 6)))
    #expect(try Self.walk([one, (two.name, one.bytes)]) == (5, .doubled(name: two.name, first: 1)))
    #expect(try Self.walk([one, (three.name, one.bytes)]) == (5, .doubled(name: three.name, first: 1)))
  }

  @Test("a file that was renamed is named, with what it should be called")
  func renamed() throws {
    let (one, two, three) = try (Self.file(1...5), Self.file(6...10), Self.file(11...12))
    let name = SegmentName.text(first: 8)
    #expect(try Self.walk([one, (name, two.bytes), three]) == (5, .renamed(name: name, properly: two.name)))
    #expect(try Self.walk([(name, one.bytes), three]) == (0, .renamed(name: name, properly: one.name)))
  }

  @Test("who has from elsewhere what is missing by a fault goes on behind it")
  func resumed() throws {
    let files = try [Self.file(1...5), Self.file(6...10), Self.file(11...12), Self.file(13...14)]
    func walk(_ files: [(name: String, bytes: [UInt8])], _ ledger: LedgerMark? = Self.ledger) throws -> ArchiveWalk {
      var walk = ArchiveWalk(files.map(\.name), of: ledger)
      for _ in 0..<10 {
        do {
          while try walk.segment({ name in try #require(files.first { $0.name == name }).bytes }) != nil {}
          return walk
        } catch is ArchiveFault {
          guard let next = walk.firstBehindFault else { return walk }
          walk.resume(with: Self.tree(Int(next) - 1))
        }
      }
      return walk
    }
    var torn = files
    torn[1].bytes.removeLast()
    #expect(try walk(torn).tree == Self.tree(14) && walk(torn).left == [])
    // A hole, and what is torn behind it.
    torn.removeFirst()
    #expect(try walk(torn).tree == Self.tree(14))
    torn[2].bytes.removeLast()
    #expect(try walk(torn).tree == Self.tree(12) && walk(torn).left == [files[3].name])
    #expect(try walk(files, Self.other).left == [files[3].name])
  }

  @Test("a segment of the size that earlier releases wrote is read")
  func large() throws {
    var writer = SegmentWriter(of: try #require(Self.ledger), after: Self.tree(7))
    for index in 0..<5000 { writer.append([UInt8](repeating: UInt8(index % 251), count: 1000)) }
    #expect(writer.count > 4 << 20)
    let segment = try Segment(writer.finished())
    #expect(segment.records.count == 5000 && segment.after == writer.tree)
  }

  @Test("a walk that goes on behind holes is told the first of them, of which ledger it is, and with what it ends")
  func pastHoles() throws {
    let (one, two, three) = try (Self.file(1...5), Self.file(6...10), Self.file(11...12))
    func walked(_ files: [(name: String, bytes: [UInt8])]) throws -> ArchiveWalk {
      var walk = ArchiveWalk(files.map(\.name), pastHoles: true)
      while try walk.segment({ name in try #require(files.first { $0.name == name }).bytes }) != nil {}
      return walk
    }
    let hole = try walked([one, three])
    #expect(hole.tree == Self.tree(5) && hole.end == Self.tree(12))
    #expect(hole.hole?.first == 6 && hole.hole?.last == 10)
    let headless = try walked([two, three])
    #expect(headless.tree == Self.tree(0) && headless.end == Self.tree(12) && headless.ledger == Self.ledger)
    #expect(headless.hole?.first == 1 && headless.hole?.last == 5)
    let whole = try walked([one, two, three])
    #expect(whole.tree == whole.end && whole.hole == nil)
    // What is wrong behind it is found all the same.
    var torn = three
    torn.bytes.removeLast()
    #expect(throws: ArchiveFault.torn(name: three.name)) { try walked([one, torn]) }
    let foreign = try Self.file(11...12, of: Self.other)
    #expect(throws: ArchiveFault.foreign(name: three.name)) { try walked([two, foreign]) }
  }

  @Test("who is told that the beginning is missing is told of which ledger the rest is")
  func headless() throws {
    let two = try Self.file(6...10)
    var walk = ArchiveWalk([two.name])
    #expect(throws: ArchiveFault.missing(first: 1, last: 5, before: two.name)) { try walk.segment { _ in two.bytes } }
    #expect(walk.ledger == Self.ledger)
  }
}
