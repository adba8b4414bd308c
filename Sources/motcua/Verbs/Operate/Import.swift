import ArgumentParser
import DeskInterface
import Varlink

struct Import: Verb {
  static let verb = VerbName("import", "nhap")
  static let configuration = verb.configuration(
    "nhập một sổ cũ (CSV, mỗi dòng một việc), hoặc một bản xuất vào sổ trống",
    "bring in an event log (CSV, one row per activity), or an export into an empty ledger",
    usage: "<file> --mapping <mapping>", "<file> --format cloudevents [--keys <keys>]")

  enum Format: String, ExpressibleByArgument {
    case csv, cloudevents
  }

  @Argument(help: help("tệp CSV, hoặc bản xuất", "the CSV file, or the export")) var file: String?
  @Option(
    help: help(
      "dạng: csv, hoặc cloudevents do motcua export ghi", "the form: csv, or cloudevents as motcua export writes"))
  var format = Format.csv
  @Option(
    help: help(
      "bản sao lưu khóa, để mở dữ liệu cá nhân (cloudevents)",
      "the backup of the keys, to open what is personal (cloudevents)"))
  var keys: String?
  @Option(help: help("tệp TOML nói các cột nghĩa là gì", "the TOML file that says what the columns mean")) var mapping:
    String?
  @Flag(help: help("bỏ qua những dòng hỏng", "leave bad rows out")) var skipBadRows = false
  @Flag(help: help("liệt kê mọi cảnh báo", "list every warning")) var verbose = false
  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let file = try session.required(file, "FILE", "tệp CSV, hoặc bản xuất", "the CSV file, or the export")
    if format == .cloudevents {
      guard mapping == nil, !skipBadRows else {
        throw Failure.usage(
          session.say("--mapping và --skip-bad-rows là của CSV.", "--mapping and --skip-bad-rows are for CSV."))
      }
      return try LedgerImporter(session).run(file, keys: keys)
    }
    guard keys == nil else {
      throw Failure.usage(
        session.say("--keys đi cùng --format cloudevents.", "--keys goes with --format cloudevents."))
    }
    let mapping = try session.required(mapping, "--mapping", "tệp ánh xạ", "the mapping")
    let text = try TextFile.read(file, session.language)
    let mappingText = try TextFile.read(mapping, session.language)
    let bar = ProgressBar()
    defer { bar.clear() }

    var upload: String?
    var sent = 0
    for part in TextFile.parts(of: text) {
      upload = try session.daemon.once(Wire.Upload(upload: upload, text: String(part))).upload
      sent += part.utf8.count
      bar.draw(session.say("Gửi tệp", "Sending"), done: sent, total: text.utf8.count)
    }
    guard let upload else { return }

    var last: Wire.ImportProgress?
    var warnings: [Wire.RowNote] = []
    var badRows: [Wire.RowNote] = []
    var seen: Set<Wire.RowNote> = []
    let call = Wire.Import(upload: upload, mapping: mappingText, skipBadRows: skipBadRows ? true : nil)
    do {
      try session.daemon.stream(call, isPatient: true) { answer in
        let progress = answer.progress
        // The notes may come with one answer or again with each, so each is kept once.
        warnings += progress.warnings.filter { seen.insert($0).inserted }
        badRows += progress.badRows.filter { seen.insert($0).inserted }
        last = progress
        bar.draw(progress.phase.said { Self.title($0, session.language) }, done: progress.done, total: progress.total)
        return true
      }
    } catch let Failure.refused(error, _, _) where error.name == Wire.ImportRefused.error {
      bar.clear()
      if !session.wantsJSON, case .importRefused(let refused)? = try? Wire.Refusal(error) {
        Self.list(refused.badRows, session.language)
      }
      throw Failure.refused(error, commandID: nil)
    }
    bar.clear()
    guard var last else { throw Failure.protocolViolation("Import: {}") }
    (last.warnings, last.badRows) = (warnings, badRows)
    try report(last, session)
  }

  private func report(_ progress: Wire.ImportProgress, _ session: Session) throws {
    if session.wantsJSON { return try session.output.json(progress) }
    let number = session.language.grouped
    let warnings = progress.warnings.count
    if warnings > 0 {
      Notice.line(
        session.say(
          "\(number(warnings)) chỗ mâu thuẫn được giữ nguyên",
          "\(session.language.counted(warnings, "contradiction")) kept as in the file")
          + (verbose ? ":" : session.say(" (xem với --verbose).", " (see them with --verbose).")))
      if verbose { Self.list(progress.warnings, session.language) }
    }
    if !progress.badRows.isEmpty {
      let count = number(progress.badRows.count)
      Notice.line(
        session.say("\(count) dòng bị bỏ qua:", "\(session.language.counted(progress.badRows.count, "row")) left out:"))
      Self.list(progress.badRows, session.language)
    }
    try session.output.line(
      session.say(
        "Đã nhập \(number(progress.cases)) hồ sơ, \(number(progress.events)) sự kiện; "
          + "\(number(progress.repeated)) hồ sơ đã có từ trước.",
        "Brought in \(session.language.counted(progress.cases, "case")) and "
          + "\(session.language.counted(progress.events, "event")); \(number(progress.repeated)) were there before."
      ))
  }

  private static func title(_ phase: Wire.ImportPhase, _ language: Language) -> String {
    switch phase {
    case .checking: language.say("Kiểm tra", "Checking")
    case .writing: language.say("Ghi", "Writing")
    case .done: language.say("Xong", "Done")
    }
  }

  private static func list(_ notes: [Wire.RowNote], _ language: Language) {
    for note in notes {
      Notice.line("  " + language.say("dòng \(note.line): \(note.reasonVi)", "line \(note.line): \(note.reasonEn)"))
    }
  }
}
