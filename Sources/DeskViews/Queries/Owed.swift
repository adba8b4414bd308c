public import Desk

/// The open promises of one case.
public struct Owed: Sendable {
  public var row: CaseRow
  public var promises: [Promise]
}

/// Everything that is promised and open, in pages: a case with all of it at once.
public struct OwedPages: Sendable {
  private var pages: CasePages

  init(_ pages: CasePages) { self.pages = pages }

  /// The next cases, at most `limit`; an empty page is possible. Nil after the last one.
  public mutating func next(limit: Int = 100, in views: DeskViews) throws -> [Owed]? {
    try pages.next(limit: limit, in: views)?.map { row in
      Owed(row: row, promises: row.state.promises.filter(\.isOpen))
    }
  }
}

extension DeskViews {
  /// What the office owes: of open cases by their latest date, then of those that wait to be handed over, since when, then of those
  /// that have ended, by the date of a notice.
  public static func owed(clerk: String? = nil) -> OwedPages {
    func run(_ rows: PromisesView.Rows) -> CasePages.Run {
      rows.run { state in clerk == nil || state.clerk == clerk }
    }
    // What is owed otherwise is owed in a case of one of these.
    return OwedPages(CasePages([run(.latestDates), run(.handOvers), run(.notices)]))
  }
}
