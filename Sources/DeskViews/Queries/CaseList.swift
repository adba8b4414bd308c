public import Desk
import EventStore
import LMDB

/// Which cases are asked for; all conditions hold at once.
public struct CaseFilter: Hashable, Sendable {
  public var open: Bool?
  public var late: Bool?
  public var clerk: String?
  public var procedure: String?
  public var dueBefore: Timestamp?
  public var status: Status?

  public init() {}

  /// Without a condition on where the case stands, open ones are meant.
  var meaning: CaseFilter {
    var filter = self
    if open == nil, late == nil, status == nil { filter.open = true }
    return filter
  }

  /// Whether a case belongs to the answer, and where in it: the order is that of `DeskViews.list`.
  public func place(of row: CaseRow, at now: Timestamp) -> Place? {
    let (filter, state) = (meaning, row.state)
    guard let due = state.due, let firstDue = state.firstDue, filter.allows(state, at: now) else { return nil }
    func place(_ rank: UInt8, _ date: Timestamp) -> Place { Place(rank: rank, date: date, number: row.number) }
    if filter.status != nil { return place(0, due) }
    if filter.late == true { return place(state.isOpen ? 0 : 1, firstDue) }
    if filter.clerk != nil { return place(state.isOpen ? 0 : 1, due) }
    return place(filter.open == true ? 0 : state.status.rawValue, due)
  }

  public struct Place: Hashable, Comparable, Sendable {
    var rank: UInt8
    var date: Timestamp
    public var number: UInt64

    public static func < (left: Place, right: Place) -> Bool {
      (left.rank, left.date, left.number) < (right.rank, right.date, right.number)
    }
  }

  func allows(_ state: CaseState, at now: Timestamp) -> Bool {
    (open.map { $0 == state.isOpen } ?? true) && (status.map { $0 == state.status } ?? true)
      && (clerk.map { $0 == state.clerk } ?? true) && (procedure.map { $0 == state.reception?.facts.procedure } ?? true)
      && (dueBefore.map { before in state.due.map { $0 < before } ?? false } ?? true)
      && (late.map { late in late == Standing(of: state, at: now).isLate } ?? true)
  }
}

/// One question that is answered in pages. It keeps a key, neither views nor a transaction, so that no reader pins the
/// file and views that are replaced between two pages are not missed.
public struct CasePages: Sendable {
  /// A run of rows in one table: those with the prefix, and with a time before the bound if there is one.
  struct Run: Sendable {
    var view: DeskView
    var prefix: [UInt8]
    var before: Timestamp?
    /// Rows whose value lacks this mark are passed over.
    var mark: UInt8 = 0
    /// Rows at another date than the latest of their case are passed over.
    var isAtLatestDate = false
    var accepts: @Sendable (CaseState) -> Bool
  }

  private var runs: [Run]
  private var from: [UInt8]?
  /// What was told, where there are several runs: a case may move from one into another between two pages.
  private var told: Set<UInt64> = []

  init(_ runs: [Run]) { self.runs = runs }

  /// The next cases, at most `limit` and about `PageBytes.max` bytes of them; an empty page is possible. Nil after the last one.
  public mutating func next(limit: Int = 100, in views: DeskViews) throws -> [CaseRow]? {
    guard let run = runs.first else { return nil }
    var page: [CaseRow] = []
    let from = from ?? run.prefix
    let transaction = try views.store.environment.beginRead()
    var rows: [(number: UInt64, time: Timestamp, key: [UInt8])] = []
    try transaction.scan(views.table(run.view), from: from) { key, value in
      let bytes = [UInt8](copying: key)
      guard bytes.starts(with: run.prefix) else { return .stop }
      if let before = run.before,
        !bytes.dropFirst(run.prefix.count).prefix(8).lexicographicallyPrecedes(OrderedKey.time(before))
      {
        return .stop
      }
      if run.mark != 0, value.isEmpty || value[0] & run.mark == 0 { return .next }
      rows.append((OrderedKey.number(bytes), OrderedKey.time(of: bytes.dropFirst(run.prefix.count).prefix(8)), bytes))
      return rows.count < max(limit, 1) ? .next : .stop
    }
    var bytes = 0
    for (number, time, key) in rows {
      let state = try views.state(of: number, transaction)
      if run.isAtLatestDate, state.due != time { continue }
      guard run.accepts(state), told.insert(number).inserted else { continue }
      page.append(CaseRow(number: number, state: state))
      bytes += state.answerBytes
      if bytes >= PageBytes.max {
        // The smallest key after the last one.
        self.from = key + [0]
        return page
      }
    }
    if let last = rows.last, rows.count == max(limit, 1) {
      self.from = last.key + [0]
    } else {
      runs.removeFirst()
      self.from = nil
    }
    return page
  }
}

extension DeskViews {
  /// The cases that a filter allows, by due date (of the late ones, those that are open first).
  public static func list(_ filter: CaseFilter, now: Timestamp) -> CasePages {
    let filter = filter.meaning
    func run(_ view: DeskView, _ prefix: [UInt8], before: Timestamp? = nil) -> CasePages.Run {
      CasePages.Run(view: view, prefix: prefix, before: before) { filter.allows($0, at: now) }
    }
    func promises(_ rows: PromisesView.Rows, before: Timestamp? = nil) -> CasePages.Run {
      rows.run(before: before) { filter.allows($0, at: now) }
    }
    if let status = filter.status { return CasePages([run(StatusView.view, [status.rawValue])]) }
    if filter.late == true {
      let open = promises(.firstDates, before: now)
      // Open ones first: a case that is resolved meanwhile is met again among those resolved, and told once.
      return CasePages(filter.open == true ? [open] : [open, promises(.keptLate)])
    }
    if let clerk = filter.clerk {
      let runs = [true, false].filter { isOpen in filter.open.map { $0 == isOpen } ?? true }
      return CasePages(runs.map { run(ClerkView.view, ClerkView.prefix(clerk, isOpen: $0)) })
    }
    if filter.open == true { return CasePages([promises(.latestDates)]) }
    return CasePages(Status.allCases.map { run(StatusView.view, [$0.rawValue]) })
  }
}
