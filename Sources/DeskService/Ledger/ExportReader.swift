import Desk
import EventSourcing
import EventStore
import MerkleTree
import Varlink

/// What a line of an export says.
enum ReadLine {
  case begin(ledger: [UInt8], isDemo: Bool)
  case event(Position, leaf: Hash, record: [UInt8], attributes: JSONNode)
  case checkpoint(size: UInt64, text: String)
  case end(size: UInt64, root: Hash)
}

/// Reads the lines of an export, each by itself; whether they fit together is asked elsewhere.
struct ExportReader {
  private var lines: SpoolLines
  private var source: String?

  var number: Int { lines.number }
  var bytesDone: Int { lines.done }

  init(_ spool: SpoolFile) { lines = SpoolLines(spool) }

  /// - Throws: `ExportError` for whatever is no line of an export that this release reads.
  mutating func next() throws -> ReadLine? {
    guard let bytes = try lines.next() else { return nil }
    let number = lines.number
    let line: JSONNode
    do throws(StrictJSON.Failure) { line = try StrictJSON.parse(bytes) } catch {
      throw number == 1
        ? Self.foreign
        : ExportError(number, "không phải JSON hợp lệ (byte \(error.offset))", "this is not valid JSON: \(error)")
    }
    guard line["specversion"]?.isString("1.0") == true, let type = line["type"]?.string,
      let source = line["source"]?.string
    else {
      throw number == 1
        ? Self.foreign
        : ExportError(number, "không phải sự kiện CloudEvents 1.0", "this is no CloudEvents 1.0 event")
    }
    if number == 1 { return try begin(line, type, source) }
    guard source == self.source else {
      throw ExportError(number, "dòng thuộc một sổ khác (\(source))", "the line is of another ledger (\(source))")
    }
    switch type {
    case ExportLine.checkpointType:
      let data = line["data"]
      guard let size = Self.number(data?["size"]), let text = data?["text"]?.string,
        line["id"]?.string?.hasPrefix("checkpoint-\(size)-") == true
      else { throw malformed("data, id") }
      return .checkpoint(size: size, text: text)
    case ExportLine.endType:
      let data = line["data"]
      guard let size = Self.number(data?["size"]), let root = data?["root"]?.string.flatMap({ Hash(base64: $0) })
      else { throw malformed("data") }
      return .end(size: size, root: root)
    default:
      guard let id = line["id"]?.string, let position = UInt64(id), String(position) == id else {
        throw malformed("id")
      }
      guard let leaf = line["leafhash"]?.string.flatMap({ Hash(base64: $0) }) else { throw malformed("leafhash") }
      guard let record = line["data_base64"]?.string.flatMap({ Base64.decode($0) }) else {
        throw malformed("data_base64")
      }
      return .event(Position(position), leaf: leaf, record: record, attributes: line)
    }
  }

  private mutating func begin(_ line: JSONNode, _ type: String, _ source: String) throws -> ReadLine {
    guard type == ExportLine.beginType, let data = line["data"], let format = data["format"]?.string else {
      throw Self.foreign
    }
    if format == ExportLine.readableFormat {
      throw ExportError(
        1,
        "đây là bản xuất để người đọc (--readable), không có bản ghi gốc nên không nhập lại được; "
          + "hãy xuất lại không có --readable",
        "this export is for people (--readable) and holds no records; export again without --readable")
    }
    guard format == ExportLine.format else {
      throw ExportError(
        1, "tệp ở dạng “\(format)”, bản này chỉ đọc “\(ExportLine.format)”; hãy dùng motcuad bản mới hơn",
        "the file is of the form “\(format)”, and this release reads “\(ExportLine.format)”; use a newer motcuad")
    }
    guard let ledger = data["ledger"]?.string.flatMap({ ExportLine.bytes(hex: $0) }), ledger.count == 16,
      source == ExportLine.source(ledger: ledger), let isDemo = data["demo"]?.bool
    else { throw malformed("data, source") }
    self.source = source
    return .begin(ledger: ledger, isDemo: isDemo)
  }

  private func malformed(_ attribute: String) -> ExportError {
    ExportError(number, "thuộc tính \(attribute) sai", "the attribute \(attribute) is wrong")
  }

  private static let foreign = ExportError(
    1, "đây không phải tệp do motcua export ghi", "this is not a file that motcua export wrote")

  private static func number(_ node: JSONNode?) -> UInt64? { node?.integer.flatMap { UInt64(exactly: $0) } }
}
