import Desk
import DeskRecords
import EventSourcing
import EventStore
import MerkleTree
import Varlink

/// What an export holds, once every line of it has been read and found to fit the others.
struct ExportContents {
  var ledger: [UInt8]
  var isDemo: Bool
  var size: UInt64 = 0
  var root = MerkleTree.emptyRoot
  /// How many streams there are besides the office's: the number of the last one.
  var streams: UInt64 { UInt64(versions.count - 1) }
  /// How many of them are cases.
  var cases = 0
  var checkpoints: [(size: UInt64, text: String)] = []
  /// The checkpoints, once they were found to be of this ledger.
  var issued: [IssuedCheckpoint] = []
  var lastRecordedAt = Timestamp.bounds.lowerBound
  /// The cases that were erased.
  var erased: [UInt64] = []
  /// The cases that are erased as the office knows, whether the export knows it or not.
  var listed: [UInt64] = []
  /// The cases whose key in the backup is another than the one that sealed them.
  var strangers: [UInt64] = []
  /// How many keys of the backup are those that sealed.
  var known = 0
  /// The last version of each stream, and whether a receipt was among its events.
  fileprivate var versions: [UInt32] = [0]
  fileprivate var isReceived: [Bool] = [false]
}

/// Reads a whole export before anything of it is written.
struct ExportCheck {
  private let spool: SpoolFile
  private let coding: RecordCoding
  private let keys: KeysBackup?
  private let listed: Set<[UInt8]>
  /// Where rules were adopted.
  private var adopted: Set<Position> = []
  private var contents = ExportContents(ledger: [], isDemo: false)
  private var tree = Frontier()

  /// - Parameters:
  ///   - listed: the commitments of the keys of the cases that the office has erased.
  ///   - report: called now and then with the bytes that were read.
  /// - Throws: `ExportError` with the line, and what `report` throws.
  static func run(
    _ spool: SpoolFile, by coding: RecordCoding, keys: KeysBackup?, listed: Set<[UInt8]>, _ report: (Int) throws -> Void
  ) throws -> ExportContents {
    var check = ExportCheck(spool: spool, coding: coding, keys: keys, listed: listed)
    try check.readLines(report)
    try check.compareCheckpoints()
    return check.contents
  }

  private init(spool: SpoolFile, coding: RecordCoding, keys: KeysBackup?, listed: Set<[UInt8]>) {
    self.listed = listed
    self.spool = spool
    self.coding = coding
    self.keys = keys
  }

  private mutating func readLines(_ report: (Int) throws -> Void) throws {
    var reader = ExportReader(spool)
    var hasEnded = false
    while let line = try reader.next() {
      let number = reader.number
      guard !hasEnded else {
        throw ExportError(number, "có dòng sau dòng cuối của bản xuất", "there are lines after the last of the export")
      }
      switch line {
      case .begin(let ledger, let isDemo): contents = ExportContents(ledger: ledger, isDemo: isDemo)
      case .event(let position, let leaf, let record, let attributes):
        try take(record, at: position, leaf, attributes, line: number)
      case .checkpoint(let size, let text):
        guard size >= contents.checkpoints.last?.size ?? 0, size <= tree.size else {
          throw ExportError(
            number, "điểm chốt ở cỡ \(size) không đúng chỗ", "the checkpoint of size \(size) is out of place")
        }
        contents.checkpoints.append((size, text))
      case .end(let size, let root):
        guard size == tree.size, root == tree.root else {
          throw ExportError(
            number, "dòng cuối nói \(size) sự kiện, gốc \(root.base64); đọc được \(tree.size), gốc \(tree.root.base64)",
            "the last line says \(size) events and root \(root.base64); read were \(tree.size) and \(tree.root.base64)")
        }
        hasEnded = true
      }
      if number.isMultiple(of: 4096) { try report(reader.bytesDone) }
    }
    guard reader.number > 0 else { throw ExportError(1, "tệp trống", "the file is empty") }
    guard hasEnded else {
      throw ExportError(
        reader.number, "tệp bị cắt cụt: thiếu dòng cuối của bản xuất; hãy xuất lại",
        "the file is cut short: the last line of the export is missing; export again")
    }
    (contents.size, contents.root) = (tree.size, tree.root)
  }

  private mutating func take(
    _ record: [UInt8], at position: Position, _ leaf: Hash, _ attributes: JSONNode, line: Int
  ) throws {
    let expected = tree.size + 1
    guard position.rawValue == expected, contents.checkpoints.isEmpty else {
      throw ExportError(
        line, "đáng lẽ là sự kiện \(expected), tệp có \(position.rawValue)",
        "event \(expected) was expected, and here is \(position.rawValue)")
    }
    guard MerkleTree.leafHash(record) == leaf else {
      throw ExportError(
        line, "bản ghi \(expected) không khớp leafhash của nó: tệp đã bị thay đổi",
        "record \(expected) is not what its leafhash says: the file was changed")
    }
    let event: StoredEvent
    do {
      event = try coding.decode(record) { _, _ in nil }
    } catch {
      throw ExportError(line, "không đọc được bản ghi \(expected): \(error)", "record \(expected): \(error)")
    }
    if let wrong = Self.difference(event, attributes) {
      throw ExportError(
        line, "thuộc tính \(wrong) khác với bản ghi \(expected)",
        "the attribute \(wrong) is not what record \(expected) says")
    }
    try place(event, record, line: line)
    try checkCircumstances(event, record, at: position, line: line)
    contents.lastRecordedAt = event.circumstances.recordedAt
    tree.append(leaf)
  }

  /// Streams have numbers without a gap, of which 0 is the office's, and so have their versions.
  private mutating func place(_ event: StoredEvent, _ record: [UInt8], line: Int) throws {
    if event.stream == UInt64(contents.versions.count) {
      contents.versions.append(0)
      contents.isReceived.append(false)
    }
    guard event.stream < contents.versions.count,
      contents.versions[Int(event.stream)] &+ 1 == event.version.rawValue
    else {
      throw ExportError(
        line, "phiên bản \(event.version.rawValue) của chuỗi sự kiện số \(event.stream) không nối tiếp phiên bản trước",
        "version \(event.version.rawValue) of stream \(event.stream) does not follow the one before")
    }
    contents.versions[Int(event.stream)] = event.version.rawValue
    guard (event.stream == 0) == (event.body.streamKind == .office) else {
      throw ExportError(
        line, "sự kiện “\(event.kind.rawValue)” không thuộc chuỗi sự kiện số \(event.stream)",
        "\(event.kind.rawValue) is no event of stream \(event.stream)")
    }
    switch event.body {
    // The office's stream has no key.
    case .office: return
    case .desk(let desk): try place(desk, version: event.version, of: event.stream, line: line)
    }
    // The first event of a stream says what its key is committed to, whatever it is.
    guard event.version == Version.none.next, let sealed = try RecordCoding.seal(of: record).keyCommitment else {
      return
    }
    if listed.contains(sealed) { contents.listed.append(event.stream) }
    guard let keys, let kept = try keys.commitment(event.stream) else { return }
    if kept == sealed { contents.known += 1 } else { contents.strangers.append(event.stream) }
  }

  private mutating func place(_ event: CaseEvent, version: Version, of stream: UInt64, line: Int) throws {
    if version == Version.none.next { contents.cases += 1 }
    if case .received = event.body {
      // What is found by its receipt would be found by the one here and by the other there.
      guard !contents.isReceived[Int(stream)] else {
        throw ExportError(
          line, "chuỗi sự kiện số \(stream) tiếp nhận lần nữa", "stream \(stream) is received once more")
      }
      contents.isReceived[Int(stream)] = true
    }
    if event.body.kind.isErasure { contents.erased.append(stream) }
  }

  /// What the rest of the desk takes for granted of every event: times that never run backwards, rules that were adopted,
  /// and a seal of the stream's own key.
  private mutating func checkCircumstances(
    _ event: StoredEvent, _ record: [UInt8], at position: Position, line: Int
  ) throws {
    let circumstances = event.circumstances
    guard tree.size == 0 || circumstances.recordedAt >= contents.lastRecordedAt else {
      throw ExportError(
        line, "sự kiện \(position.rawValue) ghi vào lúc sớm hơn sự kiện trước đó",
        "event \(position.rawValue) was recorded before the one that precedes it")
    }
    if case .office(.rulesAdopted, _) = event.body { adopted.insert(position) }
    // A loss that was accepted is recorded before there are rules, in a ledger that lost everything.
    let isBeforeRules = event.stream == 0 && circumstances.rules == .start
    guard isBeforeRules || adopted.contains(circumstances.rules) else {
      throw ExportError(
        line, "sự kiện \(position.rawValue) theo bộ quy định ở \(circumstances.rules.rawValue), nhưng ở đó không có",
        "event \(position.rawValue) names rules at \(circumstances.rules.rawValue), and there are none")
    }
    if let slot = try RecordCoding.seal(of: record).slot, slot != event.stream {
      throw ExportError(
        line, "sự kiện \(position.rawValue) niêm phong bằng khóa của chuỗi sự kiện số \(slot)",
        "event \(position.rawValue) is sealed with the key of stream \(slot)")
    }
  }

  /// Which attribute does not say what the record says; nil when all do. Others may have written the line anew.
  private static func difference(_ event: StoredEvent, _ line: JSONNode) -> String? {
    let expected: [(String, String)] = [
      ("type", ExportLine.prefix + event.kind.rawValue), ("time", ExportLine.time(event.circumstances.recordedAt)),
      ("subject", String(event.stream)), ("datacontenttype", ExportLine.recordContent),
    ]
    return expected.first { line[$0.0]?.isString($0.1) != true }?.0
  }

  /// Each checkpoint must be of this very ledger: its root is the root over the first so many events.
  private mutating func compareCheckpoints() throws {
    var waiting = contents.checkpoints[...]
    guard !waiting.isEmpty else { return }
    var reader = ExportReader(spool)
    var tree = Frontier()
    var line = contents.size + 1
    while !waiting.isEmpty, case let read? = try reader.next() {
      guard case .event(_, let leaf, _, _) = read else { continue }
      tree.append(leaf)
      while let next = waiting.first, next.size == tree.size {
        line += 1
        guard let issued = try? IssuedCheckpoint(kept: next.text), issued.checkpoint.size == next.size,
          issued.checkpoint.root == tree.root
        else {
          throw ExportError(
            Int(clamping: line), "điểm chốt ở cỡ \(next.size) không phải của sổ này",
            "the checkpoint of size \(next.size) is not of this ledger")
        }
        contents.issued.append(issued)
        waiting.removeFirst()
      }
    }
    if let next = waiting.first {
      throw ExportError(
        Int(clamping: line + 1), "điểm chốt ở cỡ \(next.size) không phải của sổ này",
        "the checkpoint of size \(next.size) is not of this ledger")
    }
  }
}
