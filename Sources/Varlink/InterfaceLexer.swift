/// Cuts an interface's text into words and marks.
struct InterfaceLexer {
  enum Token: Hashable {
    /// Letters, digits, `_`, `-` and `.`: what a word may be is the parser's to say.
    case word(String)
    /// One of `( ) [ ] , : ?` or `->`.
    case mark(String)
    case end

    var described: String {
      switch self {
      case .word(let text), .mark(let text): "“\(text)”"
      case .end: "the end of the text"
      }
    }
  }

  struct Place: Hashable {
    var line = 1
    var column = 1

    func error(_ reason: String) -> InterfaceSyntaxError {
      InterfaceSyntaxError(line: line, column: column, reason: reason)
    }
  }

  struct Item {
    let token: Token
    let place: Place
    let documentation: String
  }

  private let bytes: [UInt8]
  private var position = 0
  private var place = Place()
  /// Comment lines since the last blank line or token.
  private var comments: [String] = []
  private var lineHasToken = false
  private var lineIsBlank = true

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  mutating func next() throws(InterfaceSyntaxError) -> Item {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"): endLine()
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): advance(1)
      case UInt8(ascii: "#"): takeComment()
      default: return try takeToken()
      }
    }
    return Item(token: .end, place: place, documentation: "")
  }

  private mutating func advance(_ count: Int) {
    position += count
    place.column += count
  }

  private mutating func endLine() {
    if lineIsBlank { comments = [] }
    position += 1
    place = Place(line: place.line + 1, column: 1)
    lineHasToken = false
    lineIsBlank = true
  }

  /// A comment behind something else on its line speaks of that, not of what comes next.
  private mutating func takeComment() {
    lineIsBlank = false
    var end = position
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    if !lineHasToken {
      var text = bytes[(position + 1)..<end]
      if text.first == UInt8(ascii: " ") { text = text.dropFirst() }
      while let last = text.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\r") { text = text.dropLast() }
      comments.append(String(decoding: text, as: UTF8.self))
    }
    advance(end - position)
  }

  private mutating func takeToken() throws(InterfaceSyntaxError) -> Item {
    let start = place
    let documentation = comments.joined(separator: "\n")
    comments = []
    lineHasToken = true
    lineIsBlank = false
    let byte = bytes[position]
    if byte == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: ">") {
      advance(2)
      return Item(token: .mark("->"), place: start, documentation: documentation)
    }
    if "()[],:?".utf8.contains(byte) {
      advance(1)
      return Item(
        token: .mark(String(decoding: [byte], as: UTF8.self)), place: start, documentation: documentation)
    }
    var end = position
    while end < bytes.count, isWordByte(at: end) { end += 1 }
    guard end > position else { throw start.error("a character that no declaration uses") }
    let word = String(decoding: bytes[position..<end], as: UTF8.self)
    advance(end - position)
    return Item(token: .word(word), place: start, documentation: documentation)
  }

  private func isWordByte(at index: Int) -> Bool {
    let byte = bytes[index]
    if byte == UInt8(ascii: "-") { return index + 1 >= bytes.count || bytes[index + 1] != UInt8(ascii: ">") }
    return byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }
}

extension UInt8 {
  var isLetter: Bool { isUppercaseLetter || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
  var isUppercaseLetter: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
