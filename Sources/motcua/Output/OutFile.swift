import ArgumentParser
import Glibc

/// A file that the client makes: its owner's alone, durable when it is reported, and never over another unless asked.
enum OutFile {
  /// - Parameter replaces: another file of the name, whole or not at all.
  /// - Throws: `Failure.usage` when the file cannot be made, `OutputFailure` when its content cannot be written.
  static func write(_ path: String, _ text: String, replaces: Bool, _ language: Language) throws {
    // Made aside, so that what is replaced is lost only once the new content is there.
    let made = replaces ? "\(path).\(UInt64.random(in: 0 ... .max))" : path
    let descriptor = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = systemMessage(errno)
      if errno == EEXIST {
        throw Failure.usage(
          language.say("\(path) đã có; ghi đè thì thêm --force.", "\(path) is there already; --force writes over it."))
      }
      throw Failure.usage(language.say("Không tạo được \(path): \(reason).", "Cannot make \(path): \(reason)."))
    }
    let isWritten = Output.write(Array(text.utf8), to: descriptor) && fsync(descriptor) == 0
    let code = errno
    close(descriptor)
    guard isWritten else {
      unlink(made)
      throw OutputFailure(code: code)
    }
    if replaces, rename(made, path) != 0 {
      let code = errno
      unlink(made)
      throw OutputFailure(code: code)
    }
    try syncDirectory(of: path)
  }

  private static func syncDirectory(of path: String) throws {
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFailure(code: errno) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw OutputFailure(code: errno) }
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
