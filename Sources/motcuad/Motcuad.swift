import ArgumentParser

@main
struct Motcuad: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "motcuad",
    abstract: "Keeps the events of a one-door office. / Lưu các sự kiện của bộ phận một cửa.",
    version: version, subcommands: [Run.self, CheckConfig.self], defaultSubcommand: Run.self)
}
