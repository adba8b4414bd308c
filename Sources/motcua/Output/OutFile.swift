import ArgumentParser
import Glibc

/// A file that the client makes: its owner's alone, whole and durable when it is reported or not there at all, and never
/// over another unless asked.
final class OutFile {
  private let path: String
  private let made: String
  private let descriptor: Int32
  private let replaces: Bool
  private let language: Language
  private var isFinished = false
  private(set) var bytes = 0
  /// For what is written line by line.
  let lines: Output

  /// - Parameter replaces: takes the place of a file of that name.
  /// - Throws: `Failure.usage` when there is one and it is to stay, or nothing can be made there.
  init(_ path: String, replaces: Bool, _ language: Language) throws {
    try Self.refuseOverwriting(path, replaces: replaces, language)
    self.path = path
    self.replaces = replaces
    self.language = language
    // Made aside, so that what is replaced is lost only once the new content is there.
    made = "\(path).part-\(getpid())"
    descriptor = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    lines = Output(descriptor: descriptor)
    guard descriptor >= 0 else {
      let reason = systemMessage(errno)
      throw Failure.usage(language.say("Không tạo được \(made): \(reason).", "Cannot make \(made): \(reason)."))
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if !isFinished { unlink(made) }
  }

  /// - Throws: `Failure.usage` when there is a file that may not be written over.
  static func refuseOverwriting(_ path: String, replaces: Bool, _ language: Language) throws {
    guard !replaces, access(path, F_OK) == 0 else { return }
    throw Failure.usage(
      language.say("\(path) đã có; ghi đè thì thêm --force.", "\(path) is there already; --force writes over it."))
  }

  /// A whole text at once.
  static func write(_ path: String, _ text: String, replaces: Bool, _ language: Language) throws {
    let file = try OutFile(path, replaces: replaces, language)
    try file.write(Array(text.utf8))
    try file.finish()
  }

  /// - Throws: `OutputFailure`.
  func write(_ part: [UInt8]) throws {
    guard Output.write(part, to: descriptor) else { throw OutputFailure(code: errno) }
    bytes += part.count
  }

  /// Makes it durable, and gives it its name.
  func finish() throws {
    try lines.flush()
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

/// Where a verb writes what it makes.
struct OutFileOptions: ParsableArguments {
  @Option(help: help("ghi vào tệp mới này thay vì in ra", "write to this new file instead of printing"))
  var out: String?

  @Flag(help: help("ghi đè tệp đã có", "write over a file that is there"))
  var force = false

  mutating func validate() throws {
    if force, out == nil {
      throw ValidationError(Invocation.current.language.say("--force đi cùng --out.", "--force goes with --out."))
    }
  }
}
