public import Desk

/// What is wrong with a file that should be an export, and on which line.
public struct ExportError: Error, Hashable, Sendable {
  /// From 1.
  public var line: Int
  /// A clause without a full stop, in both languages.
  public var reason: Text

  init(_ line: Int, _ vi: String, _ en: String) {
    self.line = line
    reason = Text(vi: vi, en: en)
  }
}
