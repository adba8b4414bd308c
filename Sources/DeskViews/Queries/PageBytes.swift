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
    if let facts = reception?.facts {
      let words = [
        facts.applicant, facts.phone, facts.place, facts.subject, facts.handedInBy, facts.authority, facts.help,
        facts.urgent,
        facts.responsible,
      ]
      for case let text? in words { bytes += text.utf8.count }
      for paper in facts.papers { bytes += paper.utf8.count + 3 }
    }
    if let facts = resolution?.facts {
      for case let text? in [facts.reason, facts.documentNumber, facts.signedBy] { bytes += text.utf8.count }
    }
    return bytes
  }
}
