import DeskInterface

/// One citizen's story, told by running the client as a clerk would.
struct DemoStory {
  let language: Language
  let socket: String
  let output: Output
  /// The code of the citizen's case, once it is received.
  private var code = "0001"

  init(language: Language, socket: String, output: Output) {
    self.language = language
    self.socket = socket
    self.output = output
  }

  /// A working Wednesday.
  static let start = "2026-11-18T09:00"

  mutating func tell() throws {
    let say = language.say(_:_:)
    let moment = language.spoken("\(Self.start):00+07:00")
    try output.line(say("— \(moment) — sổ DEMO, đồng hồ riêng", "— \(moment) — a DEMO ledger with a clock of its own"))
    try output.line(
      say("(P3, P5, P7, P9: bốn trong mười điều cơ quan đã hứa)", "(P3, P5, P7, P9: four of the office's ten promises)")
    )
    try act("1. Dân hỏi được tư vấn (P3)", "1. Who asks is advised (P3)")
    _ = try run(
      ["consult", "-", "--answer", "-", "--minutes", "5"],
      answering: [
        say("Sửa năm sinh trong giấy khai sinh thì cần gì?", "What does it take to correct a year of birth?"),
        say("Tờ khai, bản chính giấy khai sinh, căn cước.", "The form, the original certificate, the identity card."),
      ])

    try moveClock("2026-11-23T09:00")
    try act("2. Giấy hẹn có ngày, giờ (P5)", "2. A slip with day and hour (P5)")
    let received = try run(
      ["receive", "cai-chinh", "--name", "-", "--paper", "Tờ khai"],
      answering: ["Nguyễn Thị Hoa"])
    code = Self.shortCode(in: received) ?? code
    try act("3. Vì sao ngày đó: đếm từng ngày (nói dân hiểu)", "3. Why that date, day by day (to be understood)")
    _ = try run(["explain", code])

    try moveClock("2026-11-30T08:00")
    try act("4. Trễ hẹn: không ai được im lặng trả kết quả (P7)", "4. The date is broken: no result in silence (P7)")
    _ = try run(["resolve", code, "--document", "12/TLHT"], expecting: Exit.refused)
    try act("5. Lời xin lỗi, lý do và ngày hẹn mới (P7)", "5. The apology, the reason and a new date (P7)")
    _ = try run(
      ["apologise", code, "--text", "-", "--new-due", "+2"],
      answering: [say("Xin lỗi chị Hoa: hồ sơ gốc tìm chậm.", "We are sorry: the old register was found late.")])

    try moveClock("2026-12-01T14:00")
    try act("6. Kết quả tận tay người được nhờ (P9)", "6. The result in the hands of whom she sent (P9)")
    _ = try run(["resolve", code, "--document", "12/TLHT"])
    _ = try run(
      ["return", code, "--to", "-", "--authority", "-"],
      answering: ["Trần Văn Bình", say("giấy ủy quyền 01/12/2026", "letter of 01/12/2026")])
    try act("7. Xin lỗi không xóa được trễ hạn", "7. An apology does not erase lateness")
    _ = try run(["tally"])
    try act("8. Việc còn lại của quầy", "8. What is left for the desk")
    _ = try run(["next"])
    _ = try run(["list", "--late"])
  }

  private func act(_ vi: String, _ en: String) throws { try output.line("## \(language.say(vi, en))") }

  private func moveClock(_ text: String) throws {
    _ = try Daemon(path: socket, timeout: .seconds(30)).once(Wire.SetClock(to: text))
    try output.line("— \(language.spoken("\(text):00+07:00")) —")
  }

  /// Prints the command as a clerk would type it, then what it really says. Its questions are answered on a terminal,
  /// as a clerk would, because what names the citizen stands on no command line.
  private func run(
    _ arguments: [String], answering answers: [String] = [], expecting expected: Int32 = Exit.done
  ) throws -> String {
    try output.line("$ \(CommandLineText(arguments).text)")
    try output.flush()
    let environment = DemoDaemon.environment(["MOTCUA_SOCKET": socket, "MOTCUA_LANG": language.rawValue])
    let (code, text) =
      try answers.isEmpty
      ? Child.run(DemoDaemon.executable, arguments, environment: environment)
      : Child.run(DemoDaemon.executable, arguments, environment: environment, typing: answers)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty {
      try output.line(String(line))
    }
    guard !Interruption.isPending else {
      throw Failure.story(language.say("Chạy thử bị ngắt giữa chừng.", "The demonstration was interrupted."))
    }
    guard code == expected else {
      throw Failure.story(
        language.say(
          "motcua \(arguments[0]) phải kết thúc với mã \(expected), nhưng là \(code).",
          "motcua \(arguments[0]) should have ended with \(expected), but ended with \(code)."))
    }
    return text
  }

  /// `261123-0002` from the code that begins a line of a receipt.
  static func shortCode(in text: String) -> String? {
    // The questions that were asked may stand before that line.
    for line in text.split(separator: "\n") {
      let parts = line.prefix { $0 != " " }.split(separator: "-")
      if parts.count >= 3 { return parts.suffix(2).joined(separator: "-") }
    }
    return nil
  }
}
