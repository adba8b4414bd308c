import Glibc

/// A file of UTF-8 text, read block by block and cut between characters.
final class BlockReader {
  private static let blockBytes = 256 << 10

  /// In bytes.
  let size: Int
  /// How many bytes were read.
  private(set) var done = 0
  private let path: String
  private let language: Language
  private let descriptor: Int32
  private var rest: [UInt8] = []

  /// - Throws: `Failure.usage` when the file cannot be read.
  init(_ path: String, _ language: Language) throws {
    self.path = path
    self.language = language
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var info = stat()
    size = descriptor >= 0 && fstat(descriptor, &info) == 0 ? Int(info.st_size) : 0
    guard descriptor >= 0 else { throw unreadable(errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next block; nil at the end.
  /// - Throws: `Failure.usage` when the file cannot be read or is not UTF-8 text.
  func next() throws -> String? {
    var block = [UInt8](repeating: 0, count: Self.blockBytes)
    var count = 0
    repeat {
      count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw unreadable(errno) }
    done += count
    var bytes = rest + block[..<count]
    rest = []
    if bytes.isEmpty { return nil }
    // A character that the block cut is kept for the next one; it has at most three bytes then.
    if count > 0, let start = bytes.lastIndex(where: { $0 & 0xC0 != 0x80 }), bytes.count - start < 4,
      bytes[start] >= 0xC0
    {
      rest = Array(bytes[start...])
      bytes.removeSubrange(start...)
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure.usage(
        language.say("\(path) không phải văn bản UTF-8.", "\(path) is not text in UTF-8."))
    }
    return text
  }

  private func unreadable(_ code: Int32) -> Failure {
    let reason = language.system(code)
    return .usage(language.say("Không đọc được \(path): \(reason).", "Cannot read \(path): \(reason)."))
  }
}
