import DeskInterface

/// The due date drawn as a row of days: `T2 23 · T3 24 nghỉ · T4 25 ①`.
enum DayRow {
  /// - Parameter columns: where to begin a new line; nil never.
  static func lines(_ days: [Wire.CountedDay], _ language: Language, columns: Int?) -> [String] {
    var lines: [String] = []
    var month: Substring?
    for (index, day) in days.enumerated() {
      let fields = day.date.split(separator: "-")
      let dayNumber = fields.count == 3 ? Int(fields[2]).map(String.init) ?? day.date : day.date
      let monthNumber = fields.count == 3 ? fields[1] : nil
      let turn = month != nil && monthNumber != month ? monthNumber.flatMap { Int($0) }.map { "/\($0)" } ?? "" : ""
      month = monthNumber
      let cell =
        "\(Weekdays.short(day.weekday, language)) \(dayNumber)\(turn)\(mark(day, isFirst: index == 0, language))"
      guard let last = lines.last else {
        lines.append(cell)
        continue
      }
      let joined = "\(last) · \(cell)"
      if let columns, Terminal.width(joined) > columns {
        lines.append(cell)
      } else {
        lines[lines.count - 1] = joined
      }
    }
    return lines
  }

  /// What stands behind a day. A case that arrived on a day off counts from the next opening: that day, which is not
  /// the first, is marked as the day of reception.
  private static func mark(_ day: Wire.CountedDay, isFirst: Bool, _ language: Language) -> String {
    switch day.kind {
    case .known(.receipt): isFirst ? "" : language.say(" tính là ngày nhận", " counts as the receipt")
    case .known(.weekend), .known(.dayOff): language.say(" nghỉ", " off")
    case .known(.counted): day.count.map { " \(circled($0))" } ?? ""
    case .newer(let kind): " \(kind)"
    }
  }

  /// ① to ⑳, and (21) beyond what Unicode circles in one row.
  static func circled(_ number: Int) -> String {
    guard (1...20).contains(number), let scalar = Unicode.Scalar(UInt32(0x245F + number)) else { return "(\(number))" }
    return String(scalar)
  }

  /// The notes of the days that have one, such as the name of a holiday.
  static func notes(_ days: [Wire.CountedDay], _ language: Language) -> [String] {
    days.compactMap { day in
      guard let note = day.note else { return nil }
      let fields = day.date.split(separator: "-")
      return "\(fields.count == 3 ? "\(fields[2])/\(fields[1])" : day.date): \(language.say(note))"
    }
  }
}
