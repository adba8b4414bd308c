public import Varlink

extension Wire {
  /// A word of an enumeration as a reply tells it: one that this release knows, or one that a newer daemon has learnt, so
  /// that a word more loses no answer. What is asked is always a word that is known.
  public enum Told<Word: JSONWord>: Hashable, Sendable, JSONReadable, JSONWritable {
    case known(Word)
    case newer(String)

    public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
      let text = try cursor.string()
      if let word = Word(exactly: text) {
        self = .known(word)
      } else if cursor.unknown == .skipped {
        self = .newer(text)
      } else {
        throw cursor.mismatch(.notInEnumeration)
      }
    }

    public func write(to json: inout JSONWriter) { json.write(text) }

    private var text: String {
      switch self {
      case .known(let word): word.rawValue
      case .newer(let text): text
      }
    }

    /// What `words` says of it; a word that is not known speaks for itself.
    public func said(_ words: (Word) -> String) -> String {
      switch self {
      case .known(let word): words(word)
      case .newer(let text): text
      }
    }

    public static func == (told: Self, word: Word) -> Bool { told == .known(word) }

    public static func != (told: Self, word: Word) -> Bool { told != .known(word) }
  }
}
