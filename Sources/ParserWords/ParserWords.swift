/// What the argument parser says, which it says in English only, in the reader's language.
public struct ParserWords: Sendable {
  private let isVietnamese: Bool

  /// - Parameter isVietnamese: whether the reader's language is; else everything stays English.
  public init(isVietnamese: Bool) { self.isVietnamese = isVietnamese }

  /// A page of help.
  public func help(_ text: String) -> String { isVietnamese ? Self.page(text) : text }

  /// One sentence about what was typed, without headings.
  public func mistake(_ text: String) -> String {
    let text = text.replacing([("one of the following:\n  - ", "one of "), ("\n  - ", ", ")])
    guard isVietnamese else { return text }
    for (en, vi) in Self.mistakes where text.hasPrefix(en) {
      return vi + text.dropFirst(en.count).replacing(Self.parts)
    }
    let several = text.drop(while: \.isNumber)
    return several.hasPrefix(Self.unexpected) ? "Thừa tham số: \(several.dropFirst(Self.unexpected.count))" : text
  }

  /// All that is said about what was typed: the sentence under its heading, what helps, and how to ask for more.
  public func refusal(_ text: String) -> String {
    guard isVietnamese, text.hasPrefix(Self.error) else { return text }
    let end = text.firstRange(of: "\nUsage:")?.lowerBound ?? text.endIndex
    let sentences = text[..<end].dropFirst(Self.error.count).split(separator: "\nHelp:", maxSplits: 1)
    let help = sentences.dropFirst().map { "\nGiải thích:\($0)" }.joined()
    return "Lỗi: \(mistake(String(sentences.first ?? "")))\(help)\(Self.page(String(text[end...])))"
  }

  private static let error = "Error: "
  private static let unexpected = " unexpected arguments: "

  private static func page(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      for (en, vi) in headings where line.hasPrefix(en) { return vi + line.dropFirst(en.count) }
      return switch line.drop(while: { $0 == " " }) {
      case "-h, --help              Show help information.": "  -h, --help              xem hướng dẫn này"
      case "--version               Show the version.": "  --version               xem phiên bản"
      default: String(line)
      }
    }.joined(separator: "\n").replacing(words)
  }

  private static let headings = [
    ("OVERVIEW:", "GIỚI THIỆU:"), ("USAGE:", "CÁCH DÙNG:"), ("ARGUMENTS:", "THAM SỐ:"), ("OPTIONS:", "TÙY CHỌN:"),
    ("SUBCOMMANDS:", "CÁC LỆNH:"), ("Usage:", "Cách dùng:"),
  ]

  /// The default command's mark takes the column after it, so that what is said of the command stays in its own.
  private static let words = [
    ("(default:", "(mặc định:"), (" default:", " mặc định:"), (" (default) ", " (mặc định)"), ("(values:", "(giá trị:"),
    ("<subcommand>", "<lệnh>"), ("[<options>]", "[<tùy chọn>]"),
    ("See '", "Xem '"), (" for detailed help.", " để biết thêm."), (" for more information.", " để biết thêm."),
  ]

  /// How the parser's sentences begin. What follows is the name or the value, the same in every language.
  private static let mistakes = [
    ("Unknown option ", "Không có tùy chọn "),
    ("Missing value for ", "Thiếu giá trị cho "),
    ("Missing expected argument ", "Thiếu tham số "),
    ("Unexpected argument ", "Thừa tham số "),
    ("The value ", "Không hợp lệ: giá trị "),
  ]

  private static let parts = [
    (" is invalid for ", " cho "), (" Please provide one of ", " Chọn một trong "), (". Did you mean ", ". Ý bạn là "),
    (" and ", ", "),
  ]
}

extension StringProtocol {
  fileprivate func replacing(_ pairs: [(String, String)]) -> String {
    var rest = String(self)
    for (old, new) in pairs {
      var result = ""
      while let range = rest.firstRange(of: old) {
        result += rest[..<range.lowerBound] + new
        rest = String(rest[range.upperBound...])
      }
      rest = result + rest
    }
    return rest
  }
}
