import ArgumentParser
import DeskInterface

struct Metrics: Verb {
  static let verb = VerbName("metrics", "so-do")
  static let configuration = verb.configuration("số đo cho Prometheus", "figures for Prometheus, in its text format")

  @OptionGroup var file: OutFileOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    file = line.group()
    common = line.group()
  }

  func run(_ session: Session) throws {
    let answer = try session.daemon.ask(Wire.GetMetrics())
    // A monitor of another account reads the file.
    if let path = file.out {
      return try OutFile.write(path, answer.text, replaces: file.force, mode: 0o644, session.language)
    }
    if session.wantsJSON { return try session.output.json(answer) }
    // The format has no empty lines.
    for line in answer.text.split(separator: "\n") { try session.output.line(String(line)) }
  }
}
