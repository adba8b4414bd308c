/// The gate that every frame passes before anything decodes it.
///
/// General JSON decoders take the first of two equal keys, trailing commas, a byte order mark or lone surrogates; two
/// readers of one text would then disagree about what it says. What passes here has one meaning only.
public enum StrictJSON {
  /// Open arrays and objects at any point of a text.
  public static let depthLimit = 32
  /// How many bytes a key of an object may have in the text where it is not plain ASCII. Such a key is composed before it is
  /// compared, and Swift takes the square of the length to compose a row of marks.
  public static let composedKeyLimit = 256

  /// What is wrong with a text and where.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: Reason
    /// In bytes from the start of the text.
    public let offset: Int

    public init(_ reason: Reason, at offset: Int) {
      self.reason = reason
      self.offset = offset
    }

    public var description: String { "\(reason.rawValue) at byte \(offset)" }
  }

  public enum Reason: String, Hashable, Sendable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "a byte that cannot stand here"
    case trailingBytes = "more bytes after the end of the value"
    case byteOrderMark = "a byte order mark"
    case invalidUTF8 = "invalid UTF-8"
    case nulCharacter = "the character U+0000"
    case controlCharacter = "an unescaped control character"
    case invalidEscape = "an unknown escape"
    case loneSurrogate = "half of a surrogate pair"
    case invalidNumber = "a malformed number"
    case duplicateKey = "a key that its object already has"
    case longKey = "a key that is too long"
    case tooDeep = "too many levels"
  }

  /// Checks a whole text in one pass and returns its root value.
  ///
  /// Two keys are equal when Swift's strings are (canonical equivalence), since a decoded dictionary could hold only
  /// one of them. The node keeps the bytes alive; there is no copy.
  public static func parse(
    _ bytes: [UInt8], depthLimit: Int = StrictJSON.depthLimit
  ) throws(Failure) -> JSONNode {
    var scanner = JSONScanner(bytes: bytes, depthLimit: depthLimit)
    return JSONNode(document: JSONDocument(bytes: bytes, entries: try scanner.scan()), index: 0)
  }
}
