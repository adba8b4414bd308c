import Glibc

/// A file of data that is there whole or not at all: written beside its name, flushed, and renamed.
final class DataFile {
  let path: String
  private let temporary: String
  private let descriptor: Int32
  private let replaces: Bool
  private var isFinished = false
  let output: Output

  /// - Parameter replaces: takes the place of a file of that name.
  /// - Throws: `Failure.usage` when there is one and it is to stay, or nothing can be written there.
  init(_ path: String, replaces: Bool, _ language: Language) throws {
    if !replaces, access(path, F_OK) == 0 { throw Self.exists(path, language) }
    self.path = path
    self.replaces = replaces
    temporary = "\(path).\(getpid()).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    output = Output(descriptor: descriptor)
    guard descriptor >= 0 else { throw Self.failure(path, errno, language) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isFinished { unlink(temporary) }
  }

  /// Durable under its name when it returns.
  func finish(_ language: Language) throws {
    try output.flush()
    guard fsync(descriptor) == 0 else { throw OutputFailure(code: errno) }
    if replaces {
      guard rename(temporary, path) == 0 else { throw Self.failure(path, errno, language) }
    } else {
      // A rename would take the place of a file that came in the meantime.
      guard link(temporary, path) == 0 else {
        throw errno == EEXIST ? Self.exists(path, language) : Self.failure(path, errno, language)
      }
      unlink(temporary)
    }
    isFinished = true
    let parent = path.contains("/") ? String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
    let directory = open(parent, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  private static func exists(_ path: String, _ language: Language) -> Failure {
    .usage(
      language.say(
        "\(path) đã có; chọn tên khác, hoặc --force để thay.",
        "\(path) is there already; choose another name, or --force to replace it."))
  }

  private static func failure(_ path: String, _ code: Int32, _ language: Language) -> Failure {
    .usage(
      language.say(
        "Không ghi được \(path): \(systemMessage(code)).", "Cannot write \(path): \(systemMessage(code))."))
  }
}
