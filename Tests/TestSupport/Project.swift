public import Foundation

/// Where the project's files and the programs under test lie.
public enum Project {
  /// The project's own folder.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the build has put the programs that it made with these tests.
  public static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// The path of a program of this project, such as `motcuad`: in the folder that `MOTCUA_PROGRAMS` names, or beside the
  /// tests.
  public static func program(_ name: String) -> String {
    let other = ProcessInfo.processInfo.environment["MOTCUA_PROGRAMS"].map { URL(filePath: $0) }
    return (other ?? products).appending(path: name).path
  }
}
