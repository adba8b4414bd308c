import Wording

/// Why a server cannot listen.
public enum ListenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A socket's path has at most 107 bytes.
  case pathTooLong(String)
  /// The socket's directory is no directory, belongs to another account, or others may write in it.
  case unsafeDirectory(String, DirectoryFault)
  /// Another process serves this path.
  case heldByAnother(String)
  /// Something that is not a socket stands at the path; it was left alone.
  case notASocket(String)
  /// The inherited descriptor is not a listening Unix stream socket.
  case notListening(descriptor: Int32)
  /// The listening socket broke while nobody asked the server to stop.
  case closedUnexpectedly
  /// `run` was called a second time.
  case runTwice
  /// A system call failed on the path.
  case system(operation: String, path: String, errno: Int32)

  public enum DirectoryFault: Hashable, Sendable {
    case notADirectory
    case belongsTo(uid: UInt32)
    case writableByOthers
  }

  public var description: String {
    switch self {
    case .pathTooLong(let path): "the socket path \(path) is longer than 107 bytes: choose a shorter one"
    case .unsafeDirectory(let path, .notADirectory): "\(path) is a link or no directory: name a real one for the socket"
    case .unsafeDirectory(let path, .belongsTo(let uid)):
      "the directory \(path) is not safe for a socket: it belongs to uid \(uid): give it to your own, or choose another"
    case .unsafeDirectory(let path, .writableByOthers):
      "the directory \(path) is not safe for a socket: others may write in it: run chmod go-w \(path)"
    case .heldByAnother(let path): "another process is serving \(path): stop it first"
    case .notASocket(let path): "\(path) exists and is not a socket: move it away"
    case .notListening(let descriptor): "the inherited descriptor \(descriptor) is not a listening Unix socket"
    case .closedUnexpectedly: "the listening socket broke: start again"
    case .runTwice: "a server runs once: make another one"
    case .system(let operation, let path, let code): "\(operation) \(path): \(SystemErrorText(code).en)"
    }
  }
}
