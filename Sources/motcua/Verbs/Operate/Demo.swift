import ArgumentParser

struct Demo: Verb {
  static let verb = VerbName("demo", "chay-thu")
  static let configuration = verb.configuration(
    "chạy thử: chuyện của một người dân, trên sổ riêng", "one citizen's story, on a ledger of its own")

  @Flag(help: help("để motcuad chạy thử chạy tiếp", "leave the demonstration's daemon running")) var keep = false
  @Option(help: help("thư mục cấu hình", "the configuration's directory")) var config: String?
  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    Interruption.holdBack()
    let daemon = try DemoDaemon.start(clock: DemoStory.start, configuration: config, language: session.language)
    var isKept = false
    defer { if !isKept { daemon.stop() } }
    var story = DemoStory(language: session.language, socket: daemon.socket, output: session.output)
    try story.tell()
    guard keep else { return }
    isKept = true
    try session.output.line(session.say("# motcuad vẫn chạy. Nói chuyện với nó:", "# motcuad goes on. To talk to it:"))
    for line in DemoDaemon.shellLines { try session.output.line(line) }
    try session.output.line("export MOTCUA_SOCKET=\(CommandLineText.quoted(daemon.socket))")
    try session.output.line(session.say("# Để dừng và xóa:", "# To stop it and clean up:"))
    try session.output.line("kill \(daemon.id) && sleep 1 && rm -rf \(CommandLineText.quoted(daemon.directory))")
  }
}
