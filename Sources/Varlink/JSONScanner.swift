/// One pass over a text by recursive descent; the depth limit bounds the stack.
struct JSONScanner {
  private let bytes: [UInt8]
  private let depthLimit: Int
  private var position = 0
  private var entries: [JSONDocument.Entry] = []

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    entries.reserveCapacity(min(bytes.count / 16 + 8, 64))
  }

  mutating func scan() throws(StrictJSON.Failure) -> [JSONDocument.Entry] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw StrictJSON.Failure(.byteOrderMark, at: 0) }
    skipSpace()
    try scanValue(depth: 0)
    skipSpace()
    if position < bytes.count { throw failure(bytes[position] == 0 ? .nulCharacter : .trailingBytes) }
    return entries
  }

  private func failure(_ reason: StrictJSON.Reason) -> StrictJSON.Failure {
    StrictJSON.Failure(reason, at: position)
  }

  private func peek() throws(StrictJSON.Failure) -> UInt8 {
    guard position < bytes.count else { throw failure(.unexpectedEnd) }
    return bytes[position]
  }

  private func unexpected() -> StrictJSON.Failure {
    guard position < bytes.count else { return failure(.unexpectedEnd) }
    return failure(bytes[position] == 0 ? .nulCharacter : .unexpectedByte)
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func expect(_ byte: UInt8) throws(StrictJSON.Failure) {
    guard try peek() == byte else { throw unexpected() }
    position += 1
  }

  private mutating func scanValue(depth: Int) throws(StrictJSON.Failure) {
    switch try peek() {
    case UInt8(ascii: "{"): try scanObject(depth: depth + 1)
    case UInt8(ascii: "["): try scanArray(depth: depth + 1)
    case UInt8(ascii: "\""): try scanString()
    case UInt8(ascii: "t"): try scanWord("true", as: .true)
    case UInt8(ascii: "f"): try scanWord("false", as: .false)
    case UInt8(ascii: "n"): try scanWord("null", as: .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try scanNumber()
    default: throw unexpected()
    }
  }

  private mutating func open(_ kind: JSONNode.Kind, depth: Int) throws(StrictJSON.Failure) -> Int {
    guard depth <= depthLimit else { throw failure(.tooDeep) }
    entries.append(JSONDocument.Entry(kind: kind, isPlain: true, start: position, end: position, next: 0))
    position += 1
    return entries.count - 1
  }

  private mutating func close(_ index: Int) {
    position += 1
    entries[index].end = position
    entries[index].next = entries.count
  }

  private mutating func append(_ kind: JSONNode.Kind, isPlain: Bool, hasEscapes: Bool = false, from start: Int) {
    entries.append(
      JSONDocument.Entry(
        kind: kind, isPlain: isPlain, hasEscapes: hasEscapes, start: start, end: position, next: entries.count + 1))
  }

  private mutating func scanWord(_ word: StaticString, as kind: JSONNode.Kind) throws(StrictJSON.Failure) {
    let start = position
    for byte in "\(word)".utf8 { try expect(byte) }
    append(kind, isPlain: true, from: start)
  }

  private mutating func scanArray(depth: Int) throws(StrictJSON.Failure) {
    let index = try open(.array, depth: depth)
    skipSpace()
    if try peek() == UInt8(ascii: "]") { return close(index) }
    while true {
      try scanValue(depth: depth)
      skipSpace()
      switch try peek() {
      case UInt8(ascii: "]"): return close(index)
      case UInt8(ascii: ","): position += 1
      default: throw unexpected()
      }
      skipSpace()
    }
  }

  private mutating func scanObject(depth: Int) throws(StrictJSON.Failure) {
    let index = try open(.object, depth: depth)
    skipSpace()
    if try peek() == UInt8(ascii: "}") { return close(index) }
    while true {
      guard try peek() == UInt8(ascii: "\"") else { throw unexpected() }
      try scanString()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      try scanValue(depth: depth)
      skipSpace()
      switch try peek() {
      case UInt8(ascii: "}"):
        close(index)
        return try refuseDuplicateKeys(in: index)
      case UInt8(ascii: ","): position += 1
      default: throw unexpected()
      }
      skipSpace()
    }
  }

  /// A few plain keys are compared as bytes; anything else as strings in a set, so that many keys cost linear time.
  private func refuseDuplicateKeys(in object: Int) throws(StrictJSON.Failure) {
    let end = entries[object].next
    var (count, allPlain) = (0, true)
    var key = object + 1
    while key < end {
      count += 1
      allPlain = allPlain && entries[key].isPlain
      key = entries[key + 1].next
    }
    guard allPlain, count <= 12 else { return try refuseDuplicates(of: count, in: object) }
    var later = object + 1
    while later < end {
      var earlier = object + 1
      while earlier < later {
        if isSameText(earlier, later) { throw StrictJSON.Failure(.duplicateKey, at: entries[later].start) }
        earlier = entries[earlier + 1].next
      }
      later = entries[later + 1].next
    }
  }

  private func isSameText(_ one: Int, _ other: Int) -> Bool {
    let (first, second) = (entries[one].start, entries[other].start)
    let count = entries[one].end - first
    guard count == entries[other].end - second else { return false }
    for offset in 1..<count where bytes[first + offset] != bytes[second + offset] { return false }
    return true
  }

  private func refuseDuplicates(of count: Int, in object: Int) throws(StrictJSON.Failure) {
    let end = entries[object].next
    var keys: [Int] = []
    keys.reserveCapacity(count)
    var key = object + 1
    while key < end {
      keys.append(key)
      key = entries[key + 1].next
    }
    for key in keys where !entries[key].isPlain {
      let bytes = entries[key].end - entries[key].start - 2
      guard bytes <= StrictJSON.composedKeyLimit else { throw StrictJSON.Failure(.longKey, at: entries[key].start) }
    }
    var seen = Set<String>(minimumCapacity: keys.count)
    for key in keys where !seen.insert(entries[key].string(in: bytes)).inserted {
      throw StrictJSON.Failure(.duplicateKey, at: entries[key].start)
    }
  }

  private mutating func scanDigits() throws(StrictJSON.Failure) {
    let start = position
    while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
    if position == start { throw failure(position < bytes.count ? .invalidNumber : .unexpectedEnd) }
  }

  private mutating func scanNumber() throws(StrictJSON.Failure) {
    let start = position
    var isInteger = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if try peek() == UInt8(ascii: "0") {
      position += 1
      if position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { throw failure(.invalidNumber) }
    } else {
      try scanDigits()
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try scanDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      let sign = try peek()
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try scanDigits()
    }
    append(.number, isPlain: isInteger, from: start)
  }

  private mutating func scanString() throws(StrictJSON.Failure) {
    let start = position
    position += 1
    var (isASCII, hasEscapes) = (true, false)
    while true {
      position = Self.end(ofText: bytes, from: position, &isASCII)
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return append(.string, isPlain: isASCII && !hasEscapes, hasEscapes: hasEscapes, from: start)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try scanEscape()
      case 0: throw failure(.nulCharacter)
      case 0x01..<0x20: throw failure(.controlCharacter)
      default:
        isASCII = false
        try scanMultibyte(byte)
      }
    }
  }

  /// Passes over what most texts consist of: ASCII, and well-formed characters of two and three bytes that need no closer
  /// look. Where it stops, the caller looks.
  private static func end(ofText bytes: [UInt8], from start: Int, _ isASCII: inout Bool) -> Int {
    let bytes = bytes.span
    var index = start
    while true {
      index = PlainText.end(in: bytes, from: index)
      guard index + 2 < bytes.count else { return index }
      switch bytes[index] {
      case 0xC2...0xDF where bytes[index + 1] & 0xC0 == 0x80: index += 2
      case 0xE1...0xEC where bytes[index + 1] & 0xC0 == 0x80 && bytes[index + 2] & 0xC0 == 0x80: index += 3
      default: return index
      }
      isASCII = false
    }
  }

  private mutating func scanEscape() throws(StrictJSON.Failure) {
    let start = position
    position += 1
    switch try peek() {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      position += 1
      switch try scanHex() {
      case 0: throw StrictJSON.Failure(.nulCharacter, at: start)
      case 0xD800..<0xDC00:
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw StrictJSON.Failure(.loneSurrogate, at: start) }
        position += 2
        guard case 0xDC00..<0xE000 = try scanHex() else { throw StrictJSON.Failure(.loneSurrogate, at: start) }
      case 0xDC00..<0xE000: throw StrictJSON.Failure(.loneSurrogate, at: start)
      default: break
      }
    default: throw failure(.invalidEscape)
    }
  }

  private mutating func scanHex() throws(StrictJSON.Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = JSONDocument.hexValue(try peek()) else { throw failure(.invalidEscape) }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  /// The well-formed sequences of the Unicode standard, table 3-7: no overlong form, surrogate or value past U+10FFFF.
  private mutating func scanMultibyte(_ lead: UInt8) throws(StrictJSON.Failure) {
    let second: ClosedRange<UInt8>
    let length: Int
    switch lead {
    case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
    case 0xE0: (second, length) = (0xA0...0xBF, 3)
    case 0xED: (second, length) = (0x80...0x9F, 3)
    case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
    case 0xF0: (second, length) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
    case 0xF4: (second, length) = (0x80...0x8F, 4)
    default: throw failure(.invalidUTF8)
    }
    for offset in 1..<length {
      guard position + offset < bytes.count else {
        throw StrictJSON.Failure(.unexpectedEnd, at: bytes.count)
      }
      let allowed = offset == 1 ? second : 0x80...0xBF
      guard allowed.contains(bytes[position + offset]) else { throw failure(.invalidUTF8) }
    }
    position += length
  }
}
