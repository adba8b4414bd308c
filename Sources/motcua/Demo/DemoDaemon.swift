import DeskInterface
import Glibc

/// A `motcuad` of the demonstration's own, on a directory that is thrown away.
struct DemoDaemon {
  let id: pid_t
  let directory: String
  var socket: String { "\(directory)/motcuad.sock" }

  /// Starts it and waits until its socket answers.
  static func start(clock: String, configuration: String?, language: Language) throws -> DemoDaemon {
    guard let program = program() else {
      throw Failure.story(
        language.say(
          "Không thấy motcuad ở cạnh motcua hay trong PATH.", "There is no motcuad beside motcua or on PATH."))
    }
    guard let configuration = configuration ?? Self.configuration() else {
      throw Failure.usage(
        language.say(
          "Không thấy cấu hình mẫu; hãy chỉ bằng --config.", "There is no sample configuration; name one with --config."
        ))
    }
    var template = Array("\(environmentValue("TMPDIR") ?? "/tmp")/motcua-demo-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Failure.story(language.system(errno)) }
    let directory = String(cString: made)
    let log = open("\(directory)/motcuad.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    defer { close(log) }
    do {
      let id = try Child.start(
        program,
        [
          "run", "--demo", "--clock", clock, "--config", configuration, "--data", "\(directory)/data",
          "--socket", "\(directory)/motcuad.sock",
        ], environment: environment([:]), output: log, isDetached: true)
      let daemon = DemoDaemon(id: id, directory: directory)
      if daemon.answers() { return daemon }
      let said = try TextFile.read("\(directory)/motcuad.log", language).split(separator: "\n").suffix(5)
      daemon.stop()
      throw Failure.story(
        language.say("motcuad không chạy được: ", "motcuad did not start: ") + said.joined(separator: " / "))
    } catch {
      remove(directory)
      throw error
    }
  }

  private func answers() -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline, !Child.hasEnded(id) {
      if (try? Daemon(path: socket, timeout: .seconds(5)).once(Wire.GetStatus())) != nil { return true }
      usleep(20_000)
    }
    return false
  }

  /// Stops the daemon and removes everything that it wrote.
  func stop() {
    kill(id, SIGTERM)
    let deadline = ContinuousClock.now + .seconds(5)
    while !Child.hasEnded(id), kill(id, 0) == 0 {
      if ContinuousClock.now >= deadline { kill(id, SIGKILL) }
      usleep(10_000)
    }
    Self.remove(directory)
  }

  private static func remove(_ path: String) {
    if let entries = opendir(path) {
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard name != ".", name != ".." else { continue }
        let child = "\(path)/\(name)"
        // Links are removed, never followed.
        if entry.pointee.d_type == UInt8(DT_DIR) { remove(child) } else { unlink(child) }
      }
      closedir(entries)
    }
    rmdir(path)
  }

  /// This process's environment with some variables set.
  static func environment(_ changes: [String: String]) -> [String] {
    let bytes = (try? TextFile.bytes("/proc/self/environ")) ?? []
    let inherited = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return inherited.filter { entry in !changes.keys.contains { entry.hasPrefix("\($0)=") } }
      + changes.map { "\($0.key)=\($0.value)" }
  }

  /// Where this program lies.
  static let executable: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }()

  /// What lets a shell find this very program as `motcua`, which is what every command is told by; nothing where it does.
  static var shellLines: [String] {
    for directory in (environmentValue("PATH") ?? "").split(separator: ":") {
      let found = "\(directory)/motcua"
      // The first on PATH is the one that is run.
      if access(found, X_OK) == 0 { return real(found) == executable ? [] : [finding] }
    }
    return [finding]
  }

  private static var finding: String {
    executable.hasSuffix("/motcua")
      ? "export PATH=\(CommandLineText.quoted(parent(of: executable))):\"$PATH\""
      : "alias motcua=\(CommandLineText.quoted(CommandLineText.quoted(executable)))"
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func program() -> String? {
    let beside = parent(of: executable) + "/motcuad"
    let onPath = (environmentValue("PATH") ?? "").split(separator: ":").map { "\($0)/motcuad" }
    return ([beside] + onPath).first { access($0, X_OK) == 0 }
  }

  private static func configuration() -> String? {
    var candidates = [environmentValue("MOTCUA_CONFIG"), "config"].compactMap(\.self)
    var directory = parent(of: executable)
    while !directory.isEmpty {
      candidates.append("\(directory)/config")
      directory = parent(of: directory)
    }
    candidates += ["/etc/motcua", "/usr/share/motcua/config"]
    return candidates.first { access("\($0)/office.toml", R_OK) == 0 }
  }

  private static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
