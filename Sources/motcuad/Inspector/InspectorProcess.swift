import Glibc
import Varlink
import Wording

/// Runs this program again, as a process that may die: LMDB may end the process that reads a damaged page.
enum InspectorProcess {
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)
    /// It said nothing for too long, and was ended.
    case stalled
  }

  /// How long the process may write nothing.
  static let secondsMax = 120

  /// Runs the process and hands over each line that it writes.
  ///
  /// - Parameter body: what it throws is thrown on, after the process is ended.
  static func run(_ arguments: [String], _ body: (InspectionLine) throws -> Void) throws -> Ending {
    let child = try ChildProcess(arguments)
    do {
      guard try child.lines({ try body(try InspectionLine(json: $0, unknown: .refused)) }) else {
        child.end()
        return .stalled
      }
    } catch {
      child.end()
      throw error
    }
    return child.wait()
  }

  struct SpawnFailure: Error, CustomStringConvertible {
    var operation: String
    var code: Int32
    var description: String { "\(operation): \(SystemErrorText(code).en)" }
  }
}
