import ArgumentParser
import Desk
import Glibc

struct CheckConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: spoken("Đọc cấu hình và cho biết chỗ nào sai.", "Reads the configuration and says what is wrong in it."))

  @Option(help: help("Thư mục cấu hình.", "The configuration directory."))
  var config: String = Paths.config

  @Option(
    help: help(
      "Thư mục dữ liệu của motcuad sẽ chạy với cấu hình đó.",
      "The data directory of the daemon that is to run with it."))
  var data: String?

  func run() throws {
    do throws(SettingsError) {
      let configuration = try Configuration(config)
      if let notYet = configuration.notYet { throw notYet }
      try configuration.daemon.requireApart(from: data ?? dataOfDaemon, SettingsFile(config, "motcuad.toml"))
      try DaemonSettings.checkSigningKey(SettingsFile(config, "motcuad.toml"), readableBy: daemonAccount)
      let language = Language.current(office: configuration.language)
      for warning in configuration.roles.unknown { complain(warning.text(language)) }
      let book = configuration.book
      print(
        language.pick(
          Text(
            vi:
              "\(config): đúng; \(book.procedures.count) thủ tục, lịch năm \(years(book)), bộ quy định \(book.rules.version)",
            en:
              "\(config): in order; \(Text.counted(book.procedures.count, "procedure")), calendar of \(years(book)), rule set \(book.rules.version)"
          )))
    } catch {
      complain(error.text(Language.current()))
      throw Exit.config
    }
  }

  /// Whoever asks for the system's configuration as root means the system's daemon, whatever his own variables say.
  private var dataOfDaemon: String {
    getuid() == 0 && config == Paths.systemConfig ? Paths.systemData : Paths.data
  }

  /// The account that must be able to read the files: the system daemon's when root asks for the system's
  /// configuration, because root reads every file; nil for the caller's own.
  private var daemonAccount: uid_t? {
    getuid() == 0 && config == Paths.systemConfig ? Paths.owner(of: Paths.systemData) : nil
  }

  private func years(_ book: RuleBook) -> String {
    book.calendar.publishedYears.map(String.init).joined(separator: ", ")
  }
}
