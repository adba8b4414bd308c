/// Names that Swift keeps for itself.
enum SwiftNames {
  private static let reserved: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
    "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init",
    "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
    "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]

  /// What the generated functions call their own.
  static let locals: Set<String> = ["cursor", "json", "member", "members", "object"]

  static func field(_ name: String) -> String { reserved.contains(name) ? "`\(name)`" : name }

  /// A word that is reserved gets the name of its enumeration: `operator` of `Role` is `operatorRole`.
  static func word(_ word: String, of enumeration: String) -> String {
    reserved.contains(word) ? word + enumeration : word
  }
}

extension String {
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
