import Desk

extension String {
  /// As verbs and procedures are called: small letters without accents, hyphens for spaces.
  var shortName: String {
    String(folded.map { $0 == " " || $0 == "_" || $0 == "\u{A0}" ? "-" : $0 })
  }
}
