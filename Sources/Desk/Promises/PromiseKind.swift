extension Promise {
  /// Every kind of promise. Each is a file beside this one, with its rule and its source.
  public enum Kind: Sendable, CaseIterable {
    case firstDate, enquiryAnswer, complaintAnswer, newDate, apology, handOver, notice

    /// Whether it is owed only once a date is past.
    public var waitsForDate: Bool {
      switch self {
      case .apology: true
      case .firstDate, .newDate, .enquiryAnswer, .complaintAnswer, .handOver, .notice: false
      }
    }

    /// Whether it is the date that decides between on time and late.
    public var isFirstDate: Bool {
      switch self {
      case .firstDate, .enquiryAnswer, .complaintAnswer: true
      case .newDate, .apology, .handOver, .notice: false
      }
    }

    fileprivate func add(_ state: CaseState, to promises: inout [Promise]) {
      switch self {
      case .firstDate: FirstDate.add(state, to: &promises)
      case .newDate: NewDate.add(state, to: &promises)
      case .enquiryAnswer: EnquiryAnswer.add(state, to: &promises)
      case .complaintAnswer: ComplaintAnswer.add(state, to: &promises)
      case .apology: ApologyOwed.add(state, to: &promises)
      case .handOver: HandOver.add(state, to: &promises)
      case .notice: Notice.add(state, to: &promises)
      }
    }
  }
}

extension CaseState {
  /// Every promise of the case, open and settled, a pure function of the state: its dates in the order in which they were
  /// given, then what else is owed.
  public var promises: [Promise] {
    var promises: [Promise] = []
    promises.reserveCapacity(4)
    for kind in Promise.Kind.allCases { kind.add(self, to: &promises) }
    return promises
  }
}
