import ArgumentParser
import Desk
import DeskInterface
import Foundation
import ParserWords
import Wording

@main
struct Motcuad: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "motcuad",
    abstract: spoken("Lưu các sự kiện của bộ phận một cửa.", "Keeps the events of a one-door office."),
    discussion: spoken(
      """
      Dưới systemd không cần tham số nào: motcuad.socket gọi nó dậy khi có người gọi.
      Mã thoát: 0 dừng bình thường, 64 sai tham số, 65 sổ bị hỏng, bị thay hoặc thiếu sự kiện, 69 dữ liệu hoặc socket đang \
      được dùng, 74 đĩa lỗi hoặc các bảng tra cứu sẽ dựng lại ở lần khởi động tới, 78 cấu hình sai.
      """,
      """
      Under systemd it takes no arguments: motcuad.socket starts it when somebody calls.
      Exit codes: 0 stopped in order, 64 wrong arguments, 65 the ledger is damaged or exchanged or misses events, 69 the \
      data or the socket is in use, 74 the disk failed or the views are built anew at the next start, 78 the configuration \
      is wrong.
      """),
    version: Release.version,
    subcommands: [
      Run.self, CheckConfig.self, Keygen.self, Verify.self, Restore.self, Salvage.self, TellClock.self, Inspect.self,
    ], defaultSubcommand: Run.self)

  static func main() async {
    if let reason = Memory.forbidDumps() {
      complain(
        spoken(
          "tiến trình khác của cùng tài khoản đọc được bộ nhớ của motcuad, và khi hỏng có thể còn lại tệp core: \(reason.vi)",
          "other processes of this account can read the memory of motcuad, and a crash may leave a core of it: \(reason.en)"
        ))
    }
    do {
      switch try parseAsRoot() {
      case var command as Run:
        try command.prepare()
        try await command.run()
      case var command as any AsyncParsableCommand: try await command.run()
      case var command: try command.run()
      }
    } catch {
      let words = ParserWords(isVietnamese: Language.current() == .vi)
      let (code, text) = (exitCode(for: error), fullMessage(for: error))
      if !text.isEmpty {
        let said = Data(((code.isSuccess ? words.help(text) : words.refusal(text)) + "\n").utf8)
        let place = code.isSuccess ? FileHandle.standardOutput : .standardError
        do { try place.write(contentsOf: said) } catch { Foundation.exit(Exit.storage.rawValue) }
      }
      Foundation.exit(code.rawValue)
    }
  }
}

/// One of the two, in the language of this process.
func spoken(_ vi: String, _ en: String) -> String { Language.current().pick(Text(vi: vi, en: en)) }

func help(_ vi: String, _ en: String) -> ArgumentHelp { ArgumentHelp(stringLiteral: spoken(vi, en)) }
