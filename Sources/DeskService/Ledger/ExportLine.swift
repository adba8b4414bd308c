import Desk
public import DeskRecords
public import EventSourcing
import EventStore
public import MerkleTree
import Varlink

/// The lines of an export: CloudEvents 1.0 in JSON, one a line.
///
/// First `begin`, then one line for each event in order, then one for each signed checkpoint, last `end`. Equal content
/// is equal text. Positions are strings, because an Integer of CloudEvents has 32 bits.
public enum ExportLine {
  /// Names the form of the lines; raised whenever an older release could not read them any more.
  public static let format = "motcua export 1"
  /// Names the form for people, which cannot be read back.
  public static let readableFormat = "motcua readable 1"

  static let prefix = "vn.motcua."
  static let beginType = prefix + "export.begin"
  static let endType = prefix + "export.end"
  static let checkpointType = prefix + "checkpoint"
  static let recordContent = "application/protobuf"

  /// `urn:motcua:ledger:` and the ledger's id in hexadecimal.
  public static func source(ledger id: [UInt8]) -> String {
    "urn:motcua:ledger:" + hex(id)
  }

  public static func begin(ledger id: [UInt8], isDemo: Bool, readable: Bool = false) -> String {
    line(source(ledger: id), id: "begin", beginType) {
      $0.member("format", readable ? readableFormat : format)
      $0.member("ledger", hex(id))
      $0.member("demo", isDemo)
    }
  }

  /// - Parameters:
  ///   - record: the bytes as the ledger has them.
  ///   - event: what they say, read with or without their key.
  public static func event(
    _ record: [UInt8], at position: Position, leaf: Hash, saying event: StoredEvent, source: String
  ) -> String {
    text {
      head(&$0, source, id: String(position.rawValue), prefix + event.kind.rawValue)
      $0.member("time", time(event.circumstances.recordedAt))
      $0.member("subject", String(event.stream))
      $0.member("datacontenttype", recordContent)
      $0.member("leafhash", leaf.base64)
      $0.member("data_base64", Base64.encode(record))
    }
  }

  /// - Parameter json: the event as people are to read it.
  static func readable(_ event: LedgerEvent, json: [UInt8], source: String) -> String {
    text {
      head(&$0, source, id: String(event.position.rawValue), prefix + event.kind.rawValue)
      $0.member("time", time(event.circumstances.recordedAt))
      $0.member("subject", String(event.number))
      $0.member("datacontenttype", "application/json")
      $0.member("data", json: json)
    }
  }

  /// - Parameters:
  ///   - keyID: of the key that signed it, because several may have signed at one size.
  ///   - text: the verifier key and the signed note, as they were kept.
  public static func checkpoint(size: UInt64, keyID: UInt32, text: String, source: String) -> String {
    line(source, id: "checkpoint-\(size)-\(hex(bigEndian(keyID)))", checkpointType) {
      $0.member("size", size)
      $0.member("text", text)
    }
  }

  public static func end(size: UInt64, root: Hash, source: String) -> String {
    line(source, id: "end", endType) {
      $0.member("size", size)
      $0.member("root", root.base64)
    }
  }

  private static func head(_ line: inout JSONWriter, _ source: String, id: String, _ type: String) {
    line.member("specversion", "1.0")
    line.member("id", id)
    line.member("source", source)
    line.member("type", type)
  }

  private static func line(
    _ source: String, id: String, _ type: String, _ data: (inout JSONWriter) -> Void
  ) -> String {
    text {
      head(&$0, source, id: id, type)
      $0.member("datacontenttype", "application/json")
      $0.member("data", json: JSONWriter.object(data))
    }
  }

  private static func text(_ members: (inout JSONWriter) -> Void) -> String {
    String(decoding: JSONWriter.object(members), as: UTF8.self)
  }

  static func time(_ instant: Timestamp) -> String { instant.rfc3339(at: .utc).dropLast("+00:00".count) + "Z" }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func bytes(hex: String) -> [UInt8]? {
    let digits = Array(hex.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
    }
    return self.hex(bytes) == hex ? bytes : nil
  }
}
