import Desk

/// How many bytes a page of cases may take, about: enough for a hundred cases of the usual kind.
enum PageBytes {
  static let max = 256 << 10
}

extension DeskViews {
  /// Whether the cases take all the bytes that a page may.
  public static func isFull(_ page: [CaseRow]) -> Bool {
    page.reduce(0) { $0 + $1.state.answerBytes } >= PageBytes.max
  }
}

extension CaseState {
  /// About how many bytes the case takes in an answer: its words, its open promises, and what stands around them.
  var answerBytes: Int {
    var bytes = 1000 + 300 * promised.count
    func add(_ text: String?) { if case .some(let text) = text { bytes += text.utf8.count } }
    if case .some(let reception) = reception {
      add(reception.facts.applicant)
      add(reception.facts.phone)
      add(reception.facts.place)
      add(reception.facts.subject)
      add(reception.facts.handedInBy)
      add(reception.facts.authority)
      add(reception.facts.help)
      add(reception.facts.urgent)
      add(reception.facts.responsible)
      for paper in reception.facts.papers { bytes += paper.utf8.count + 3 }
    }
    if let facts = resolution?.facts {
      add(facts.reason)
      add(facts.documentNumber)
      add(facts.signedBy)
    }
    return bytes
  }
}
