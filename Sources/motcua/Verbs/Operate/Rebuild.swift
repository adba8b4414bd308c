import ArgumentParser
import DeskInterface

struct Rebuild: Verb {
  static let verb = VerbName("rebuild", "dung-lai")
  static let configuration = verb.configuration(
    "dựng lại mọi bảng tra cứu từ sổ, trong khi vẫn làm việc",
    "build all views anew from the ledger, while work goes on")

  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let bar = ProgressBar()
    defer { bar.clear() }
    var last: Wire.RebuildProgress?
    try session.daemon.stream(Wire.Rebuild(), isPatient: true) { answer in
      last = answer.progress
      bar.draw(session.say("Dựng lại", "Rebuilding"), done: answer.progress.reached, total: answer.progress.end)
      return true
    }
    bar.clear()
    guard let last else { throw Failure.protocolViolation("Rebuild: {}") }
    if session.wantsJSON { return try session.output.json(last) }
    let count = session.language.grouped(last.reached)
    try session.output.line(
      session.say(
        "Đã dựng lại các bảng tra cứu từ \(count) sự kiện.",
        "The views are built anew from \(session.language.counted(last.reached, "event"))."))
  }
}
