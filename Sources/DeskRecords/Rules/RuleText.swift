/// An object of the stored text of rules, which has its own names: a property of the same value may be called otherwise.
protocol RuleText {
  /// What the members are read into.
  static var blank: Self { get }
  /// The members by ascending name. One that came later may be missing, and then means what held before it came.
  mutating func members<Coder: MemberCoder>(_ json: inout Coder) throws(Coder.Failure)
}
