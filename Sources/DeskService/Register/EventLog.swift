import Crypto
public import Desk
import EventSourcing

/// A line of an imported file with something to say about it.
public struct RowNote: Hashable, Sendable {
  public var line: Int
  public var reason: Text
}

/// An event log that was read: cases with their history, and what is wrong or odd in the file.
public struct EventLog: Sendable {
  public struct Case: Sendable {
    /// The line that the case begins on.
    public var line: Int
    public var history: ImportHistory
    /// The rows of the file that it was made from.
    var source: [String]
  }

  /// The file has no column that the mapping names.
  public struct MissingColumn: Error, Sendable {
    public var name: String
    public var known: [String]
  }

  public private(set) var cases: [Case] = []
  public private(set) var warnings: [RowNote] = []
  public private(set) var badRows: [RowNote] = []
  /// The digest of the codes in the file, row by row, of which command ids are made. Ids stand in the ledger unsealed
  /// and for ever, so they are made only of what stands there unsealed, too.
  private var digest: [UInt8] = []
  private let mappingText: String

  public init(_ text: String, _ mapping: ImportMapping, for office: ImportOffice) throws(MissingColumn) {
    mappingText = mapping.text
    var reader = CSVReader(text)
    guard case .success(let header)? = reader.next() else {
      throw MissingColumn(name: mapping.columns.code, known: [])
    }
    let columns = try ColumnIndexes(mapping.columns, header.fields)
    var indexes: [String: Int] = [:]
    var codes = SHA256()
    func note(_ fields: [String]) {
      let code = fields.indices.contains(columns.code) ? fields[columns.code].folded : ""
      codes.update(data: Array(code.utf8) + [0x1E])
    }
    while let result = reader.next() {
      switch result {
      case .failure(let failure):
        badRows.append(RowNote(line: failure.line, reason: Self.reason(failure.problem)))
        note(failure.fields)
        noteIncomplete(failure.fields, columns)
      case .success(let record):
        note(record.fields)
        guard record.fields.count == header.fields.count else {
          let (found, expected) = (record.fields.count, header.fields.count)
          noteIncomplete(record.fields, columns)
          bad(record.line, "có \(found) cột, phải có \(expected)", "has \(found) fields, not \(expected)")
          continue
        }
        add(Row(record, columns, mapping), office, &indexes)
      }
    }
    digest = Array(codes.finalize())
    leaveOutIncomplete()
    for (log, lines) in zip(cases, lines) { warn(of: log, lines) }
    for index in cases.indices { cases[index].history.steps.sort { $0.at < $1.at } }
    warnings.sort { $0.line < $1.line }
  }

  /// The command id of a case: the same for the same case of the same file, so that a repeated import is recognised.
  func commandID(of item: Case) -> [UInt8] { CommandID.make(fileDigest: digest, line: item.line) }

  /// What the rows and the mapping say of the case.
  func canonicalText(of item: Case) -> [UInt8] {
    Array(([mappingText] + item.source).joined(separator: "\u{1E}").utf8)
  }

  private mutating func bad(_ line: Int, _ vi: String, _ en: String) {
    badRows.append(RowNote(line: line, reason: Text(vi: vi, en: en)))
  }

  private mutating func warn(_ line: Int, _ vi: String, _ en: String) {
    warnings.append(RowNote(line: line, reason: Text(vi: vi, en: en)))
  }

  private mutating func add(_ row: Row, _ office: ImportOffice, _ indexes: inout [String: Int]) {
    let history: ImportHistory
    let step: ImportHistory.Step
    do throws(RowProblem) {
      (history, step) = try row.read(office)
    } catch {
      bad(row.line, error.reason.vi, error.reason.en)
      if let code = row.code { incomplete.insert(code.folded) }
      return
    }
    // Folded, because that is how codes are told apart everywhere else.
    let code = history.code.folded
    guard let index = indexes[code] else {
      indexes[code] = cases.count
      var history = history
      history.steps = [step]
      cases.append(Case(line: row.line, history: history, source: [row.source]))
      lines.append([row.line])
      return
    }
    var known = cases[index].history
    if !known.describesSameCase(as: history) {
      warn(
        row.line, "dữ liệu hồ sơ khác với dòng \(cases[index].line), giữ theo dòng đó",
        "what it says of the case differs from line \(cases[index].line), which is kept")
    }
    known.steps.append(step)
    cases[index].history = known
    cases[index].source.append(row.source)
    lines[index].append(row.line)
  }

  /// The folded codes of cases with a bad row.
  private var incomplete: Set<String> = []

  private mutating func noteIncomplete(_ fields: [String], _ columns: ColumnIndexes) {
    if fields.indices.contains(columns.code) { incomplete.insert(fields[columns.code].folded) }
  }

  /// A case of which a row is bad stays out whole: brought in without that row it could never be completed.
  private mutating func leaveOutIncomplete() {
    let isKept = cases.map { !incomplete.contains($0.history.code.folded) }
    for (index, isKept) in isKept.enumerated() where !isKept {
      for line in lines[index] {
        bad(line, "hồ sơ này có dòng hỏng khác", "another row of this case is bad")
      }
    }
    badRows.sort { $0.line < $1.line }
    cases = zip(cases, isKept).filter(\.1).map(\.0)
    lines = zip(lines, isKept).filter(\.1).map(\.0)
  }

  /// The line of each step, case by case, in the order of the file.
  private var lines: [[Int]] = []

  private mutating func warn(of log: Case, _ stepLines: [Int]) {
    let history = log.history
    let line = log.line
    if let endedAt = history.endedAt, endedAt < history.receivedAt {
      warn(line, "kết thúc trước khi tiếp nhận", "ends before it was received")
    }
    if history.due < history.receivedAt { warn(line, "hạn trước khi tiếp nhận", "is due before it was received") }
    for (step, stepLine) in zip(history.steps, stepLines) {
      if step.at < history.receivedAt { warn(stepLine, "bước này trước khi tiếp nhận", "a step before the receipt") }
      if let endedAt = history.endedAt, step.at > endedAt {
        warn(stepLine, "bước này sau khi kết thúc", "a step after the end")
      }
    }
  }

  private static func reason(_ problem: CSVReader.Problem) -> Text {
    switch problem {
    case .unclosedQuote: Text(vi: "dấu ngoặc kép không đóng", en: "a quotation mark is never closed")
    case .textAfterQuote: Text(vi: "có chữ sau dấu ngoặc kép đóng", en: "text after a closing quotation mark")
    case .strayQuote: Text(vi: "dấu ngoặc kép giữa ô", en: "a quotation mark in the middle of a field")
    }
  }
}

extension ImportHistory {
  fileprivate func describesSameCase(as other: ImportHistory) -> Bool {
    var (left, right) = (self, other)
    left.steps = []
    right.steps = []
    return left == right
  }
}
