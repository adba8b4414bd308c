import Desk
import DeskService
import DeskViews
import EventSourcing

/// The answers to questions, as lines of text, so that those of the model and those of the desk can be laid side by side.
struct ModelAnswers {
  let model: Model
  let now: Micros

  func line(_ file: Model.Case, withNames: Bool = true) -> String {
    var outcome: String?
    if case .resolved(let said, _)? = file.resolution?.what { outcome = said }
    let isSecondKept = file.newDates.isEmpty ? nil : file.resolution.map { $0.occurredAt <= file.due }
    let line = CaseLine(
      code: file.code, version: file.events.count, status: file.status, firstDue: file.firstDue, due: file.due,
      isOpen: file.isOpen, isEnded: file.isEnded, isLate: file.isLate(now: now), owes: file.owesApology(now: now),
      secondDateKept: isSecondKept, isProvisional: file.isProvisional, newDates: file.newDates.count,
      clerk: file.clerk, outcome: outcome, erased: file.isErased)
    return line.text + (withNames ? " \(file.applicant ?? "-") \(file.subject ?? "-")" : "")
  }

  /// The lines of the cases that are meant, in the order of their keys.
  private func lines(
    withNames: Bool = true, _ isMeant: (Model.Case) -> Bool, by key: (Model.Case) -> (Int, Micros)
  ) -> [String] {
    model.cases.filter(isMeant).map { (key($0), $0) }
      .sorted { ($0.0.0, $0.0.1, $0.1.number) < ($1.0.0, $1.0.1, $1.1.number) }
      .map { line($0.1, withNames: withNames) }
  }

  private static let statuses = ["received", "processing", "awaitingSupplement", "ready", "returned", "withdrawn"]

  func list(_ query: ModelQuery, withNames: Bool = true) -> [String] {
    func rank(_ file: Model.Case) -> Int { Self.statuses.firstIndex(of: file.status) ?? 0 }
    switch query {
    case .open: return lines(withNames: withNames, \.isOpen) { (0, $0.due) }
    case .late: return lines(withNames: withNames, { $0.isLate(now: now) }) { ($0.isOpen ? 0 : 1, $0.firstDue) }
    case .lateOpen: return lines(withNames: withNames, { $0.isLate(now: now) && $0.isOpen }) { (0, $0.firstDue) }
    case .notLate: return lines(withNames: withNames, { !$0.isLate(now: now) }) { (rank($0), $0.due) }
    case .closed: return lines(withNames: withNames, { !$0.isOpen }) { (rank($0), $0.due) }
    case .status(let status): return lines(withNames: withNames, { $0.status == "\(status)" }) { (0, $0.due) }
    case .clerk(let clerk): return lines(withNames: withNames, { $0.clerk == clerk && $0.isOpen }) { (0, $0.due) }
    case .closedOfClerk(let clerk):
      return lines(withNames: withNames, { $0.clerk == clerk && !$0.isOpen }) { (1, $0.due) }
    case .procedure(let name):
      return lines(withNames: withNames, { $0.procedure == name && $0.isOpen }) { (0, $0.due) }
    case .dueBefore(let date): return lines(withNames: withNames, { $0.due < date && $0.isOpen }) { (0, $0.due) }
    }
  }

  /// What is to be done first: owed apologies, what is overdue, results to hand over, what is urgent, the rest.
  func duties() -> [String] {
    let files = model.cases.filter { !$0.isEnded }
    let owed = files.filter { $0.owesApology(now: now) }
    let others = files.filter { !$0.owesApology(now: now) }
    let open = others.filter(\.isOpen)
    func told(_ files: [Model.Case], _ reason: (Model.Case) -> String, _ at: (Model.Case) -> Micros) -> [String] {
      files.sorted { (at($0), $0.number) < (at($1), $1.number) }.map { "\(reason($0)) \($0.code)" }
    }
    func dated(_ file: Model.Case) -> String {
      Almanac.index(of: file.due) == Almanac.index(of: now) ? "dueToday" : "open"
    }
    return told(owed, { _ in "apologyOwed" }, \.due)
      + told(open.filter { $0.isLate(now: now) }, { _ in "overdue" }, \.firstDue)
      + told(others.filter { !$0.isOpen }, { _ in "handOver" }, { $0.resolution?.occurredAt ?? 0 })
      + told(open.filter { !$0.isLate(now: now) && $0.isUrgent }, { _ in "urgent" }, \.due)
      + told(open.filter { !$0.isLate(now: now) && !$0.isUrgent }, dated, \.due)
  }

  /// The notices that are owed.
  func notices() -> [String] {
    model.cases.flatMap { file in
      file.owedNotices.map { "case \(file.number) owes notice since v\($0.version)" }
    }.sorted()
  }

  /// The cases in which every word begins one of the case's.
  func search(_ words: [String]) -> [String] {
    model.cases.filter { file in
      let own = ModelNames.words(file)
      return words.allSatisfy { word in own.contains { $0.hasPrefix(word) } }
    }.map(\.code).sorted()
  }

  func tally() -> [String] {
    let today = Almanac.index(of: now)
    let monday = today - Almanac.days[today].weekday + 1
    let month = Almanac.days[today].text.prefix(7)
    let first = Almanac.days.firstIndex { $0.text.hasPrefix(month) } ?? 0
    let columns = [today...today, today - 1...today - 1, monday...today, first...today, 0...Almanac.days.count]
    return [false, true].flatMap { onlyImported in
      ["cases", "enquiries", "complaints"].flatMap { group in
        let which = onlyImported ? "imported " : ""
        let files = model.cases.filter { file in
          if onlyImported, !file.isImported { return false }
          return switch file.kind {
          case .procedure, .assistance: group == "cases"
          case .enquiry: group == "enquiries"
          case .complaint: group == "complaints"
          }
        }
        func count(_ days: ClosedRange<Int>, _ at: (Model.Case) -> Micros?) -> Int {
          files.count { file in at(file).map { days.contains(Almanac.index(of: $0)) } ?? false }
        }
        var rows = columns.map { days in
          var counts = Columns().all
          counts.received = count(days) { $0.receivedAt }
          counts.resolvedOnTime = count(days) { $0.isLate(now: now) ? nil : $0.resolution?.occurredAt }
          counts.resolvedLate = count(days) { $0.isLate(now: now) ? $0.resolution?.occurredAt : nil }
          counts.withdrawn = count(days) { $0.withdrawal?.occurredAt }
          counts.withdrawnLate = count(days) { file in
            file.withdrawal.flatMap { $0.occurredAt > file.firstDue ? $0.occurredAt : nil }
          }
          return "\(which)\(group) \(counts)"
        }
        var standings = Columns().now
        standings.open = files.count(where: \.isOpen)
        standings.openLate = files.count { $0.isOpen && $0.isLate(now: now) }
        standings.apologiesOwed = files.count { $0.owesApology(now: now) }
        rows.append("\(which)\(group) \(standings)")
        return rows
      }
    }
  }

  func history(_ file: Model.Case) -> [String] {
    file.events.map { event in
      "v\(event.version) @\(event.position) \("\(event.what)".prefix { $0 != "(" }) \(event.recordedAt) "
        + "\(event.occurredAt) \(event.by)"
    }
  }
}

/// What lists are asked for.
enum ModelQuery {
  case open, late, lateOpen, notLate, closed
  case status(Status)
  case clerk(String)
  case closedOfClerk(String)
  case procedure(String)
  case dueBefore(Micros)

  var filter: CaseFilter {
    var filter = CaseFilter()
    switch self {
    case .open: break
    case .late: filter.late = true
    case .lateOpen: (filter.late, filter.open) = (true, true)
    case .notLate: filter.late = false
    case .closed: filter.open = false
    case .status(let status): filter.status = status
    case .clerk(let clerk): filter.clerk = clerk
    case .closedOfClerk(let clerk): (filter.clerk, filter.open) = (clerk, false)
    case .procedure(let name): filter.procedure = name
    case .dueBefore(let date): filter.dueBefore = Timestamp(microseconds: date)
    }
    return filter
  }

  static func all(now: Micros) -> [ModelQuery] {
    [.open, .late, .lateOpen, .notLate, .closed, .clerk("lan"), .clerk("minh"), .closedOfClerk("lan")]
      + Status.allCases.map { .status($0) } + [.procedure("cai-chinh"), .dueBefore(now + 86_400_000_000 * 3)]
  }
}

/// What is said of a case in one line.
struct CaseLine {
  var code: String
  var version: Int
  var status: String
  var firstDue: Micros
  var due: Micros
  var isOpen: Bool
  var isEnded: Bool
  var isLate: Bool
  var owes: Bool
  var secondDateKept: Bool?
  var isProvisional: Bool
  var newDates: Int
  var clerk: String
  var outcome: String?
  var erased: Bool

  var text: String {
    let dates = "first \(firstDue) due \(due)\(isProvisional ? " provisional" : "") new \(newDates)"
    let standing = [
      isOpen ? "open" : nil, isEnded ? "ended" : nil, isLate ? "late" : nil, owes ? "owes" : nil,
      secondDateKept.map { "second kept: \($0)" }, erased ? "erased" : nil,
    ].compactMap(\.self)
    return "\(code) v\(version) \(status) \(dates) \(standing) \(outcome ?? "-") \(clerk)"
  }
}
