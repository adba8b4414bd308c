/// What goes over the wire: the types of the `.varlink` files of this module, in Swift.
public enum Wire {}

// The words that several methods share.
extension Wire {
  public enum CaseKind: String, Codable, Sendable, CaseIterable {
    case procedure, enquiry, complaint, assistance
  }

  public enum Channel: String, Codable, Sendable, CaseIterable {
    case counter, online, onlineAssisted, post, phone, home, other
  }

  public enum Outcome: String, Codable, Sendable, CaseIterable {
    case granted, refused, answered
  }

  public enum Status: String, Codable, Sendable, CaseIterable {
    case received, processing, awaitingSupplement, ready, returned, withdrawn
  }

  /// What somebody is at the desk.
  public enum Role: String, Codable, Sendable, CaseIterable {
    case reader, clerk, supervisor
    case operatorRole = "operator"
  }

  public enum TermKind: String, Codable, Sendable, CaseIterable {
    case atOnce, workingDays, days, imported
  }

  /// How long the office has: `count` is 0 for `atOnce` and `imported`.
  public struct Term: Codable, Sendable, Hashable {
    public var kind: Told<TermKind>
    public var count: Int

    public init(kind: TermKind, count: Int) {
      self.kind = .known(kind)
      self.count = count
    }
  }

  public struct Text: Codable, Sendable, Hashable {
    public var vi: String
    public var en: String

    public init(vi: String, en: String) {
      self.vi = vi
      self.en = en
    }
  }
}
