import ArgumentParser
import Desk
import EventStore
import Glibc
import Wording

struct Salvage: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      "Cho biết những gì còn đọc được của sổ hỏng, và xuất ra.",
      "Says what can be read of a damaged ledger, and exports it."))

  @Option(help: help("Thư mục dữ liệu; không ghi gì vào đó.", "The data directory; nothing is written in it."))
  var data: String = Paths.data

  @Option(help: help("Tệp mới để ghi những gì đọc được.", "A new file for what can be read."))
  var out: String?

  func run() throws {
    let language = Language.current()
    do {
      try EventStore.requireLedger(data)
      let file = try out.map { try NewFile($0) }
      defer { file?.removeIfUnused() }
      // The file is made as the caller; the rest is done as the account that owns the directory.
      let data = try DataDirectory.enter(data)
      try DataLock.whileHeld(data) {
        var pieces = Pieces(data + "/ledger", wantsEvents: file != nil) { try file?.write(Array(($0 + "\n").utf8)) }
        guard let last = try pieces.last(), last > 0 else {
          complain(
            language.pick(
              Text(
                vi: "không đọc được gì của \(data)/ledger: hãy đặt lại từ bản sao lưu bằng motcuad restore",
                en: "nothing can be read of \(data)/ledger: put back a backup with motcuad restore")))
          throw Exit.damage
        }
        let parts = try pieces.walk(to: last)
        try file?.finish()
        for part in parts { print(language.pick(Self.sentence(part))) }
        if pieces.starts >= Pieces.startsMax {
          complain(
            language.pick(
              Text(
                vi: "đã dừng sau \(pieces.starts) lần thử; phần “chưa thử” có thể còn đọc được",
                en: "stopped after \(pieces.starts) attempts; what is “not tried” may be readable")))
        }
        if parts.contains(where: { $0.verdict != .readable }) { throw Exit.damage }
      }
    } catch let error as ExitCode {
      throw error
    } catch {
      complain(language.pick(StartFailure.text(error)))
      if case StoreError.inUse = error { throw Exit.inUse }
      if let error = error as? UnsafePath { throw Exit.code(error) }
      throw Exit.storage
    }
  }

  private static func sentence(_ part: (range: ClosedRange<UInt64>, verdict: Pieces.Verdict)) -> Text {
    let range = part.range
    let events =
      range.count == 1
      ? Text(vi: "sự kiện \(range.lowerBound.groupedVi)", en: "event \(range.lowerBound.groupedEn)")
      : Text(
        vi: "sự kiện \(range.lowerBound.groupedVi)–\(range.upperBound.groupedVi)",
        en: "events \(range.lowerBound.groupedEn)–\(range.upperBound.groupedEn)")
    return switch part.verdict {
    case .readable: Text(vi: "\(events.vi): đọc được", en: "\(events.en): readable")
    case .unreadable: Text(vi: "\(events.vi): không đọc được", en: "\(events.en): unreadable")
    case .untried: Text(vi: "\(events.vi): chưa thử", en: "\(events.en): not tried")
    }
  }
}

/// Keeps a daemon out of a data directory without writing there.
enum DataLock {
  static func whileHeld<R>(_ data: String, _ body: () throws -> R) throws -> R {
    let descriptor = open(data + "/lock", O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    // Without that file no motcuad has ever been there.
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      throw StoreError.inUse(directory: data)
    }
    return try body()
  }
}

/// A new file that the caller names, readable by its owner only.
final class NewFile {
  struct Failure: Error, CustomStringConvertible {
    var path: String
    var code: Int32
    var description: String { "\(path): \(SystemErrorText(code).en)" }
  }

  private let path: String
  private let directory: Held
  private let descriptor: Int32
  private var isUsed = false

  init(_ path: String) throws {
    self.path = path
    directory = try DataDirectory.parent(of: path)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    descriptor = openat(directory.descriptor, Self.name(path), flags, 0o600)
    if descriptor < 0 { throw Failure(path: path, code: errno) }
  }

  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Removes the file when nothing was written, so that the next attempt finds the place free.
  func removeIfUnused() { if !isUsed { unlinkat(directory.descriptor, Self.name(path), 0) } }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws(Failure) {
    isUsed = true
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { throw Failure(path: path, code: errno) }
      done += max(0, count)
    }
  }

  /// Makes the content durable.
  func finish() throws(Failure) { if fsync(descriptor) != 0 { throw Failure(path: path, code: errno) } }
}
