import Desk
import EventStore
import LMDB

/// Counts by local day of the event, and over all days: group, counter, day → count.
public enum TallyView {
  static let name = "tally"
  static let view = DeskView(sumsOf: name, version: 1)

  /// Enquiries and complaints are counted apart.
  public enum Group: UInt8, Sendable, CaseIterable {
    case cases, enquiries, complaints

    init(_ kind: CaseKind) {
      switch kind {
      case .procedure, .assistance: self = .cases
      case .enquiry: self = .enquiries
      case .complaint: self = .complaints
      }
    }
  }

  public enum Counter: UInt8, Sendable, CaseIterable {
    case received, resolvedOnTime, resolvedLate, withdrawn, withdrawnLate, open
  }

  struct Count: Hashable {
    var group: Group
    var counter: Counter
    /// Nil for what is counted as of now only, and for the row over all days.
    var day: CalendarDay?

    var key: [UInt8] { TallyView.key(group, counter, day) }
  }

  static func counts(of state: CaseState) -> [Count] {
    guard let receipt = state.receipt else { return [] }
    let group = Group(receipt.facts.kind)
    var counts = [Count(group: group, counter: .received, day: receipt.day)]
    if let withdrawal = state.withdrawal {
      counts.append(Count(group: group, counter: .withdrawn, day: withdrawal.day))
      if state.isWithdrawnLate { counts.append(Count(group: group, counter: .withdrawnLate, day: withdrawal.day)) }
    } else if let resolution = state.resolution {
      let counter: Counter = state.isResolvedLate ? .resolvedLate : .resolvedOnTime
      counts.append(Count(group: group, counter: counter, day: resolution.day))
    } else if state.isOpen {
      counts.append(Count(group: group, counter: .open, day: nil))
    }
    return counts
  }

  /// The day `nil` is the row over all days.
  static func key(_ group: Group, _ counter: Counter, _ day: CalendarDay?) -> [UInt8] {
    [group.rawValue, counter.rawValue] + (day.map { [1] + RegisterView.prefix($0) } ?? [0])
  }
}
