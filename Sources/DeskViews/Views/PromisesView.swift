import Desk
import EventSourcing
import EventStore

/// What is promised, in order of time, by what it waits for. Lateness is not in it: a range up to now is.
///
/// A row says that a case has a promise of this order at this instant; which one says its state.
enum PromisesView: CaseView {
  static let name = "promises"
  static let view = DeskView(Self.self, version: 2, .differencesIf { isOther($0, $1) }, owner: .endOfKey)

  /// The first byte of the key, and what the time after it is.
  enum Order: UInt8, CaseIterable {
    /// Open dates, each at its own: those before now are past (quá hạn). The first one and the latest; what was given
    /// between the two is in the state, and which is the latest says it, too: a new date changes no row of another.
    case openDate = 1
    /// Open apologies, since the date that they are owed for: those before now are owed.
    case apology
    /// Results that wait to be handed over, since when they are ready.
    case handOver
    /// First dates that were kept late (trễ hạn).
    case keptLate
    /// The latest date of what is urgent. That is a rank among the open dates, and no promise.
    case urgent
    /// Open notices, by their date.
    case notice
  }

  /// Stands in the value of the date that decides between on time and late, beside the group.
  static let firstMark: UInt8 = 0x10

  /// Stands in the value of everything that a case owes which came from another register.
  static let importedMark: UInt8 = 0x20

  static func group(_ value: UInt8) -> TallyGroup? { TallyGroup(rawValue: value & ~(firstMark | importedMark)) }

  /// Whether two states of a case may have other rows: what the receipt says of them, or what makes a promise or settles
  /// one. Most events do neither.
  static func isOther(_ before: CaseState, _ after: CaseState) -> Bool {
    !isSameBasis(before, after) || before.erasure?.at != after.erasure?.at || before.promised != after.promised
      || !after.hasEntries(of: before) { $0.concernsPromises }
  }

  /// Whether the receipt says the same of what the rows are made from.
  private static func isSameBasis(_ before: CaseState, _ after: CaseState) -> Bool {
    if after.hasReception(of: before) { return true }
    guard let old = before.reception, let new = after.reception else { return false }
    return old.facts.kind == new.facts.kind && old.at == new.at && old.facts.due == new.facts.due
      && (old.facts.urgent == nil) == (new.facts.urgent == nil) && old.isImported == new.isImported
  }

  static func add(_ row: CaseRow, to rows: inout RowBuffer) {
    let state = row.state
    guard let kind = state.reception?.facts.kind, let latest = state.due else { return }
    let group = TallyGroup(kind).rawValue | (state.reception?.isImported == true ? importedMark : 0)
    func add(_ order: Order, _ time: Timestamp, mark: UInt8 = 0) {
      rows.add {
        $0.append(order.rawValue)
        $0.append(bigEndian: OrderedKey.bits(of: time))
        $0.append(bigEndian: row.number)
      } value: {
        $0.bytes.append(group | mark)
      }
      // A ledger may say the same date twice; it is one row, and the first date comes first.
      rows.dropLastIfKnown()
    }
    for promise in state.promises {
      switch promise.kind {
      case .firstDate, .enquiryAnswer, .complaintAnswer, .newDate:
        guard let due = promise.due else { continue }
        let isFirst = promise.kind.isFirstDate
        if promise.isOpen {
          if isFirst || due == latest { add(.openDate, due, mark: isFirst ? firstMark : 0) }
        } else if isFirst, promise.settled?.manner == .done, promise.isBroken(at: due) {
          add(.keptLate, due)
        }
      case .apology: if promise.isOpen { add(.apology, promise.since) }
      case .handOver: if promise.isOpen { add(.handOver, promise.since) }
      case .notice: if promise.isOpen { add(.notice, promise.due ?? promise.since) }
      }
    }
    if state.isOpen, state.reception?.facts.urgent != nil { add(.urgent, latest) }
  }
}
