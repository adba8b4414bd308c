import Glibc
import Synchronization
import Varlink

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
    let child = try Child(["motcuad", "inspect"] + arguments)
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
    var description: String { "\(operation): \(String(cString: strerror(code)))" }
  }
}

private struct Child {
  private let id: pid_t
  private let output: Int32

  /// Processes are started one at a time: between the making of a pipe and its mark, another might inherit its end.
  private static let starting = Mutex(())

  init(_ arguments: [String]) throws(InspectorProcess.SpawnFailure) {
    (id, output) = try Self.starting.withLock { _ throws(InspectorProcess.SpawnFailure) in try Self.start(arguments) }
  }

  private static func start(
    _ arguments: [String]
  ) throws(InspectorProcess.SpawnFailure) -> (id: pid_t, output: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .init(operation: "pipe", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    // Others of the account that root has become can take the child over, so it gets nothing of root's, and no
    // terminal.
    let isOfAnother = DataDirectory.hasLeftRoot
    if isOfAnother { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The child would inherit which signals are ignored or held back, and a reader that is left alone must end.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGBUS, SIGSEGV, SIGABRT] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) | (isOfAnother ? newSession : 0))
    var words = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var id = pid_t()
    // No backtrace: the process that started the child reports its death in one sentence.
    var settings: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no")]
    for index in 0... {
      guard let setting = environ[index] else { break }
      let text = String(cString: setting)
      if text.hasPrefix("SWIFT_BACKTRACE=") || isOfAnother && !isHarmless(text) { continue }
      settings.append(strdup(setting))
    }
    settings.append(nil)
    defer { settings.forEach { free($0) } }
    let code = posix_spawn(&id, "/proc/self/exe", &actions, &attributes, &words, settings)
    close(ends[1])
    guard code == 0 else {
      close(ends[0])
      throw .init(operation: "posix_spawn", code: code)
    }
    return (id, ends[0])
  }

  /// POSIX_SPAWN_SETSID, which Glibc's header guards with _GNU_SOURCE.
  private static let newSession: Int16 = 0x80

  /// Whether a variable of the environment only says how to speak and run; all others may hold root's secrets.
  private static func isHarmless(_ setting: String) -> Bool {
    ["MOTCUA_LANG=", "LANG=", "LC_", "MALLOC_", "MOTCUA_BOOT_ID="].contains { setting.hasPrefix($0) }
  }

  /// Hands over each line until there are no more; false when none came for too long.
  func lines(_ body: ([UInt8]) throws -> Void) throws -> Bool {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let ready = Glibc.poll(&poll, 1, Int32(InspectorProcess.secondsMax * 1000))
      if ready == 0 { return false }
      if ready < 0 {
        if errno == EINTR { continue }
        throw InspectorProcess.SpawnFailure(operation: "poll", code: errno)
      }
      let count = read(output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      // A line without its end is what a dying process left.
      if count <= 0 { return true }
      rest += buffer[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(rest[..<end])
        rest.removeSubrange(...end)
        try body(line)
      }
    }
  }

  func wait() -> InspectorProcess.Ending {
    close(output)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
  }

  func end() {
    kill(id, SIGKILL)
    _ = wait()
  }
}
