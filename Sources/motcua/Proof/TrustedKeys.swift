import MerkleTree

/// The keys that `--key` gives: a verifier key itself, or a file with one a line.
enum TrustedKeys {
  /// - Throws: `Failure.usage`.
  static func read(_ arguments: [String], _ language: Language) throws -> [NoteVerifierKey] {
    try arguments.flatMap { argument in
      if let key = try? NoteVerifierKey(parsing: argument) { return [key] }
      return try keys(in: TextFile.read(argument, language), file: argument, language)
    }
  }

  /// Empty lines and those that begin with `#` say nothing.
  static func keys(in text: String, file: String, _ language: Language) throws -> [NoteVerifierKey] {
    var keys: [NoteVerifierKey] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") { continue }
      guard let key = try? NoteVerifierKey(parsing: line) else {
        throw Failure.usage(
          language.say(
            "\(file), dòng \(index + 1): không phải khóa công khai dạng tên+mã+base64.",
            "\(file), line \(index + 1): not a verifier key of the form name+hex+base64."))
      }
      keys.append(key)
    }
    guard !keys.isEmpty else {
      throw Failure.usage(language.say("\(file) không có khóa nào.", "\(file) holds no key."))
    }
    return keys
  }
}
