import ArgumentParser
import Glibc

/// A file that the client makes: its owner's alone, whole and durable when it is reported or not there at all, and
/// never over another unless asked.
final class OutFile {
  /// `O_TMPFILE` of Linux: a file without a name, which is gone with the client however that ends.
  private static let nameless = 0o20_000_000 | O_DIRECTORY

  private let path: String
  /// The name that the file has beside its own until it is whole; nil while it has none that could be left behind.
  private var made: String?
  private let descriptor: Int32
  private let replaces: Bool
  private let language: Language
  private var isFinished = false
  private(set) var bytes = 0
  /// Writes to the file line by line.
  let lines: Output

  /// - Parameter replaces: takes the place of a file of that name.
  /// - Throws: `Failure.usage` when there is one and it is to stay, `OutputFailure` when nothing can be made there.
  init(_ path: String, replaces: Bool, _ language: Language) throws {
    try Self.refuseOverwriting(path, replaces: replaces, language)
    self.path = path
    self.replaces = replaces
    self.language = language
    var opened = open(Self.directory(of: path), Self.nameless | O_WRONLY | O_CLOEXEC, 0o600)
    if opened < 0 {
      // Some file systems know no files without names.
      let aside = Self.aside(path)
      opened = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      made = aside
    }
    let code = errno
    descriptor = opened
    lines = Output(descriptor: descriptor)
    guard descriptor >= 0 else { throw OutputFailure(code: code, path: path) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if !isFinished, let made { unlink(made) }
  }

  /// - Throws: `Failure.usage` when there is a file that may not be written over.
  static func refuseOverwriting(_ path: String, replaces: Bool, _ language: Language) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard replaces else {
      throw Failure.usage(
        language.say("\(path) đã có; ghi đè thì thêm --force.", "\(path) is there already; --force writes over it."))
    }
    // Replacing a device or a link would remove it and put a file in its place.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure.usage(
        language.say("\(path) không phải tệp thường, không ghi đè.", "\(path) is no regular file and is not replaced."))
    }
  }

  /// Writes a file with this text at once.
  ///
  /// - Parameter mode: who may read it, whatever the umask says; its owner alone when it is left out.
  static func write(
    _ path: String, _ text: String, replaces: Bool, mode: mode_t = 0o600, _ language: Language
  ) throws {
    let file = try OutFile(path, replaces: replaces, language)
    try file.check(fchmod(file.descriptor, mode))
    try file.write(Array(text.utf8))
    try file.finish()
  }

  /// - Throws: `OutputFailure`.
  func write(_ part: [UInt8]) throws {
    guard Output.write(part, to: descriptor) else { throw OutputFailure(code: errno, path: path) }
    bytes += part.count
  }

  /// Makes the file durable, and gives it its name.
  func finish() throws {
    try lines.flush()
    guard fsync(descriptor) == 0 else { throw OutputFailure(code: errno, path: path) }
    // Where somebody else has made the file meanwhile, a link is refused; a rename would write over it.
    if replaces {
      let aside = made ?? Self.aside(path)
      if made == nil { try check(name(aside)) }
      made = aside
      try check(rename(aside, path))
    } else if let made {
      if link(made, path) == 0 {
        unlink(made)
      } else {
        if errno == EEXIST { try Self.refuseOverwriting(path, replaces: false, language) }
        // Some file systems know no links.
        try check(rename(made, path))
      }
    } else if name(path) != 0 {
      if errno == EEXIST { try Self.refuseOverwriting(path, replaces: false, language) }
      throw OutputFailure(code: errno, path: path)
    }
    isFinished = true
    let opened = open(Self.directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw OutputFailure(code: errno, path: path) }
    defer { close(opened) }
    try check(fsync(opened))
  }

  /// Gives a file without a name its name.
  private func name(_ path: String) -> Int32 {
    linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW)
  }

  private func check(_ status: Int32) throws { if status != 0 { throw OutputFailure(code: errno, path: path) } }

  private static func aside(_ path: String) -> String { "\(path).part-\(getpid())" }

  private static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}

/// Where a verb writes what it makes.
struct OutFileOptions: PlainlyRead {
  @Option(help: help("ghi vào tệp mới này thay vì in ra", "write to this new file instead of printing"))
  var out: String?

  @Flag(help: help("ghi đè tệp đã có", "write over a file that is there"))
  var force = false

  mutating func take(from line: inout PlainLine) {
    out = line.option("--out")
    force = line.flag("--force")
  }

  mutating func validate() throws {
    if force, out == nil {
      throw ValidationError(Invocation.current.language.say("--force đi cùng --out.", "--force goes with --out."))
    }
  }
}
