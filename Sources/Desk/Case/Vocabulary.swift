public enum CaseKind: UInt8, Sendable, CaseIterable {
  case procedure = 1
  case enquiry, complaint, assistance
}

public enum Channel: UInt8, Sendable, CaseIterable {
  case counter = 1
  case online, onlineAssisted, post, phone, home, other
}

public enum Outcome: UInt8, Sendable, CaseIterable {
  case granted = 1
  case refused, answered
}

/// Where a case stands, in the words that the office uses.
public enum Status: UInt8, Sendable, CaseIterable {
  case received = 1
  case processing, awaitingSupplement, ready, returned, withdrawn
}
