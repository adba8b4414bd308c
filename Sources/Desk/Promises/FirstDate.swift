/// Ngày hẹn trả: the date on the receipt slip, for a procedure or for help.
///
/// - Rule: the term of the procedure, counted from the receipt; nothing moves it, and it alone decides between on time and
///   late. The result settles it, or the citizen's withdrawal.
/// - Source: Bộ luật Dân sự 2015, art. 147–148; from 1 July 2025 NĐ 118/2025 art. 17.3 (as the slip says).
enum FirstDate {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    guard let promise = state.firstDate, promise.kind == .firstDate else { return }
    promises.append(promise)
  }
}
