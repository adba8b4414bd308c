import ArgumentParser
import Desk

struct CheckConfig: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: spoken("Đọc cấu hình và cho biết chỗ nào sai.", "Reads the configuration and says what is wrong in it."))

  @Option(help: help("Thư mục cấu hình.", "The configuration directory."))
  var config: String = Paths.config

  func run() throws {
    do throws(SettingsError) {
      let configuration = try Configuration(config)
      let language = Language.current(office: configuration.language)
      for warning in configuration.roles.unknown { complain(warning.text(language)) }
      let book = configuration.book
      print(
        language.pick(
          Text(
            vi:
              "\(config): đúng; \(book.procedures.count) thủ tục, lịch năm \(years(book)), bộ quy định \(book.rules.version)",
            en:
              "\(config): in order; \(book.procedures.count) procedures, calendar of \(years(book)), rule set \(book.rules.version)"
          )))
    } catch {
      complain(error.text(Language.current()))
      throw Exit.config
    }
  }

  private func years(_ book: RuleBook) -> String {
    book.calendar.publishedYears.map(String.init).joined(separator: ", ")
  }
}
