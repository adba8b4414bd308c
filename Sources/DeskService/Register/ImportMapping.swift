public import Desk

/// What the columns of an event log mean.
public struct ImportMapping: Sendable {
  public struct Columns: Sendable {
    public var code: String
    public var receivedAt: String
    public var due: String
    public var endedAt: String?
    public var responsible: String?
    public var channel: String?
    public var applicant: String?
    public var subject: String?
    public var activity: String
    public var actor: String?
    public var group: String?
    public var at: String

    public init(code: String, receivedAt: String, due: String, activity: String, at: String) {
      self.code = code
      self.receivedAt = receivedAt
      self.due = due
      self.activity = activity
      self.at = at
    }
  }

  public var columns: Columns
  /// From the file's words to our channels; a channel that is not listed becomes `other`.
  public var channels: [String: Channel]
  /// Words that mean that a field is empty.
  public var emptyWords: Set<String>
  /// What the office calls the register, if the mapping says it: every event that comes from it says so.
  public var register: String?
  /// Whether codes of the office's own form are taken: the register is an older one of its own.
  public var hasOwnCodes = false
  /// The mapping as it was written: an import is a repeated one only with the same mapping.
  public var text: String

  public init(columns: Columns, channels: [String: Channel], emptyWords: Set<String>, text: String) {
    self.columns = columns
    self.channels = channels
    self.emptyWords = emptyWords
    self.text = text
  }
}
