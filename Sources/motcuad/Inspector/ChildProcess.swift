import Glibc
import Synchronization

/// A process of this program that reads files (`motcuad inspect`).
struct ChildProcess {
  /// What the other end of its standard output is.
  enum Talk {
    /// It writes, and reads nothing.
    case tells
    /// It is asked, and answers, by one socket.
    case answers
  }

  private let id: pid_t
  /// What it writes comes here; where it answers, it is asked here, too.
  let output: Int32

  /// Processes are started one at a time: between the making of a pipe and its mark, another might inherit its end.
  private static let starting = Mutex(())

  init(_ arguments: [String], _ talk: Talk = .tells) throws(InspectorProcess.SpawnFailure) {
    (id, output) = try Self.starting.withLock { _ throws(InspectorProcess.SpawnFailure) in
      try Self.start(["motcuad", "inspect"] + arguments, talk)
    }
  }

  private static func start(
    _ arguments: [String], _ talk: Talk
  ) throws(InspectorProcess.SpawnFailure) -> (id: pid_t, output: Int32) {
    var ends: [Int32] = [-1, -1]
    switch talk {
    case .tells: guard pipe(&ends) == 0 else { throw .init(operation: "pipe", code: errno) }
    case .answers:
      guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
        throw .init(operation: "socketpair", code: errno)
      }
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    switch talk {
    case .tells: posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    case .answers: posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO)
    }
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

  /// Hangs up, and waits until it has ended.
  @discardableResult
  func wait() -> InspectorProcess.Ending {
    close(output)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
  }

  func end() {
    kill(id, SIGKILL)
    wait()
  }
}
