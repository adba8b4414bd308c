/// Who a method is meant for. Each role may do what the ones before it may.
enum Role: String, Sendable, CaseIterable {
  case reader, clerk, supervisor
  case operatorRole = "operator"
}
