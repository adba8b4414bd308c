import ArgumentParser
import Desk
import DeskService
import EventStore
import Glibc
import Wording

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      "Kiểm tra toàn bộ một thư mục dữ liệu, khi motcuad không chạy.", "Verifies a data directory without its daemon."))

  @Option(help: help("Thư mục dữ liệu.", "The data directory."))
  var data: String = Paths.data

  func run() throws {
    let language = Language.current()
    let place: String
    do throws(UnsafePath) { place = try DataDirectory.enter(data) } catch {
      complain(language.pick(error.text))
      throw Exit.code(error)
    }
    guard access(place + "/ledger", F_OK) == 0 || errno != ENOENT else {
      complain(
        language.pick(
          Text(
            vi: "không có sổ ở \(data): hãy chỉ rõ thư mục dữ liệu bằng --data",
            en: "there is no ledger at \(data): name the data directory with --data")))
      throw Exit.storage
    }
    let inspected: Inspected
    do {
      let bar = ProgressLine()
      defer { bar.clear() }
      inspected = try Inspector.directory(place) { bar.draw($0, language) }
    } catch {
      complain(language.pick(StartFailure.text(error)))
      throw Exit.storage
    }
    if let damage = inspected.damage {
      complain(language.pick(damage.sentence))
      throw Exit.damage
    }
    let step = inspected.step
    if step.rows == 0 {
      complain(
        language.pick(
          Text(
            vi: "các bảng tra cứu chưa được so: ở đây chúng không được tin và sẽ dựng lại ở lần khởi động tới",
            en: "the views were not compared: they are not believed here and will be built anew at the next start")))
    }
    // The line is escaped because its root comes from the reader, a process that others of its account may tamper with.
    let text = language.pick(
      Text(
        vi:
          "\(data): toàn vẹn; \(step.position.groupedVi) sự kiện, \(step.checkpoints.groupedVi) điểm chốt, \(step.rows.groupedVi) dòng tra cứu, "
          + "gốc \(step.root ?? "-")",
        en: "\(data): whole; \(Text.counted(step.position, "event")), "
          + "\(Text.counted(step.checkpoints, "checkpoint")), \(Text.counted(step.rows, "row")) of views, root \(step.root ?? "-")"
      ))
    print(LogText.line(text))
  }
}

extension Damage {
  /// Says where the damage is, and what it is.
  var sentence: Text {
    let place = [
      position.map { Text(vi: "sự kiện \($0.groupedVi)", en: "event \($0.groupedEn)") },
      code.map { Text(vi: "hồ sơ \($0)", en: "case \($0)") },
    ].compactMap(\.self)
    guard !place.isEmpty else { return reason }
    return Text(
      vi: place.map(\.vi).joined(separator: ", ") + ": " + reason.vi,
      en: place.map(\.en).joined(separator: ", ") + ": " + reason.en)
  }
}

/// One line on standard error that is drawn over itself; silent where nobody watches.
struct ProgressLine {
  private let isWatched = isatty(STDERR_FILENO) == 1

  func draw(_ step: Verification.Step, _ language: Language) {
    guard isWatched else { return }
    let title =
      switch step.phase {
      case .ledger, .done: Text(vi: "Sổ", en: "Ledger")
      case .views: Text(vi: "Bảng tra cứu", en: "Views")
      case .keys: Text(vi: "Khóa", en: "Keys")
      }
    say("\r\u{1B}[K\(language.pick(title)) \(step.done)/\(step.total)")
  }

  func clear() { if isWatched { say("\r\u{1B}[K") } }

  private func say(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
