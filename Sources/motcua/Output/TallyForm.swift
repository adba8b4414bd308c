import DeskInterface
import Varlink

/// The tally: five columns of counts, procedures and assistance first, the others when there are any.
struct TallyForm {
  let tally: Wire.Tally.Answer
  let language: Language

  func print(to output: Output) throws {
    try output.line(language.say("Tính đến ", "As of ") + language.spoken(tally.at))
    try table(language.say("Thủ tục, việc nhờ", "Procedures, assistance"), tally.cases).print(to: output)
    let others = [
      (language.say("Hỏi", "Enquiries"), tally.enquiries), (language.say("Phàn nàn", "Complaints"), tally.complaints),
    ]
    for (title, columns) in others where columns.all.received > 0 {
      try output.line("")
      try table(title, columns).print(to: output)
    }
  }

  func table(_ title: String, _ columns: Wire.Columns) -> Table {
    var table = Table(
      [
        title, language.say("Hôm nay", "Today"), language.say("Hôm qua", "Yesterday"),
        language.say("Tuần này", "This week"), language.say("Tháng này", "This month"), language.say("Tất cả", "All"),
      ], rightAligned: [1, 2, 3, 4, 5])
    func row(
      _ vi: String, _ en: String, _ count: (Wire.Counts) -> Int?, _ part: (Wire.ImportedCounts) -> Int?
    ) {
      let all = [columns.today, columns.yesterday, columns.thisWeek, columns.thisMonth, columns.all]
      table.add([language.say(vi, en)] + all.map { count($0).map(language.grouped) ?? "" })
      // Told apart wherever any of them came from another register.
      let imported = all.map { $0.imported.flatMap { part($0) } }
      guard imported.contains(where: { $0 ?? 0 > 0 }) else { return }
      table.add(
        [language.say("  nhập từ sổ cũ", "  imported")]
          + zip(all, imported).map { column, imported in
            count(column).map { _ in language.grouped(imported ?? 0) } ?? ""
          })
    }
    row("Đã tiếp nhận", "Received") {
      $0.received
    } _: {
      $0.received
    }
    row("Đúng hạn", "Resolved on time") {
      $0.resolvedOnTime
    } _: {
      $0.resolvedOnTime
    }
    row("Trễ hạn", "Resolved late") {
      $0.resolvedLate
    } _: {
      $0.resolvedLate
    }
    row("Đã rút", "Withdrawn") {
      $0.withdrawn
    } _: {
      $0.withdrawn
    }
    if columns.all.withdrawnLate > 0 {
      row("  rút sau hạn", "  after the date") {
        $0.withdrawnLate
      } _: {
        $0.withdrawnLate
      }
    }
    row("Đang mở", "Open") {
      $0.open
    } _: {
      $0.open
    }
    row("Quá hạn", "Open past due") {
      $0.openLate
    } _: {
      $0.openLate
    }
    row("Nợ lời xin lỗi", "Apologies owed") {
      $0.apologiesOwed
    } _: {
      $0.apologiesOwed
    }
    return table
  }
}

/// The tally as one object, procedures and assistance at the top.
struct TallyJSON: JSONWritable {
  let at: String
  let today, yesterday, thisWeek, thisMonth, all: Wire.Counts
  let enquiries, complaints: Wire.Columns

  init(_ tally: Wire.Tally.Answer) {
    at = tally.at
    (today, yesterday) = (tally.cases.today, tally.cases.yesterday)
    (thisWeek, thisMonth, all) = (tally.cases.thisWeek, tally.cases.thisMonth, tally.cases.all)
    (enquiries, complaints) = (tally.enquiries, tally.complaints)
  }

  func write(to json: inout JSONWriter) {
    json.open()
    json.member("at", at)
    json.member("today", today)
    json.member("yesterday", yesterday)
    json.member("thisWeek", thisWeek)
    json.member("thisMonth", thisMonth)
    json.member("all", all)
    json.member("enquiries", enquiries)
    json.member("complaints", complaints)
    json.close()
  }
}
