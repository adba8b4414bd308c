/// The fields of commands that hold words, each with its bound in bytes of UTF-8.
public enum FieldText: String, Sendable, CaseIterable {
  case applicant, phone, place, subject, paper, handedInBy, authority, help, urgent, responsible
  case question, guidance, step, by, group, cause, text, signatory, letterNumber
  case reason, documentNumber, signedBy, to, procedure, code, words, basis, clerk, account
  case receipt, register

  public var bytesMax: Int {
    switch self {
    case .phone, .letterNumber, .documentNumber, .procedure, .code, .cause, .account: 100
    case .applicant, .handedInBy, .responsible, .by, .group, .signatory, .signedBy, .to, .paper, .words, .clerk,
      .register:
      300
    case .place, .subject, .authority, .step, .basis, .receipt: 500
    case .help, .urgent, .reason, .question: 1000
    case .guidance, .text: 4000
    }
  }

  /// The text composed and without space around it; nil when nothing is left. Refuses what is too long, controls (except
  /// line ends and tabs in texts of several lines), characters that turn the direction of what is read after them, and more
  /// marks on a letter than any language has.
  public func checked(_ text: String?) throws(Rejection) -> String? {
    guard var text else { return nil }
    if isPlain(text) { return text }
    return try checkedAtLength(&text)
  }

  /// The same for any text, character by character.
  func checkedAtLength(_ text: inout String) throws(Rejection) -> String? {
    // Nothing becomes shorter than a third by being composed, so that no time goes into what is too long anyway.
    if text.utf8.count <= 3 * bytesMax {
      if let mark = text.excessMark { throw .textNotAllowed(field: rawValue, scalar: mark) }
      text = text.composed
    }
    guard text.utf8.count <= bytesMax else {
      throw .textTooLong(field: rawValue, bytes: text.utf8.count, limit: bytesMax)
    }
    let trimmed = text.trimmingSpace
    for scalar in trimmed.unicodeScalars where !allows(scalar) {
      throw .textNotAllowed(field: rawValue, scalar: scalar)
    }
    return trimmed.isEmpty ? nil : trimmed
  }

  public func required(_ text: String?) throws(Rejection) -> String {
    guard let text = try checked(text) else { throw .fieldMissing(rawValue) }
    return text
  }

  /// Whether a text is at once seen to be as it should be, by its bytes: most are. Printable ASCII and the letters that
  /// Vietnamese is written with, composed already, and no space around it. What is not plain may be right, too.
  func isPlain(_ text: String) -> Bool {
    let bytes = text.utf8.span
    let count = bytes.count
    guard count > 0, count <= bytesMax, bytes[0] > 0x20, bytes[count - 1] > 0x20 else { return false }
    let hasLines = hasLines
    var index = 0
    while index < count {
      let byte = bytes[index]
      switch byte {
      case 0x20...0x7E: index += 1
      case 0x09, 0x0A:
        guard hasLines else { return false }
        index += 1
      // Controls, a space and a hyphen that nobody sees.
      case 0xC2:
        guard bytes[index + 1] > 0xA0, bytes[index + 1] != 0xAD else { return false }
        index += 2
      case 0x80...:
        let length = bytes.lengthOfComposedLetter(at: index)
        guard length > 0 else { return false }
        index += length
      default: return false
      }
    }
    return true
  }

  /// Whether the text may have several lines.
  private var hasLines: Bool { bytesMax >= 1000 }

  private func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: hasLines
    // U+FFFD is what is left of bytes that were no text.
    case 0xFFFD: false
    // Noncharacters.
    case 0xFDD0...0xFDEF: false
    default: scalar.value & 0xFFFE != 0xFFFE && !scalar.steers
    }
  }
}

extension String {
  fileprivate var trimmingSpace: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return first == scalars.startIndex && scalars.index(after: last) == scalars.endIndex
      ? self : String(scalars[first...last])
  }
}

extension Unicode.Scalar {
  /// Whether it steers what shows it instead of being read: controls, which a terminal obeys; ends of lines; marks that
  /// turn the direction of what is read after them; and what cannot be seen. It is refused in fields, and spelled out
  /// wherever text is shown or logged.
  public var steers: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFB, 0x1D173...0x1D17A, 0xE0000...0xE007F:
      true
    // Fillers, joiners that join nothing, and selectors of a form, of which nothing is seen either.
    case 0xAD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFE00...0xFE0F, 0xFFA0, 0xE0100...0xE01EF: true
    default: false
    }
  }
}
