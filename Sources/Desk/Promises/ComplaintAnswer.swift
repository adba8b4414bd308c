/// Trả lời phản ánh, kiến nghị: a complaint is answered in its own time.
///
/// - Rule: within the office's time for complaints, counted from the receipt; what a procedure allows is no excuse. The
///   result settles it, or the withdrawal.
/// - Source: the announcement of 4 April 2023, principle 8 (dân phàn nàn phải lắng nghe); the time is the office's own
///   (`complaintTerm`).
enum ComplaintAnswer {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    guard let promise = state.firstDate, promise.kind == .complaintAnswer else { return }
    promises.append(promise)
  }
}
