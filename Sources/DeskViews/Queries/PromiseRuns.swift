import Desk

extension PromisesView {
  /// Which rows of the index are asked for.
  enum Rows {
    /// Open cases by the date that decides between on time and late.
    case firstDates
    /// Open cases by their latest date.
    case latestDates
    case apologies, handOvers, keptLate, urgent, notices

    /// - Parameter before: up to this instant, which is not included; nil for all.
    func run(before: Timestamp? = nil, _ accepts: @escaping @Sendable (CaseState) -> Bool) -> CasePages.Run {
      func run(_ order: Order, mark: UInt8 = 0, isAtLatestDate: Bool = false) -> CasePages.Run {
        CasePages.Run(
          view: PromisesView.view, prefix: [order.rawValue], before: before, mark: mark, isAtLatestDate: isAtLatestDate,
          accepts: accepts)
      }
      return switch self {
      case .firstDates: run(.openDate, mark: firstMark)
      case .latestDates: run(.openDate, isAtLatestDate: true)
      case .apologies: run(.apology)
      case .handOvers: run(.handOver)
      case .keptLate: run(.keptLate)
      case .urgent: run(.urgent)
      case .notices: run(.notice)
      }
    }
  }
}
