public import Desk
import EventSourcing
import EventStore
public import LMDB

/// What recorded events, and those of the group that is being decided, have made of cases and of the office, while the
/// views do not have it yet.
public struct UnappliedDesk {
  private var cases = Revertible<UInt64, CaseChange>()
  /// Of the cases that are new: from the key of their code to their number.
  private var codes = Revertible<[UInt8], UInt64>()
  /// Of the cases that are new: the greatest serial of a day.
  private var serials = Revertible<CalendarDay, Int>()
  private var steps: [OfficeStep] = []
  private var stepsKept = 0

  public init() {}

  /// A case has changed.
  public mutating func change(_ number: UInt64, from before: CaseState, to after: CaseState) {
    cases.set(CaseChange(before: cases[number]?.before ?? before, after: after), for: number)
    guard before.reception == nil, after.reception != nil else { return }
    // The very rows that the views will have.
    let row = CaseRow(number: number, state: after)
    for code in CodesView.rows(of: row) { codes.set(number, for: code.key) }
    for entry in RegisterView.rows(of: row) {
      let (day, serial) = RegisterView.place(of: entry.key)
      serials.set(max(serial, serials[day] ?? 0), for: day)
    }
  }

  /// Something has happened to the office.
  public mutating func add(_ step: OfficeStep) { steps.append(step) }

  /// What was recorded is committed.
  public mutating func keep() {
    cases.keep()
    codes.keep()
    serials.keep()
    stepsKept = steps.count
  }

  /// Takes back what was not committed.
  public mutating func revert() {
    cases.revert()
    codes.revert()
    serials.revert()
    if steps.count > stepsKept { steps.removeLast(steps.count - stepsKept) }
  }

  /// The views have all of it.
  public mutating func clear() {
    cases.clear()
    codes.clear()
    serials.clear()
    if steps.isEmpty { return }
    steps.removeAll()
    stepsKept = 0
  }

  /// Writes all of it into the views.
  public func write(into views: DeskViews, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
    for step in steps { try views.write(step, transaction) }
    try views.write(cases.values, transaction)
  }
}

/// What is recorded: here, and otherwise in the views.
extension UnappliedDesk {
  /// The state of a case; the empty state when there is none of that number.
  public func state(
    of number: UInt64, over views: DeskViews, _ transaction: borrowing some Reading & ~Copyable
  ) throws(ViewsError) -> CaseState {
    if let change = cases[number] { return change.after }
    return try views.state(of: number, transaction)
  }

  /// The number of the case with exactly this code, in any spelling of its letters.
  public func number(
    ofCode code: String, over views: DeskViews, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> UInt64? {
    let key = CodesView.key(code)
    if let number = codes[key] { return number }
    return try views.number(ofCodeKey: key, transaction)
  }

  /// The next free serial of the day: one more than the greatest.
  public func nextSerial(
    on day: CalendarDay, over views: DeskViews, _ transaction: borrowing some Reading & ~Copyable
  ) throws(LMDBError) -> Int {
    max(try views.nextSerial(on: day, transaction), (serials[day] ?? 0) + 1)
  }

  /// The state of the office; the empty state before its first event.
  public func office(
    over views: DeskViews, _ transaction: borrowing some Reading & ~Copyable
  ) throws(ViewsError) -> OfficeState {
    if let step = steps.last { return step.state }
    return try views.office(transaction)
  }
}
