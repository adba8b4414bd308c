/// A view that is a pure function of one stream's state: what the state contributes, row by row.
///
/// Who keeps the view compares the rows before and after an event and writes the difference, so that a view can neither
/// drift from the state nor forget to undo.
public protocol Projection<State, Row> {
  associatedtype State
  associatedtype Row: Hashable

  /// The name of its table.
  static var name: String { get }
  /// The rows of this state, in any order; a state that contributes nothing returns none.
  static func rows(of state: State) -> [Row]
}
