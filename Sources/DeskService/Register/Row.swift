import Desk

/// Why a row cannot be read.
struct RowProblem: Error {
  var reason: Text
}

/// The index of each column in a record.
struct ColumnIndexes {
  var code: Int
  var receivedAt: Int
  var due: Int
  var endedAt: Int?
  var responsible: Int?
  var channel: Int?
  var applicant: Int?
  var subject: Int?
  var activity: Int
  var actor: Int?
  var group: Int?
  var at: Int

  init(_ columns: ImportMapping.Columns, _ header: [String]) throws(EventLog.MissingColumn) {
    func index(_ name: String) throws(EventLog.MissingColumn) -> Int {
      guard let index = header.firstIndex(of: name) else { throw EventLog.MissingColumn(name: name, known: header) }
      return index
    }
    func optional(_ name: String?) throws(EventLog.MissingColumn) -> Int? {
      if let name { try index(name) } else { nil }
    }
    code = try index(columns.code)
    receivedAt = try index(columns.receivedAt)
    due = try index(columns.due)
    endedAt = try optional(columns.endedAt)
    responsible = try optional(columns.responsible)
    channel = try optional(columns.channel)
    applicant = try optional(columns.applicant)
    subject = try optional(columns.subject)
    activity = try index(columns.activity)
    actor = try optional(columns.actor)
    group = try optional(columns.group)
    at = try index(columns.at)
  }
}

/// One record of the file, seen through the mapping.
struct Row {
  let line: Int
  private let fields: [String]
  private let columns: ColumnIndexes
  private let mapping: ImportMapping

  init(_ record: CSVReader.Record, _ columns: ColumnIndexes, _ mapping: ImportMapping) {
    line = record.line
    fields = record.fields
    self.columns = columns
    self.mapping = mapping
  }

  /// The code of the case that the row belongs to; nil when it is empty.
  var code: String? { text(columns.code) }

  /// The row as one text, in which fields cannot run into each other.
  var source: String { fields.joined(separator: "\u{1F}") }

  func read(_ office: ImportOffice) throws(RowProblem) -> (ImportHistory, ImportHistory.Step) {
    let channel = text(columns.channel).map { mapping.channels[$0] ?? .other } ?? .other
    let history = ImportHistory(
      code: try code(office), register: mapping.register, channel: channel,
      subject: try optional(.subject, columns.subject), applicant: try optional(.applicant, columns.applicant),
      responsible: try optional(.responsible, columns.responsible),
      receivedAt: try past(columns.receivedAt, mapping.columns.receivedAt, office),
      due: try time(columns.due, mapping.columns.due, office),
      endedAt: try columns.endedAt.flatMap { (index) throws(RowProblem) in
        text(index) == nil ? nil : try past(index, mapping.columns.endedAt ?? "", office)
      }, steps: [])
    let facts = Progressed(
      step: try required(.step, columns.activity), by: try optional(.by, columns.actor),
      group: try optional(.group, columns.group))
    return (history, ImportHistory.Step(facts, at: try past(columns.at, mapping.columns.at, office)))
  }

  /// A code that nobody takes for another one.
  private func code(_ office: ImportOffice) throws(RowProblem) -> String {
    let code = try required(.code, columns.code)
    switch CaseCode.form(of: code, prefixes: office.prefixes) {
    case .foreign: break
    case .own where mapping.hasOwnCodes: break
    case .own:
      throw RowProblem(
        reason: Text(
          vi:
            "mã \(code) có dạng mã của chính cơ quan; nếu đây là sổ cũ của cơ quan thì ghi own_codes = true trong tệp ánh xạ",
          en:
            "\(code) has the form of this office's own codes; of an older register of its own the mapping says own_codes = true"
        ))
    case .looksLikeOwn:
      throw RowProblem(
        reason: Text(
          vi: "mã \(code) trông giống mã của chính cơ quan mà không phải",
          en: "\(code) looks like one of this office's own codes, and is not"))
    }
    if let mixed = code.mixedScripts { throw RowProblem(reason: mixed.reason(code)) }
    return code
  }

  private func text(_ index: Int?) -> String? {
    guard let index, !fields[index].isEmpty, !mapping.emptyWords.contains(fields[index]) else { return nil }
    return fields[index]
  }

  private func required(_ field: FieldText, _ index: Int) throws(RowProblem) -> String {
    guard let value = try optional(field, index) else {
      throw RowProblem(reason: Text(vi: "thiếu “\(field.rawValue)”", en: "\(field.rawValue) is missing"))
    }
    return value
  }

  private func optional(_ field: FieldText, _ index: Int?) throws(RowProblem) -> String? {
    do throws(Rejection) {
      return try field.checked(text(index))
    } catch {
      throw RowProblem(
        reason: Text(
          vi: "“\(field.rawValue)” quá dài hoặc có ký tự không được phép",
          en: "\(field.rawValue) is too long or has a character that is not allowed"))
    }
  }

  /// When something happened, which is not after now.
  private func past(_ index: Int, _ column: String, _ office: ImportOffice) throws(RowProblem) -> Timestamp {
    let instant = try time(index, column, office)
    guard instant > office.now else { return instant }
    let (told, now) = (instant.spoken(at: office.offset), office.now.spoken(at: office.offset))
    throw RowProblem(
      reason: Text(
        vi: "“\(column)” là \(told), chưa đến: đồng hồ của cơ quan chỉ \(now)",
        en: "\(column) is \(told), which is yet to come: the office's clock shows \(now)"))
  }

  private func time(_ index: Int, _ column: String, _ office: ImportOffice) throws(RowProblem) -> Timestamp {
    let text = fields[index]
    if let instant = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + office.offset.text) { return instant }
    throw RowProblem(
      reason: Text(vi: "“\(column)”: không đọc được thời điểm “\(text)”", en: "\(column): “\(text)” is not a time"))
  }
}

extension Timestamp {
  /// As people write it, to the second: `09:00:00 01/01/2030`.
  fileprivate func spoken(at offset: UTCOffset) -> String {
    let text = rfc3339(at: offset)
    let date = text.prefix(10).split(separator: "-").reversed().joined(separator: "/")
    return "\(text.dropFirst(11).prefix(8)) \(date)"
  }
}

extension MixedScripts {
  fileprivate func reason(_ code: String) -> Text {
    switch self {
    case .letters(let script, let foreign, let letters):
      Text(
        vi:
          "mã \(code) có \(foreign.name.vi) \(Self.list(letters)) lẫn với \(script.name.vi), nên dễ nhầm với mã khác",
        en:
          "\(code) has \(foreign.name.en) \(Self.list(letters)) among \(script.name.en), and passes for another code")
    case .digits(let digits):
      Text(
        vi: "mã \(code) có chữ số của hệ khác \(Self.list(digits)), nên dễ nhầm với mã khác",
        en: "\(code) has digits of another script \(Self.list(digits)), and passes for another code")
    }
  }

  /// Each with its number, because it looks like another one.
  private static func list(_ scalars: [Unicode.Scalar]) -> String {
    scalars.map { "“\($0)” (\($0.codePointText))" }.joined(separator: ", ")
  }
}

extension Script {
  fileprivate var name: Text {
    switch self {
    case .latin: Text(vi: "chữ Latinh", en: "Latin letters")
    case .greek: Text(vi: "chữ Hy Lạp", en: "Greek letters")
    case .cyrillic: Text(vi: "chữ Kirin", en: "Cyrillic letters")
    case .eastAsian: Text(vi: "chữ Đông Á", en: "East Asian letters")
    case .other: Text(vi: "chữ của hệ khác", en: "letters of another script")
    }
  }
}
