/// What is asked of the office itself. A command that is given again, because nobody knows whether it was recorded, is known
/// by the state to be done.
public enum OfficeCommand: Hashable, Sendable {
  /// From here on these rules are to be in force.
  case adopt(RuleBook)
  /// The ledger was put back from an older state: its loss is to be said.
  case restore(Restored)
  /// A person says that the machine's clock is right.
  case acceptClock(ClockAccepted)
}
