import Glibc

/// A file of the client's own that is written in parts: its owner's alone, whole and durable or not there at all.
final class BackupFile {
  private let path: String
  private let made: String
  private let descriptor: Int32
  private let replaces: Bool
  private let language: Language
  private var isFinished = false
  private(set) var bytes = 0

  init(_ path: String, replaces: Bool, _ language: Language) throws {
    try Self.refuseOverwriting(path, replaces: replaces, language)
    self.path = path
    self.replaces = replaces
    self.language = language
    made = "\(path).part-\(getpid())"
    descriptor = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = systemMessage(errno)
      throw Failure.usage(language.say("Không tạo được \(made): \(reason).", "Cannot make \(made): \(reason)."))
    }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(made) }
  }

  /// - Throws: `Failure.usage` when there is a file that may not be written over.
  static func refuseOverwriting(_ path: String, replaces: Bool, _ language: Language) throws {
    guard !replaces, access(path, F_OK) == 0 else { return }
    throw Failure.usage(
      language.say("\(path) đã có; ghi đè thì thêm --force.", "\(path) is there already; --force writes over it."))
  }

  func write(_ part: [UInt8]) throws {
    guard Output.write(part, to: descriptor) else { throw OutputFailure(code: errno) }
    bytes += part.count
  }

  /// Makes it durable, and gives it its name.
  func finish() throws {
    guard fsync(descriptor) == 0 else { throw OutputFailure(code: errno) }
    // A link is refused where somebody else has made the file meanwhile; a rename would write over it.
    if replaces {
      guard rename(made, path) == 0 else { throw OutputFailure(code: errno) }
    } else if link(made, path) == 0 {
      unlink(made)
    } else if errno == EEXIST {
      try Self.refuseOverwriting(path, replaces: false, language)
    } else {
      // Some file systems know no links.
      guard rename(made, path) == 0 else { throw OutputFailure(code: errno) }
    }
    isFinished = true
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw OutputFailure(code: errno) }
    defer { close(opened) }
    if fsync(opened) != 0 { throw OutputFailure(code: errno) }
  }
}
