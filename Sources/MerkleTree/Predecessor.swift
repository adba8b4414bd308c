/// What a checkpoint follows when its log, after a loss, may not continue what was signed before. The checkpoint names
/// it in an extension line, so that whoever reads the new checkpoint learns of the old one.
public enum Predecessor: Hashable, Sendable {
  /// The last head that is known to have been signed, and by which key; this log may not contain it.
  case head(key: NoteVerifierKey, size: UInt64, root: Hash)
  /// There was a log before this one, and nobody knows what was signed of it.
  case unknown

  private static let word = "follows"

  /// `follows KEY SIZE ROOT`, as in the checkpoint of that head, or `follows unknown`.
  public var extensionLine: String {
    switch self {
    case .head(let key, let size, let root): "\(Self.word) \(key) \(size) \(root.base64)"
    case .unknown: "\(Self.word) unknown"
    }
  }

  /// Nil for any other line: a checkpoint may have extension lines that are not ours.
  public init?(extensionLine: String) {
    let parts = extensionLine.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.first == Self.word else { return nil }
    if parts.count == 2, parts[1] == "unknown" {
      self = .unknown
      return
    }
    guard parts.count == 4, let key = try? NoteVerifierKey(parsing: parts[1]), let size = UInt64(parts[2]),
      String(size) == parts[2], let root = Hash(base64: parts[3])
    else { return nil }
    self = .head(key: key, size: size, root: root)
  }
}

extension Checkpoint {
  /// The head that this checkpoint says it follows; nil when no extension line names one.
  public var predecessor: Predecessor? { extensionLines.lazy.compactMap { Predecessor(extensionLine: $0) }.first }
}
