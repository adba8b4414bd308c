import Desk
import DeskService

/// The desk as somebody would keep it on paper: cases with the list of what happened in each, and questions answered by
/// looking through the lists. It takes the words of commands from `Desk`, and nothing that decides, folds or judges.
struct Model {
  struct Event {
    enum What {
      case received, consulted, progressed, returned, withdrawn, corrected, erased
      /// - Parameter settles: the broken or moved date that it answers for.
      case apologised(settles: Micros?, newDue: Micros?)
      case resolved(outcome: String?, closes: Bool)
      case notified(of: Int, settles: Bool)
    }

    var what: What
    var version: Int
    var position: Int
    var recordedAt: Micros
    var occurredAt: Micros
    var by: String
    /// By when somebody is to be told of it; nil where nobody is.
    var noticeDue: Micros?
    /// Until a correction says that it was recorded by mistake.
    var counts = true
  }

  struct Case {
    var number: Int
    var code: String
    var kind: CaseKind
    var procedure: String?
    var applicant: String?
    var subject: String?
    var responsible: String?
    var receiver: String
    var isUrgent = false
    var isImported = false
    var isErased = false
    var firstDue: Micros
    var isProvisional = false
    /// What it was received under.
    var office: ModelOffice
    var events: [Event] = []
  }

  /// A command that was accepted, with what was answered.
  struct Known {
    var uid: UInt32
    var text: [UInt8]
    /// What an erasure is known by; nil of everything else.
    var lasting: String?
    var number: Int
    var version: Int
    var position: Int
    var recordedAt: Micros
  }

  static let prefix = "H56.26.07"

  var office = ModelOffice.first
  /// Case n is at n − 1: numbers have no gaps.
  var cases: [Case] = []
  var known: [[UInt8]: Known] = [:]
  /// The stream of every event in the ledger, by position; 0 is the office's own.
  var ledger: [Int] = [0]
  var lastRecordedAt: Micros = 0

  func find(_ code: String) -> Case? {
    let code = code.lowercased()
    return cases.first { $0.code.lowercased() == code }
  }

  /// The next free serial of the day of receipt; a code that an imported case has taken is left out.
  func newCode(receivedAt: Micros) -> String {
    let day = Almanac.days[Almanac.index(of: receivedAt)].text
    func text(_ serial: Int) -> String {
      let digits = String(serial)
      let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return "\(Self.prefix)-\(day.filter { $0 != "-" }.dropFirst(2))-\(padded)"
    }
    let own = cases.filter { !$0.isImported && $0.code.hasPrefix(text(1).dropLast(4)) }
    var serial = (own.compactMap { Int($0.code.split(separator: "-")[2]) }.max() ?? 0) + 1
    while find(text(serial)) != nil { serial += 1 }
    return text(serial)
  }

  /// The instant that a date means.
  static func instant(_ date: DateExpression, now: Micros) -> Micros {
    switch date {
    case .workingDays(let count): Almanac.instant(Almanac.workingDay(count, after: Almanac.index(of: now)), 17)
    case .day(let day): Almanac.instant(day.text, 17)
    case .local(let day, let time): Almanac.instant(day.text, 0, 0, Int(time.seconds))
    case .instant(let instant): instant.microseconds
    }
  }
}

extension Model.Case {
  /// What happened and still counts.
  var standing: [Model.Event] { events.filter(\.counts) }

  var receivedAt: Micros { events[0].occurredAt }
  var resolution: Model.Event? { standing.last { if case .resolved = $0.what { true } else { false } } }
  var handover: Model.Event? { standing.last { if case .returned = $0.what { true } else { false } } }
  var withdrawal: Model.Event? { standing.last { if case .withdrawn = $0.what { true } else { false } } }
  var hasConsultation: Bool { standing.contains { if case .consulted = $0.what { true } else { false } } }
  var hasStep: Bool { standing.contains { if case .progressed = $0.what { true } else { false } } }

  var newDates: [Micros] {
    standing.compactMap { if case .apologised(_, let newDue) = $0.what { newDue } else { nil } }
  }
  var due: Micros { newDates.last ?? firstDue }

  func isSettled(_ date: Micros) -> Bool {
    standing.contains { if case .apologised(let settles, _) = $0.what { settles == date } else { false } }
  }

  /// The events that somebody is to be told of.
  var notices: [Model.Event] { standing.filter { $0.noticeDue != nil } }
  /// Those of them that nobody was told of for certain, while somebody waits for it.
  var owedNotices: [Model.Event] { withdrawal == nil && !isErased ? notices.filter { !isTold($0) } : [] }

  func isTold(_ event: Model.Event) -> Bool {
    withdrawal != nil
      || standing.contains { if case .notified(event.version, settles: true) = $0.what { true } else { false } }
  }

  var isOpen: Bool { resolution == nil && withdrawal == nil }
  var isEnded: Bool {
    if handover != nil || withdrawal != nil { return true }
    guard case .resolved(_, let closes)? = resolution?.what else { return false }
    return closes || kind == .enquiry
  }

  var status: String {
    if withdrawal != nil { return "withdrawn" }
    if isEnded { return "returned" }
    if resolution != nil { return "ready" }
    return hasConsultation || hasStep ? "processing" : "received"
  }

  /// Whether the office was not done by the date; whoever withdrew did not wait for it.
  func isPast(_ date: Micros, now: Micros) -> Bool {
    if let resolution { return resolution.occurredAt > date }
    return withdrawal == nil && now > date
  }

  func isLate(now: Micros) -> Bool { isPast(firstDue, now: now) }
  func owesApology(now: Micros) -> Bool { !isEnded && isPast(due, now: now) && !isSettled(due) }
  var clerk: String { responsible ?? receiver }
}
