/// What happens to the office itself, on the office's own stream.
public enum OfficeEvent: Hashable, Sendable {
  /// From here on these rules, this calendar and these procedures are in force.
  case rulesAdopted(RuleBook)
}
