/// The code that people say and print: `PREFIX-YYMMDD-NNNN`, the serial by day (TT 01/2018/TT-VPCP art. 19).
public enum CaseCode {
  /// At least four digits, a fifth when the day needs it.
  public static func code(prefix: String, day: CalendarDay, serial: Int) -> String {
    "\(prefix)-\(dayText(day))-\(padded(serial, 4))"
  }

  /// What people type for it, completed: `975` is today's, `261008-0975` the one of that day. Anything else stays as it
  /// is.
  public static func completed(_ typed: String, prefix: String, today: CalendarDay) -> String {
    // Most are complete.
    guard typed.utf8.count(where: { $0 == UInt8(ascii: "-") }) < 2 else { return typed }
    let parts = typed.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    if parts.count == 1, let serial = decimal(parts[0]), parts[0].count <= 5 {
      return code(prefix: prefix, day: today, serial: serial)
    }
    if parts.count == 2, parts[0].count == 6, decimal(parts[0]) != nil, parts[1].count <= 5,
      let serial = decimal(parts[1])
    {
      return "\(prefix)-\(String(decoding: Array(parts[0]), as: UTF8.self))-\(padded(serial, 4))"
    }
    return typed
  }

  /// The serial in a code of this form; nil for a code from elsewhere.
  public static func serial(of code: String) -> Int? {
    let parts = code.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[parts.count - 2].count == 6, decimal(parts[parts.count - 2]) != nil else {
      return nil
    }
    return decimal(parts[parts.count - 1])
  }

  /// Whether a code from elsewhere has the form of those that this office gives: a prefix of its own, a day, a serial.
  public static func form(of code: String, prefixes: [String]) -> Form {
    if prefixes.contains(where: { isOwn(code.folded, prefix: $0.folded) }) { return .own }
    return prefixes.contains { reads(code.lookAlike, as: $0.lookAlike) } ? .looksLikeOwn : .foreign
  }

  /// Whether a code may be read as one with this prefix: what is not of ASCII as any character, or as none, as invisible as
  /// some are, and space as none. Somewhere in Unicode there is always another letter, dash or dot that looks like one of ours.
  private static func reads(_ code: String, as prefix: String) -> Bool {
    // Nil for a digit. The last one comes as often as it may.
    var form: [Unicode.Scalar?] = prefix.unicodeScalars.map { $0 }
    form.append("-")
    form += Array(repeating: nil, count: 6)
    form.append("-")
    form.append(nil)
    // Of a code that is mostly something else nobody thinks that.
    guard code.unicodeScalars.count(where: { !$0.isASCII }) <= form.count / 2 else { return false }
    // How much of the form is read by now, as far as one can tell.
    var places: Set<Int> = [0]
    for scalar in code.unicodeScalars where scalar != " " {
      var next: Set<Int> = scalar.isASCII ? [] : places
      for place in places {
        let expected = place < form.count ? form[place] : nil
        let isRead = expected.map { $0 == scalar } ?? ("0"..."9").contains(scalar)
        if isRead || !scalar.isASCII { next.insert(min(place + 1, form.count)) }
      }
      places = next
    }
    return places.contains(form.count)
  }

  private static func isOwn(_ code: String, prefix: String) -> Bool {
    var rest = code.unicodeScalars[...]
    for letter in (prefix + "-").unicodeScalars {
      guard rest.popFirst() == letter else { return false }
    }
    let parts = rest.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].count == 6 && (1...9).contains(parts[1].count)
      && parts.joined().allSatisfy { ("0"..."9").contains($0) }
  }

  public enum Form: Hashable, Sendable {
    case own
    /// Not one, and nobody sees that it is not.
    case looksLikeOwn
    case foreign
  }

  private static func dayText(_ day: CalendarDay) -> String {
    padded(day.year % 100, 2) + padded(day.month, 2) + padded(day.day, 2)
  }
}
