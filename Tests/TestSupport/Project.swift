public import Foundation

/// Where the project's files and the programs under test lie.
public enum Project {
  /// The project's own folder.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the build has put the programs that it made with these tests.
  public static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// The path of a program of this project, such as `motcuad`.
  public static func program(_ name: String) -> String { products.appending(path: name).path }
}
