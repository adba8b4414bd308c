extension DeskViews {
  /// Every view of the desk, in the order in which they are written. The tables, the writing, the comparison with a
  /// replay, whose a row is and the schema version are driven by it: a view is a file in `Views`, and a line here.
  static let all: [DeskView] = [
    CasesView.view,
    CodesView.view,
    RegisterView.view,
    PromisesView.view,
    ClerkView.view,
    StatusView.view,
    SearchView.view,
    ErasedView.view,
    CellsView.view,
    OfficeView.view,
  ]

  public static let tables: [String] = all.map(\.name)

  /// Names the views and the versions of their rows. Views under another name are built anew, all of them: there are no
  /// partial rebuilds, and so no versions that have to fit each other.
  public static let schemaVersion: String = "desk " + all.map { "\($0.name).\($0.version)" }.joined(separator: " ")
}
