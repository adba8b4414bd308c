import Desk

/// Finds the case that somebody means by a code, whole or shortened.
struct CaseLookup {
  let rules: Rules
  /// Finds the number of the case with exactly this code.
  let number: (_ code: String) throws -> UInt64?
  let state: (_ number: UInt64) throws -> CaseState

  /// - Throws: `Rejection.unknownCase`, or `ambiguousCode` when what was typed fits several cases.
  func number(ofTyped typed: String, now: Timestamp) throws -> UInt64 {
    let typed = try FieldText.code.required(typed)
    var candidates = [typed.hasPrefix("=") ? String(typed.dropFirst()) : typed]
    guard candidates != [""] else { throw Rejection.unknownCase(code: typed) }
    if !typed.hasPrefix("="), let office = rules.current?.book.office {
      let today = now.day(at: office.utcOffset)
      for prefix in rules.office.prefixes {
        let code = CaseCode.completed(typed, prefix: prefix, today: today)
        if !candidates.contains(code) { candidates.append(code) }
      }
    }
    var found: [UInt64] = []
    for candidate in candidates {
      guard let number = try number(candidate), !found.contains(number) else { continue }
      found.append(number)
    }
    guard let first = found.first else { throw Rejection.unknownCase(code: candidates.last ?? typed) }
    guard found.count == 1 else {
      var codes: [String] = []
      for number in found { codes.append(try state(number).reception?.facts.code ?? typed) }
      throw Rejection.ambiguousCode(code: typed, matches: codes.sorted())
    }
    return first
  }
}
