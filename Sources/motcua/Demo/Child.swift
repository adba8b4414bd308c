import Glibc

/// A program that the demonstration runs.
enum Child {
  /// POSIX_SPAWN_SETSID, which Glibc's header guards with _GNU_SOURCE.
  private static let newSession: Int16 = 0x80

  /// - Parameters:
  ///   - input: what it reads; nil for nothing.
  ///   - output: where both its streams go.
  ///   - isDetached: in a session of its own, so that ^C at this terminal does not reach it.
  /// - Returns: its process id.
  static func start(
    _ path: String, _ arguments: [String], environment: [String], input: Int32? = nil, output: Int32,
    isDetached: Bool = false
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A signal that is ignored here would stay ignored in the child.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // Signals that are held back here (see `Interruption`) would be held back in the child.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let flags = Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
    posix_spawnattr_setflags(&attributes, isDetached ? flags | newSession : flags)

    var id = pid_t()
    let code = withCStrings([path] + arguments) { arguments in
      withCStrings(environment) { posix_spawn(&id, path, &actions, &attributes, arguments, $0) }
    }
    guard code == 0 else { throw Failure.story("\(path): \(Invocation.current.language.system(code))") }
    return id
  }

  /// Runs a program to its end.
  /// - Returns: its exit code, and what it wrote on both streams in the order of writing.
  static func run(_ path: String, _ arguments: [String], environment: [String]) throws -> (code: Int32, text: String) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure.story(Invocation.current.language.system(errno)) }
    // The child gets copies of its own. The writing end, left open in it, would keep this process from seeing the end.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let id: pid_t
    do {
      defer { close(ends[1]) }
      id = try start(path, arguments, environment: environment, output: ends[1])
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(ends[0], $0.baseAddress, $0.count) }
      if count > 0 { bytes.append(contentsOf: buffer[..<count]) } else if count == 0 || errno != EINTR { break }
    }
    return (wait(id), String(decoding: bytes, as: UTF8.self))
  }

  /// Runs a program on a terminal of its own, where each answer is typed when it asks.
  /// - Returns: its exit code, and what stood on the terminal.
  static func run(
    _ path: String, _ arguments: [String], environment: [String], typing answers: [String]
  ) throws -> (code: Int32, text: String) {
    let (terminal, itsEnd) = try makeTerminal()
    defer { close(terminal) }
    let id: pid_t
    do {
      defer { close(itsEnd) }
      id = try start(path, arguments, environment: environment, input: itsEnd, output: itsEnd)
    }
    var bytes: [UInt8] = []
    var answers = answers[...]
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(terminal, $0.baseAddress, $0.count) }
      // When the last program on the terminal has ended, reading fails.
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.suffix(Session.promptEnd.utf8.count).elementsEqual(Session.promptEnd.utf8) else { continue }
      // A program that asks for more than there are answers gets the end of its input (^D).
      let typed = answers.popFirst().map { Array("\($0)\n".utf8) } ?? [4]
      Output.write(typed, to: terminal)
    }
    return (wait(id), String(decoding: bytes, as: UTF8.self))
  }

  /// Both ends of a new terminal, wide enough that nothing is cut.
  private static func makeTerminal() throws -> (Int32, Int32) {
    // `TIOCSPTLCK` and `TIOCGPTPEER` of Linux, which Glibc does not export to Swift.
    let (unlock, openItsEnd) = (UInt(0x4004_5431), UInt(0x5441))
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { throw Failure.story("/dev/ptmx: \(Invocation.current.language.system(errno))") }
    var isLocked: Int32 = 0
    var size = winsize(ws_row: 24, ws_col: 1000, ws_xpixel: 0, ws_ypixel: 0)
    let itsEnd =
      ioctl(terminal, unlock, &isLocked) == 0
      ? ioctl(terminal, openItsEnd, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1
    var settings = termios()
    guard itsEnd >= 0, ioctl(itsEnd, UInt(TIOCSWINSZ), &size) == 0, tcgetattr(itsEnd, &settings) == 0 else {
      let code = errno
      close(terminal)
      if itsEnd >= 0 { close(itsEnd) }
      throw Failure.story("/dev/ptmx: \(Invocation.current.language.system(code))")
    }
    // Line ends stay as the program writes them, as in a file.
    settings.c_oflag &= ~tcflag_t(OPOST)
    tcsetattr(itsEnd, TCSANOW, &settings)
    return (terminal, itsEnd)
  }

  /// The exit code, or 128 and the signal.
  @discardableResult
  static func wait(_ id: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
  }

  static func hasEnded(_ id: pid_t) -> Bool {
    var status: Int32 = 0
    return waitpid(id, &status, WNOHANG) == id
  }

  /// The strings as C takes them, ended by a null pointer.
  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return body(UnsafeMutablePointer.allocate(capacity: 1)) }
      return body(base)
    }
  }
}
