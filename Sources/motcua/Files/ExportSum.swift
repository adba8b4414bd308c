import MerkleTree
import Varlink

/// Counts the events of an export and computes their tree as its lines pass, and compares both with what the last line
/// says.
struct ExportSum {
  /// Why an export cannot be kept; a clause for `Failure.protocolViolation`.
  struct Mismatch: Error {
    var reason: String
  }

  private(set) var tree = Frontier()
  /// What the last line says; nil before it.
  private(set) var end: (size: Int, root: String)?
  private let isReadable: Bool
  private var events = 0

  init(isReadable: Bool) { self.isReadable = isReadable }

  mutating func take(_ line: String) throws {
    let node: JSONNode
    do throws(StrictJSON.Failure) { node = try StrictJSON.parse(Array(line.utf8)) } catch {
      throw Mismatch(reason: "\(error)")
    }
    guard end == nil, let type = node["type"]?.string else { throw Mismatch(reason: "Export: \(line.prefix(80))") }
    switch type {
    case "vn.motcua.export.begin", "vn.motcua.checkpoint": break
    case "vn.motcua.export.end":
      guard let size = node["data"]?["size"]?.integer, let root = node["data"]?["root"]?.string else {
        throw Mismatch(reason: "Export: \(line.prefix(80))")
      }
      end = (Int(size), root)
    default:
      events += 1
      guard node["id"]?.string == String(events) else { throw Mismatch(reason: "event \(events) is missing") }
      if isReadable { return }
      guard let record = node["data_base64"]?.string.flatMap({ Base64.decode($0) }) else {
        throw Mismatch(reason: "event \(events): data_base64")
      }
      tree.append(MerkleTree.leafHash(record))
    }
  }

  /// How many events there were, and the root over them; readable lines have no records to compute it from.
  func finish() throws -> (events: Int, root: String) {
    guard let end else { throw Mismatch(reason: "the export has no end") }
    guard end.size == events, isReadable || end.root == tree.root.base64 else {
      throw Mismatch(reason: "the records give root \(tree.root.base64), the end says \(end.root)")
    }
    return (events, end.root)
  }
}
