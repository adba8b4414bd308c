import Glibc
import Varlink

/// Whoever read the output has gone; nothing is left to say.
struct BrokenPipe: Error {}

/// What was said did not arrive, such as on a full disk.
struct OutputFailure: Error {
  var code: Int32
  /// The file that it was for; nil for standard output.
  var path: String?
  /// It is what the output goes on with, and could not be read.
  var isRead = false
}

/// Standard output: data, line by line.
final class Output {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// How many columns a line may take; nil when it is not read on a terminal.
  let columns: Int?

  init(descriptor: Int32 = STDOUT_FILENO) {
    self.descriptor = descriptor
    columns = Terminal.columns(of: descriptor)
  }

  /// A line for people.
  func line(_ text: String) throws {
    buffer.append(contentsOf: Terminal.safe(text).utf8)
    try end()
  }

  /// A text that others check byte for byte, so that nothing in it is spelled out; it ends its own lines.
  func exactly(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    try flush()
  }

  /// A line of JSON.
  func json(_ value: some JSONWritable) throws { try json(line: String(decoding: value.json, as: UTF8.self)) }

  /// A line of JSON that is text already.
  func json(line text: String) throws {
    buffer.append(contentsOf: Terminal.safeJSON(text).utf8)
    try end()
  }

  private func end() throws {
    buffer.append(UInt8(ascii: "\n"))
    if columns != nil || buffer.count >= 32 << 10 { try flush() }
  }

  func flush() throws {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard !buffer.isEmpty, !Self.write(buffer, to: descriptor) else { return }
    let code = errno
    if code == EPIPE { throw BrokenPipe() }
    throw OutputFailure(code: code)
  }

  /// Whether everything was written.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}

/// Standard error: messages, questions, refusals.
enum Notice {
  static func line(_ text: String) { Output.write(Array(Terminal.safe(text).utf8) + [0x0A], to: STDERR_FILENO) }

  static func json(_ text: [UInt8]) {
    let safe = Terminal.safeJSON(String(decoding: text, as: UTF8.self))
    Output.write(Array(safe.utf8) + [0x0A], to: STDERR_FILENO)
  }

  /// Without a line end, for a question.
  static func ask(_ text: String) { Output.write(Array(Terminal.safe(text).utf8), to: STDERR_FILENO) }
}
