import ArgumentParser
import DeskInterface
import Varlink

/// The forms in which a ledger leaves and comes back.
enum ExportFormat: String, ExpressibleByArgument {
  case cloudevents
}

struct Export: Verb {
  static let verb = VerbName("export", "xuat")
  static let configuration = verb.configuration(
    "xuất toàn bộ sổ ra các dòng CloudEvents 1.0",
    "the whole ledger as lines of CloudEvents 1.0")

  @Argument(help: help("tệp để ghi; không có thì ra stdout", "the file to write; stdout without one")) var file: String?
  @Option(help: help("dạng: cloudevents", "the form: cloudevents")) var format = ExportFormat.cloudevents
  @Flag(help: help("mở ra để người đọc, không nhập lại được", "opened for people; cannot be brought in again"))
  var readable = false
  @Flag(help: help("thay tệp đã có", "replace a file that is there")) var force = false
  @OptionGroup var common: CommonOptions

  /// What is said at the end.
  struct Report: JSONWritable {
    var events: Int
    var root: String
    var file: String?

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("events", events)
      json.member("root", root)
      json.member("file", file)
      json.close()
    }
  }

  func run(_ session: Session) throws {
    let target = try file.map { try OutFile($0, replaces: force, session.language) }
    let output = target?.lines ?? session.output
    let bar = ProgressBar()
    defer { bar.clear() }
    var sum = ExportSum(isReadable: readable)
    let report: Report
    do {
      try session.daemon.stream(Wire.Export(readable: readable ? true : nil), isPatient: true) { answer in
        for line in answer.lines {
          try sum.take(line)
          try output.json(line: line)
        }
        bar.draw(session.say("Xuất", "Exporting"), done: answer.done, total: answer.total)
        return true
      }
      let (events, root) = try sum.finish()
      report = Report(events: events, root: root, file: file)
    } catch let mismatch as ExportSum.Mismatch {
      throw Failure.protocolViolation(mismatch.reason)
    }
    try target?.finish()
    // It is not exported before it has arrived.
    try session.output.flush()
    bar.clear()
    try say(report, session)
  }

  /// On standard error where standard output is the data.
  private func say(_ report: Report, _ session: Session) throws {
    let name = file.map { session.say(" vào \($0)", " to \($0)") } ?? ""
    let count = session.language.grouped(report.events)
    let sentence = session.say(
      "Đã xuất \(count) sự kiện\(name); gốc Merkle \(report.root)",
      "Exported \(session.language.counted(report.events, "event"))\(name); Merkle root \(report.root)")
    switch (file, session.wantsJSON) {
    case (nil, false): Notice.line(sentence)
    case (nil, true): Notice.json(report.json)
    case (_, false): try session.output.line(sentence)
    case (_, true): try session.output.json(report)
    }
  }
}
