import Desk
import EventSourcing
import EventStore

/// The state of every case, whatever it began with: number → state.
enum CasesView: Projection {
  static let name = "cases"
  static let view = DeskView(Self.self, version: 5, .always, owner: .key(from: 0))

  static func rows(of row: CaseRow) -> [ViewRow] {
    row.state.version == .none ? [] : [ViewRow(bigEndian(row.number), StateCoding.encode(row.state))]
  }
}
