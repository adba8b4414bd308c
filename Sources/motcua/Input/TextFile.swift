import Glibc

/// Files that the command line names.
enum TextFile {
  /// - Throws: `Failure.usage` when the file cannot be read or is not UTF-8 text.
  static func read(_ path: String, _ language: Language) throws -> String {
    let bytes: [UInt8]
    do { bytes = try Self.bytes(path) } catch {
      let reason = systemMessage(error.code)
      throw Failure.usage(language.say("Không đọc được \(path): \(reason).", "Cannot read \(path): \(reason)."))
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure.usage(
        language.say("\(path) không phải văn bản UTF-8.", "\(path) is not text in UTF-8."))
    }
    return text
  }

  struct SystemError: Error {
    let code: Int32
  }

  static func bytes(_ path: String) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 {
        bytes.append(contentsOf: buffer[..<count])
      } else if errno != EINTR {
        throw SystemError(code: errno)
      }
    }
  }

  /// The text in parts that fit a call, cut between characters.
  /// - Parameters:
  ///   - bytesMax: of a part.
  ///   - encodedBytesMax: of a part as JSON, in which quotes and line ends take two bytes and controls six.
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
