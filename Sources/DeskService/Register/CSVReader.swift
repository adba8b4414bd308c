/// Reads CSV as RFC 4180 has it, and says on which line each record begins, which is what people need to mend a file.
struct CSVReader {
  struct Record: Sendable {
    var line: Int
    var fields: [String]
  }

  enum Problem: Error {
    case unclosedQuote
    case textAfterQuote
    case strayQuote
  }

  private let bytes: [UInt8]
  private var index = 0
  private(set) var line = 1

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  /// The next record, or why it cannot be read; nil at the end. Empty lines are no records.
  mutating func next() -> Result<Record, CSVReadFailure>? {
    while index < bytes.count, bytes[index] == 0x0A || bytes[index] == 0x0D { skipLineEnd() }
    guard index < bytes.count else { return nil }
    let (start, begin) = (line, index)
    var fields: [String] = []
    while true {
      do throws(Problem) {
        fields.append(try field())
      } catch {
        // Only this line is given up: a quotation mark that is never closed would otherwise take the rest of the file.
        (index, line) = (begin, start)
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
        return .failure(CSVReadFailure(line: start, problem: error, fields: fields))
      }
      guard index < bytes.count, bytes[index] == UInt8(ascii: ",") else { break }
      index += 1
    }
    skipLineEnd()
    return .success(Record(line: start, fields: fields))
  }

  private mutating func field() throws(Problem) -> String {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
      let start = index
      while index < bytes.count, ![0x2C, 0x0A, 0x0D].contains(bytes[index]) {
        if bytes[index] == UInt8(ascii: "\"") { throw .strayQuote }
        index += 1
      }
      return String(decoding: bytes[start..<index], as: UTF8.self)
    }
    index += 1
    var content: [UInt8] = []
    while true {
      guard index < bytes.count else { throw .unclosedQuote }
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { break }
        index += 1
      } else if byte == 0x0A {
        line += 1
      }
      content.append(byte)
    }
    if index < bytes.count, ![0x2C, 0x0A, 0x0D].contains(bytes[index]) { throw .textAfterQuote }
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func skipLineEnd() {
    guard index < bytes.count else { return }
    if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
    index += 1
    line += 1
  }
}

struct CSVReadFailure: Error {
  var line: Int
  var problem: CSVReader.Problem
  /// The fields of the record before the one that cannot be read.
  var fields: [String]
}
