import ArgumentParser
import DeskInterface

@main
struct Motcuad: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "motcuad",
    abstract: "Keeps the events of a one-door office. / Lưu các sự kiện của bộ phận một cửa.",
    version: Release.version,
    subcommands: [
      Run.self, CheckConfig.self, Keygen.self, Verify.self, Restore.self, Salvage.self, Inspect.self,
    ], defaultSubcommand: Run.self)
}
