extension Wire {
  /// A word of an enumeration as a reply tells it: one that this release knows, or one that a newer daemon has learnt, so
  /// that a word more loses no answer. What is asked is always a word that is known.
  public enum Told<Word: RawRepresentable & Hashable & Sendable>: Codable, Hashable, Sendable
  where Word.RawValue == String {
    case known(Word)
    case newer(String)

    public init(from decoder: any Decoder) throws {
      let text = try decoder.singleValueContainer().decode(String.self)
      self = Word(rawValue: text).map(Self.known) ?? .newer(text)
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .known(let word): try container.encode(word.rawValue)
      case .newer(let text): try container.encode(text)
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
