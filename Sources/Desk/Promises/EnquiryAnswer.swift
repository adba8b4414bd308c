/// Trả lời: who asks is advised.
///
/// - Rule: an enquiry is answered within the office's time for enquiries, and the answer ends it. It cannot be resolved
///   without advice.
/// - Source: the announcement of 4 April 2023, principle 3 (dân hỏi được tư vấn); the time is the office's own
///   (`enquiryTerm`).
enum EnquiryAnswer {
  static func add(_ state: CaseState, to promises: inout [Promise]) {
    guard let promise = state.firstDate, promise.kind == .enquiryAnswer else { return }
    promises.append(promise)
  }
}
