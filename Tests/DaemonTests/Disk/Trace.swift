import Foundation
import Glibc

/// What a daemon wrote and promised, in the order in which it happened, as `strace` saw it.
///
/// A write may be on the disk from the moment it was asked for. It is there for certain when a later `fdatasync` of the
/// file has returned, or, through a descriptor that was opened with `O_DSYNC`, when it has returned itself.
struct Trace {
  enum File: CaseIterable { case ledger, slots }

  struct Write {
    var file: File
    var offset: Int
    var bytes: [UInt8]
  }

  enum Event {
    /// The write of that number was asked for.
    case asked(Int)
    /// The writes of those numbers are on the disk.
    case durable([Int])
    /// The ledger has its name in the data directory.
    case named
    /// A client may have been told of this position.
    case told(Int)
  }

  static let calls = "trace=lseek,pwrite64,writev,fdatasync,fsync,write,sendto,sendmsg,openat,rename"
  /// With the path of every descriptor, and every byte in full.
  static let options = ["-y", "-xx", "-s", "4000000", "-e", calls]

  private(set) var writes: [Write] = []
  private(set) var events: [Event] = []

  private var returned: [File: [Int]] = [:]
  private var durableDescriptors: Set<Int> = []
  private var places: [Int: Int] = [:]
  private var underWay: [Int: Call] = [:]
  private var sent: [String: [UInt8]] = [:]

  /// What is left to be done when a call returns.
  private enum Call {
    case write(Int, isDurable: Bool)
    case sync(File, [Int])
    case open(isDurable: Bool)
    case seek(Int)
    case rename
    case other
  }

  init(_ log: Data) throws {
    try log.withUnsafeBytes { bytes in
      var rest = bytes
      while let end = rest.first(UInt8(ascii: "\n")) {
        var line = StraceLine(UnsafeRawBufferPointer(rebasing: rest[..<end]))
        try read(&line)
        rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
      }
    }
  }

  private mutating func read(_ line: inout StraceLine) throws {
    let thread = line.number()
    line.skip(" ")
    if line.has("<... ") {
      guard let call = underWay.removeValue(forKey: thread) else { return }
      return try end(call, line)
    }
    let call = begin(&line)
    if line.isUnfinished { underWay[thread] = call } else { try end(call, line) }
  }

  private mutating func begin(_ line: inout StraceLine) -> Call {
    let name = line.word(upTo: "(")
    switch name {
    case "openat": return .open(isDurable: line.contains("O_DSYNC"))
    case "rename":
      let target = line.strings().last.map { String(decoding: $0, as: UTF8.self) }
      return target?.hasSuffix("/ledger") == true ? .rename : .other
    case "lseek", "pwrite64", "writev", "write", "sendto", "sendmsg", "fdatasync", "fsync": break
    default: return .other
    }
    let descriptor = line.number()
    let path = line.path()
    if path.hasPrefix("socket:") {
      if name != "lseek" { tell(line.strings(), on: "\(descriptor) \(path)") }
      return .other
    }
    guard let file = Self.file(path) else { return .other }
    switch name {
    case "lseek": return .seek(descriptor)
    case "fdatasync", "fsync": return .sync(file, returned[file] ?? [])
    default:
      let bytes = line.strings().reduce([], +)
      let offset = name == "pwrite64" ? line.lastNumber() : places[descriptor] ?? 0
      if name != "pwrite64" { places[descriptor] = offset + bytes.count }
      writes.append(Write(file: file, offset: offset, bytes: bytes))
      events.append(.asked(writes.count - 1))
      return .write(writes.count - 1, isDurable: durableDescriptors.contains(descriptor))
    }
  }

  private mutating func end(_ call: Call, _ line: StraceLine) throws {
    if case .other = call { return }
    guard let result = line.result(), result >= 0 else { return }
    switch call {
    case .write(let number, let isDurable):
      guard result == writes[number].bytes.count else {
        throw RunningDaemon.Failure(text: "a short write is not modelled")
      }
      if isDurable {
        events.append(.durable([number]))
      } else {
        returned[writes[number].file, default: []].append(number)
      }
    case .sync(let file, let numbers):
      events.append(.durable(numbers))
      returned[file]?.removeAll { numbers.contains($0) }
    case .open(let isDurable):
      if isDurable { durableDescriptors.insert(result) } else { durableDescriptors.remove(result) }
    case .seek(let descriptor): places[descriptor] = result
    case .rename: events.append(.named)
    case .other: break
    }
  }

  /// Under its name or under the one that it is made with.
  private static func file(_ path: String) -> File? {
    if path.hasSuffix("/ledger/data.mdb") || path.hasSuffix("/ledger.new/data.mdb") { return .ledger }
    if path.hasSuffix("/keys/slots") || path.hasSuffix("/keys/slots.new") { return .slots }
    return nil
  }

  private mutating func tell(_ parts: [[UInt8]], on connection: String) {
    var bytes = (sent[connection] ?? []) + parts.reduce([], +)
    while let end = bytes.firstIndex(of: 0) {
      let reply = String(decoding: bytes[..<end], as: UTF8.self)
      let position = reply.range(of: "\"position\":").map { reply[$0.upperBound...].prefix { $0.isNumber } }
      if let position = position.flatMap({ Int($0) }) { events.append(.told(position)) }
      bytes.removeSubrange(...end)
    }
    sent[connection] = bytes
  }
}

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
