import Glibc

/// Files that the command line names.
enum TextFile {
  /// How many bytes the fields of one command may take: a frame takes no more.
  static let fieldsBytesMax = 1 << 20

  /// - Parameter bytesMax: what is longer is refused.
  /// - Throws: `Failure.usage` when the file cannot be read or is not UTF-8 text.
  static func read(_ path: String, _ language: Language, bytesMax: Int = .max) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    return try text(of: descriptor, path, language, bytesMax: bytesMax)
  }

  /// Standard input to its end, of at most `fieldsBytesMax`.
  /// - Throws: `Failure.usage` when it cannot be read or is not UTF-8 text.
  static func standardInput(_ language: Language) throws -> String {
    try text(
      of: STDIN_FILENO, language.say("đầu vào chuẩn", "standard input"), language, bytesMax: fieldsBytesMax)
  }

  private static func text(
    of descriptor: Int32, _ name: String, _ language: Language, bytesMax: Int
  ) throws -> String {
    let bytes: [UInt8]
    do throws(SystemError) {
      guard descriptor >= 0 else { throw SystemError(code: errno) }
      bytes = try Self.bytes(of: descriptor, most: bytesMax)
    } catch {
      let reason = language.system(error.code)
      throw Failure.usage(language.say("Không đọc được \(name): \(reason).", "Cannot read \(name): \(reason)."))
    }
    guard bytes.count <= bytesMax else {
      throw Failure.usage(
        language.say("\(name) dài quá: nhiều nhất \(bytesMax) byte.", "\(name) is too long: at most \(bytesMax) bytes.")
      )
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure.usage(
        language.say("\(name) không phải văn bản UTF-8.", "\(name) is not text in UTF-8."))
    }
    return text
  }

  struct SystemError: Error {
    let code: Int32
    /// There is no such file.
    var isMissing: Bool { code == ENOENT }
  }

  /// - Parameter waits: for who writes into a pipe of that name.
  static func bytes(_ path: String, most: Int = .max, waits: Bool = true) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { throw SystemError(code: errno) }
    defer { close(descriptor) }
    return try bytes(of: descriptor, most: most)
  }

  /// Reads to the end, or until there are more than `most` bytes.
  private static func bytes(of descriptor: Int32, most: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 || bytes.count > most { return bytes }
      if count > 0 {
        bytes.append(contentsOf: buffer[..<count])
      } else if errno != EINTR {
        throw SystemError(code: errno)
      }
    }
  }

  /// The text in parts that fit a call, cut between characters.
  /// - Parameters:
  ///   - bytesMax: the most bytes of a part.
  ///   - encodedBytesMax: the most bytes of a part as JSON, in which quotes and line ends take two and controls six.
  static func parts(of text: String, bytesMax: Int = 512 << 10, encodedBytesMax: Int = 900 << 10) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var (bytes, encoded) = (0, 0)
    for index in text.unicodeScalars.indices {
      let scalar = text.unicodeScalars[index]
      let size = UTF8.width(scalar)
      let cost = scalar.value < 0x20 || scalar.value == 0x7F ? 6 : scalar == "\"" || scalar == "\\" ? 2 : size
      if bytes + size > bytesMax || encoded + cost > encodedBytesMax {
        parts.append(text[start..<index])
        (start, bytes, encoded) = (index, 0, 0)
      }
      bytes += size
      encoded += scalar == "\n" || scalar == "\r" ? 2 : cost
    }
    if start < text.endIndex || parts.isEmpty { parts.append(text[start...]) }
    return parts
  }
}
