/// What is wrong with the text of a checkpoint.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text does not end in a newline.
  case unterminated
  /// There are fewer lines than origin, size and root.
  case missingLines(found: Int)
  /// The first line is empty or has a control character.
  case malformedOrigin(String)
  /// The second line is not a decimal number of 64 bits without leading zeros.
  case malformedSize(String)
  /// The third line is not 32 bytes in base64.
  case malformedRoot(String)
  /// A further line, counted from 1, is empty or has a control character.
  case malformedExtension(line: Int)

  public var description: String {
    switch self {
    case .unterminated: "the checkpoint does not end in a newline"
    case .missingLines(let found): "the checkpoint has \(found) lines, not the three of origin, size and root"
    case .malformedOrigin(let text): "the origin “\(text)” is empty or has a control character"
    case .malformedSize(let text): "the size “\(text)” is not a decimal number without leading zeros"
    case .malformedRoot(let text): "the root “\(text)” is not 32 bytes in base64"
    case .malformedExtension(let line): "line \(line) of the checkpoint is empty or has a control character"
    }
  }
}

/// What a log says of itself at one moment, to be signed and published: the body of a C2SP tlog-checkpoint.
public struct Checkpoint: Hashable, Sendable {
  /// Names the log; best a URL without scheme, the same as the name of its key.
  public let origin: String
  /// The number of leaves.
  public let size: UInt64
  public let root: Hash
  /// Opaque lines after the three; best none, since nobody checks them.
  public let extensionLines: [String]

  /// Throws `.malformedOrigin` or `.malformedExtension` for lines that would not read back the same.
  public init(
    origin: String, size: UInt64, root: Hash, extensionLines: [String] = []
  ) throws(CheckpointError) {
    guard Self.isLine(origin) else { throw .malformedOrigin(origin) }
    for (index, line) in extensionLines.enumerated() where !Self.isLine(line) {
      throw .malformedExtension(line: index + 4)
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensionLines = extensionLines
  }

  /// Reads the text of a note: exactly what `text` gives. Throws the error of the first line that is wrong.
  public init(text: String) throws(CheckpointError) {
    guard let lines = NoteText.lines(text.utf8) else { throw .unterminated }
    guard lines.count >= 3 else { throw .missingLines(found: lines.count) }
    guard let size = UInt64(lines[1]), String(size) == lines[1] else { throw .malformedSize(lines[1]) }
    guard let root = Hash(base64: lines[2]) else { throw .malformedRoot(lines[2]) }
    try self.init(origin: lines[0], size: size, root: root, extensionLines: Array(lines.dropFirst(3)))
  }

  /// Origin, decimal size and base64 root, then the extension lines, each ended by a newline.
  public var text: String {
    ([origin, String(size), root.base64] + extensionLines).map { $0 + "\n" }.joined()
  }

  private static func isLine(_ text: String) -> Bool {
    !text.isEmpty && !text.utf8.contains { $0 < 0x20 }
  }
}
