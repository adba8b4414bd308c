/// What the argument parser says, which it says in English only, in the reader's language.
enum ParserText {
  private static let headings = [
    ("OVERVIEW:", "GIỚI THIỆU:"), ("USAGE:", "CÁCH DÙNG:"), ("ARGUMENTS:", "THAM SỐ:"), ("OPTIONS:", "TÙY CHỌN:"),
    ("SUBCOMMANDS:", "CÁC LỆNH:"),
  ]

  static func help(_ text: String, _ language: Language) -> String {
    guard language == .vi else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      for (en, vi) in headings where line.hasPrefix(en) { return vi + line.dropFirst(en.count) }
      return switch line.trimmed {
      case "-h, --help              Show help information.": "  -h, --help              xem hướng dẫn này"
      case "--version               Show the version.": "  --version               xem phiên bản"
      default: String(line)
      }
    }.joined(separator: "\n").replacing([
      ("(default: ", "(mặc định: "), ("(values: ", "(giá trị: "), ("<subcommand>", "<lệnh>"),
      ("See 'motcua help <lệnh>' for detailed help.", "Xem 'motcua help <lệnh>' để biết thêm."),
    ])
  }

  /// How the parser's sentences begin. What follows is the name or the value, the same in every language.
  private static let mistakes = [
    ("Unknown option ", "Không có tùy chọn "),
    ("Missing value for ", "Thiếu giá trị cho "),
    ("Missing expected argument ", "Thiếu tham số "),
    ("Unexpected argument ", "Thừa tham số "),
    ("The value ", "Không hợp lệ: giá trị "),
  ]

  static func mistake(_ text: String, _ language: Language) -> String {
    let text = text.replacing([("one of the following:\n  - ", "one of "), ("\n  - ", ", ")])
    guard language == .vi else { return text }
    for (en, vi) in mistakes where text.hasPrefix(en) { return vi + text.dropFirst(en.count).replacing(parts) }
    return text
  }

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
