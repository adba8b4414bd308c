import Foundation

/// One line of the log, read from the left.
struct StraceLine {
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  var isUnfinished: Bool { ends(with: "<unfinished ...>") }

  private mutating func drop(_ count: Int) { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
  mutating func skip(_ character: Character) { while rest.first == character.asciiValue { drop(1) } }
  func has(_ text: String) -> Bool { rest.starts(with: text.utf8) }
  private func ends(with text: String) -> Bool { rest.suffix(text.utf8.count).elementsEqual(text.utf8) }
  func contains(_ text: String) -> Bool { String(decoding: rest, as: UTF8.self).contains(text) }

  mutating func number() -> Int {
    var number = 0
    while let digit = rest.first, digit >= 48, digit <= 57 {
      number = number * 10 + Int(digit - 48)
      drop(1)
    }
    return number
  }

  mutating func word(upTo end: Character) -> String {
    let word = rest.prefix { $0 != end.asciiValue }
    defer { drop(min(rest.count, word.count + 1)) }
    return String(decoding: word, as: UTF8.self)
  }

  /// What a descriptor stands for, in `<…>`.
  mutating func path() -> String {
    guard rest.first == UInt8(ascii: "<") else { return "" }
    drop(1)
    var bytes: [UInt8] = []
    drop(Self.unhex(rest, into: &bytes))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Everything that stands in quotation marks.
  func strings() -> [[UInt8]] {
    var (strings, rest): ([[UInt8]], UnsafeRawBufferPointer) = ([], rest)
    while let quote = rest.first(UInt8(ascii: "\"")) {
      rest = UnsafeRawBufferPointer(rebasing: rest[(quote + 1)...])
      var bytes: [UInt8] = []
      let read = Self.unhex(rest, into: &bytes)
      strings.append(bytes)
      rest = UnsafeRawBufferPointer(rebasing: rest[min(rest.count, read + 1)...])
    }
    return strings
  }

  /// A directory's descriptor, or `AT_FDCWD`, with the comma after it, and what it stands for.
  mutating func directory() -> String {
    if has("AT_FDCWD") { drop("AT_FDCWD".utf8.count) } else { _ = number() }
    let path = path()
    skipToArgument()
    return path
  }

  /// The next string, with the comma after it.
  mutating func string() -> String {
    guard let quote = rest.first(UInt8(ascii: "\"")) else { return "" }
    drop(quote + 1)
    var bytes: [UInt8] = []
    drop(Self.unhex(rest, into: &bytes))
    skipToArgument()
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func skipToArgument() {
    guard let comma = rest.first(UInt8(ascii: ",")) else { return }
    drop(min(rest.count, comma + 2))
  }

  /// The number behind a word such as `st_ino=`.
  func number(after word: String) -> UInt? {
    let text = String(decoding: rest.prefix(2000), as: UTF8.self)
    return text.range(of: word).flatMap { UInt(text[$0.upperBound...].prefix { $0.isNumber }) }
  }

  /// The last argument of the call.
  func lastNumber() -> Int { lastNumbers(1).first ?? 0 }

  /// The last arguments of the call.
  func lastNumbers(_ count: Int) -> [Int] {
    // What follows the call may hold brackets, too: the reason of a failure.
    let tail = String(decoding: rest.suffix(500), as: UTF8.self)
    let call = tail.range(of: " = ", options: .backwards).map { tail[..<$0.lowerBound] } ?? tail[...]
    let words = call.prefix { $0 != ")" }.replacing(" <unfinished ...>", with: "").split(separator: ", ")
    return words.suffix(count).map { Int($0) ?? 0 }
  }

  /// What the call returned.
  func result() -> Int? {
    let tail = String(decoding: rest.suffix(500), as: UTF8.self)
    guard let sign = tail.range(of: " = ", options: .backwards) else { return nil }
    return Int(tail[sign.upperBound...].prefix { $0 == "-" || $0.isNumber })
  }

  /// Reads `\x41\x42…`, and says how far it came.
  private static func unhex(_ text: UnsafeRawBufferPointer, into bytes: inout [UInt8]) -> Int {
    func value(_ digit: UInt8) -> UInt8 { digit < 58 ? digit &- 48 : digit &- 87 }
    var index = 0
    while index + 3 < text.count, text[index] == 0x5C {
      bytes.append(value(text[index + 2]) << 4 | value(text[index + 3]))
      index += 4
    }
    return index
  }
}
