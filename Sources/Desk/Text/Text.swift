/// A text in the two languages that the office's people read.
public struct Text: Hashable, Sendable, Codable {
  public var vi: String
  public var en: String

  private enum CodingKeys: String, CodingKey {
    case vi = "vi"
    case en = "en"
  }

  public init(vi: String, en: String) {
    self.vi = vi
    self.en = en
  }
}
