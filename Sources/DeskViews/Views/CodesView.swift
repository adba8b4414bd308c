import Desk
import EventSourcing
import EventStore

/// From a code, as people type it, to the case: folded code → number.
enum CodesView: CaseView {
  static let name = "codes"
  static let view = DeskView(Self.self, version: 1, .once, owner: .value)

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    guard let code = row.state.reception?.facts.code else { return }
    rows.add {
      $0 += key(code)
    } value: {
      $0.bytes.append(bigEndian: row.number)
    }
  }

  /// A code of nothing but marks folds to nothing, which is no key; it stands for itself.
  static func key(_ code: String) -> [UInt8] {
    var key = code.foldedUTF8
    if key.isEmpty { key = Array(code.utf8) }
    key.removeLast(max(0, key.count - 500))
    return key
  }
}
