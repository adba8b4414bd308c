/// What a stream of events is about. All streams share one space of numbers, of which the office's is 0; each kind has its
/// decider and its state.
public enum StreamKind: UInt8, Hashable, Sendable, CaseIterable {
  case office = 1
  case `case`
}
