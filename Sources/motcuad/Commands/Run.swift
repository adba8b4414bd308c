import ArgumentParser
import Desk
import DeskService
import EventStore
import Glibc
import Logging
import Synchronization
import UnixSignals

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken("Chạy cho đến khi được lệnh dừng.", "Runs the daemon until it is told to stop."))

  @Option(help: help("Thư mục cấu hình.", "The configuration directory."))
  var config: String = Paths.config

  @Option(help: help("Thư mục dữ liệu; chưa có thì tạo.", "The data directory, made when it is missing."))
  var data: String = Paths.data

  @Option(
    help: help(
      "Đường dẫn socket, khi systemd không trao sẵn.", "The socket to listen on, unless systemd hands one over."))
  var socket: String = Paths.socket

  @Flag(help: help("Sổ dùng thử, có ghi rõ là để thử.", "A throw-away ledger, marked as a demo."))
  var demo = false

  @Flag(
    help: help(
      "Làm tiếp với sổ bị mất, thiếu sự kiện, hoặc khác với những gì bảng tra cứu đã thấy hay khóa đã ký; việc này được ghi vào sổ.",
      "Go on with a ledger that is gone, lacks events, or is not what the views saw or a key signed; it is recorded."))
  var acceptLedger = false

  @Option(
    help: help(
      "Giờ lúc bắt đầu của sổ dùng thử, như 2026-11-18T09:00.",
      "What a demo's clock shows at the start, as in 2026-11-18T09:00."))
  var clock: String?

  func validate() throws {
    if clock != nil, !demo {
      throw ValidationError(
        spoken(
          "--clock chỉ đi cùng --demo: đồng hồ của sổ thật là đồng hồ máy",
          "--clock works with --demo only: a real office's clock is the machine's"))
    }
  }

  /// Enters the data directory before anything is awaited: from then on the main thread is put aside, and would stay
  /// root.
  mutating func prepare() throws {
    // First of all, because a SIGHUP that nobody takes ends the process. Nothing is read yet that it could ask to
    // reload.
    signal(SIGHUP, SIG_IGN)
    // Made absolute, because the working directory changes when root enters another account's directory.
    (config, socket, data) = (Paths.absolute(config), Paths.absolute(socket), Paths.absolute(data))
    do throws(UnsafePath) {
      // A mistake in the settings is reported by `run`, which reads them again.
      let apart = (try? DaemonSettings.ofCommand(config))?.apart(data: data, isDemo: demo)
      for place in apart?.places ?? [] { try DataDirectory.prepare(place, for: data) }
      data = try DataDirectory.enter(data)
    } catch {
      complain(Language.current().pick(error.text))
      throw Exit.code(error)
    }
  }

  func run() async throws {
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let live: LiveConfiguration
    do throws(SettingsError) {
      live = try LiveConfiguration(config)
    } catch {
      complain(error.text(Language.current()))
      throw Exit.config
    }
    JournalLog.level.withLock { $0 = live.current.daemon.logLevel }
    LoggingSystem.bootstrap { _ in JournalLog() }
    try await Daemon(
      live: live, hangups: hangups, data: data, socket: socket, demoFrom: try demoStart(live.current.book),
      acceptsLedger: acceptLedger
    ).run()
  }

  private func demoStart(_ book: RuleBook) throws -> Timestamp? {
    guard demo else { return nil }
    guard let clock else { return Timestamp.machine }
    guard let expression = DateExpression(text: clock) else {
      complain(
        Language.current().pick(
          Text(
            vi: "--clock \(clock): hãy viết như 2026-11-18T09:00",
            en: "--clock \(clock): write it like 2026-11-18T09:00")))
      throw Exit.usage
    }
    return expression.instant(now: Timestamp.machine, office: book.office, calendar: book.calendar)
  }
}
