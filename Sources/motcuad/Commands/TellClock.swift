import ArgumentParser
import CTimex
import Desk
import DeskService
import Glibc
import Wording

/// Asks the kernel about the clock for the daemon, whose unit may not: this runs beside it, outside its sandbox.
struct TellClock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock-state",
    abstract: spoken(
      "Cho biết đồng hồ máy đã được đồng bộ chưa; motcua-clock.timer chạy lệnh này cho motcuad.",
      "Tells whether the machine's clock is synchronised; motcua-clock.timer runs it for the daemon."))

  @Option(
    help: help(
      "Ghi vào tệp này, nơi motcuad đọc, thay vì in ra.",
      "Write it into this file, where the daemon reads it, and do not print it."))
  var out: String?

  func run() throws {
    let text = Synchronisation(Self.ask()).text
    guard let out else { return print(text, terminator: "") }
    // The file is written aside and renamed, because the daemon may be reading. Everybody may read it.
    let temporary = out + ".new"
    let bytes = Array(text.utf8)
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failed("open", temporary) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o644) == 0, write(descriptor, bytes, bytes.count) == bytes.count else {
      throw Self.failed("write", temporary)
    }
    if rename(temporary, out) != 0 { throw Self.failed("rename", out) }
  }

  /// What the kernel says (adjtimex(2)), without changing anything; `unknown` where it may not be asked.
  private static func ask() -> Synchronisation.Word {
    var question = timex()
    switch adjtimex(&question) {
    case -1: return .unknown
    case TIME_ERROR: return .unsynchronised
    default: return .synchronised
    }
  }

  private static func failed(_ operation: String, _ path: String) -> ExitCode {
    let reason = SystemErrorText(errno)
    complain(
      spoken("không ghi được \(path) (\(operation)): \(reason.vi)", "cannot write \(path) (\(operation)): \(reason.en)")
    )
    return Exit.storage
  }
}
