import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension AttackTests {
  /// Opens connections without end, asks on each, and says how each was answered.
  private static let crowd = """
    import resource, socket, sys
    count = int(sys.argv[2])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 64), hard))
    held, answers = [], {}
    for _ in range(count):
        peer = socket.socket(socket.AF_UNIX)
        # Without a time limit, because with one it does not wait for room in the backlog.
        peer.connect(sys.argv[1])
        peer.settimeout(20)
        held.append(peer)
    for peer in held:
        try:
            peer.sendall(b'{"method":"org.varlink.service.GetInfo"}\\0')
        except OSError:
            pass
        try:
            said = peer.recv(4096).decode()
        except ConnectionResetError:
            said = ""
        except OSError as error:
            said = "nothing: " + str(error)
        said = said.split('"')[3] if said.startswith('{"error"') else said[:12]
        answers[said] = answers.get(said, 0) + 1
    for key, number in sorted(answers.items()): print(key, number)
    """
  private static let (served, refused, closed) = ("{\"parameters", Wire.TooManyConnections.error, "")

  /// How many connections of a crowd got which answer.
  private static func answers(of crowd: String) -> [String: Int] {
    crowd.split(separator: "\n").reduce(into: [:]) { answers, line in
      guard let space = line.lastIndex(of: " ") else { return }
      answers[String(line[..<space])] = Int(line[line.index(after: space)...])
    }
  }

  @Test(
    "of ten thousand connections of one user as many are served as he may have, the others are told why or, when they come too fast, closed; root comes in",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func tenThousand() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65534"])
    try attack(on: daemon) { daemon in
      let start = ContinuousClock.now
      let said = try Python.run(Self.crowd, [daemon.socket, "10000"], as: 65_534)
      let minutes = Int(start.duration(to: .now) / .seconds(60))
      let answers = Self.answers(of: said)
      #expect(answers[Self.served] == 128 && answers.values.reduce(0, +) == 10_000, "\(said)")
      // As many as may come at once are told.
      #expect(answers[Self.refused, default: 0] >= 128, "\(said)")
      #expect(Set(answers.keys).isSubset(of: [Self.served, Self.refused, Self.closed]), "\(said)")
      // Once a minute at the most.
      let told = daemon.log.components(separatedBy: "too many connections of one user").count - 1
      #expect((1...1 + minutes).contains(told), "\(told)")
    }
  }

  @Test(
    "who has no role has four connections, or as many as are set, and holds up nobody",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"), arguments: [nil, 9])
  func withoutRole(limit: Int?) throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65533"], settings: limit.map { ["connections_without_role_max": $0] } ?? [:])
    try attack(on: daemon) { daemon in
      let said = try Python.run(Self.crowd, [daemon.socket, "600"], as: 65_534)
      let answers = Self.answers(of: said)
      #expect(answers[Self.served] == limit ?? 4 && answers.values.reduce(0, +) == 600, "\(said)")
      #expect(answers[Self.refused, default: 0] >= 10, "\(said)")
      #expect(Set(answers.keys).isSubset(of: [Self.served, Self.refused, Self.closed]), "\(said)")
      // Whoever has one is not held to that.
      let clerk = try Python.run(Self.crowd, [daemon.socket, "100"], as: 65_533)
      #expect(!clerk.contains("TooManyConnections"), "\(clerk)")
    }
  }

  @Test(
    "as many connections wait to be accepted as is configured, on a socket of systemd's too", arguments: [false, true])
  func backlog(isInherited: Bool) throws {
    let daemon = try RunningDaemon()
    try daemon.configure(["backlog": 300])
    if isInherited {
      let hand = """
        import os, socket, sys
        path = sys.argv[sys.argv.index("--socket") + 1]
        os.makedirs(os.path.dirname(path), 0o700, True)
        made = socket.socket(socket.AF_UNIX); made.bind(path); made.listen(5)
        os.dup2(made.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="varlink")
        os.execv(sys.argv[1], sys.argv[1:])
        """
      daemon.tracer = ["/usr/bin/env", "python3", "-c", hand]
    }
    try daemon.start()
    let id = try #require(daemon.process?.processIdentifier)
    Glibc.kill(id, SIGSTOP)
    defer { Glibc.kill(id, SIGCONT) }
    let count = """
      import socket, sys
      held = []
      while True:
          made = socket.socket(socket.AF_UNIX); made.setblocking(False)
          try: made.connect(sys.argv[1])
          except BlockingIOError: break
          held.append(made)
      print(len(held))
      """
    let waiting = Int(try Python.run(count, [daemon.socket]).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    // The kernel takes one more than it is told.
    #expect((300...301).contains(waiting), "\(waiting)")
  }

  @Test(
    "when all others have filled the server, root still gets in",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func operatorComesIn() throws {
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65534"], settings: ["connections_max": 64])
    try attack(on: daemon) { daemon in
      let holding = Self.crowd + "\nsys.stdout.flush(); sys.stdin.read()"
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["python3", "-c", Python.become(65_534) + holding, daemon.socket, "200"]
      let (input, output) = (Pipe(), Pipe())
      (process.standardInput, process.standardOutput) = (input, output)
      try process.run()
      let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      #expect(said.contains("vn.motcua.Desk.TooManyConnections"), "\(said)")
      #expect(try Client(socket: daemon.socket).run("status").status == 0)
      #expect(try daemon.connect().receive("Bình").number > 0)
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
  }

  @Test(
    "what one user has taken to his limits is still there for another",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func othersGoOn() throws {
    let greed = """
      def peer():
          made = socket.socket(socket.AF_UNIX); made.connect(sys.argv[1]); made.settimeout(10)
          return made
      def all_of(made):
          said = b""
          while True:
              try: more = made.recv(65536)
              except ConnectionResetError: more = b""
              if not more: return said
              said += more
      # All the streams: one more is refused.
      held = []
      for _ in range(64):
          held.append(peer())
          held[-1].sendall(b'{"method":"vn.motcua.Views.Watch","parameters":{"after":0},"more":true}\\0')
          assert b"parameters" in held[-1].recv(65536)
      more = peer()
      more.sendall(b'{"method":"vn.motcua.Views.Watch","parameters":{"after":0},"more":true}\\0')
      assert b"TooManyStreams" in more.recv(65536)
      more.close()
      # A call that waits for its answers to be read, and thousands behind it.
      flood = peer(); flood.settimeout(None); held.append(flood)
      def pour():
          try:
              while True: flood.sendall(b'{"method":"vn.motcua.Admin.GetStatus"}\\0' * 1000)
          except OSError: pass
      threading.Thread(target=pour, daemon=True).start()
      # All the bytes that may wait, in frames that do not end: the next are refused.
      halves, refused = [], []
      while not refused:
          halves.append(peer())
          try: halves[-1].sendall(b" " * 1_000_000)
          except OSError: pass
          refused = select.select(halves, [], [], 0.02)[0]
      held += [half for half in halves if half not in refused]
      refused = all_of(refused[0])
      assert b"bytes of this user" in refused, refused
      # All the connections: the next is refused. What was refused with the bytes is closed and held by nobody.
      while len(held) < 400:
          held.append(peer())
          if select.select(held[-1:], [], [], 0.02)[0]: break
      assert b"TooManyConnections" in held[-1].recv(65536)
      print("full", flush=True)
      sys.stdin.read()
      """
    let modest = """
      def ask(made, call):
          made.sendall(call.encode() + b"\\0")
          said = b""
          while not said.endswith(b"\\0"): said += made.recv(65536)
          assert b'"error"' not in said, said
          return said
      peers = []
      for _ in range(20):
          made = socket.socket(socket.AF_UNIX); made.connect(sys.argv[1]); made.settimeout(20); peers.append(made)
      for made in peers:
          ask(made, '{"method":"vn.motcua.Desk.Receive","parameters":{"kind":"enquiry","applicant":"Hoa"}}')
          ask(made, " " * 900_000 + '{"method":"vn.motcua.Admin.GetStatus"}')
      for made in peers[:10]:
          ask(made, '{"method":"vn.motcua.Views.Watch","parameters":{"after":0},"more":true}')
      print("served")
      """
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65534", "65533"], settings: ["connections_per_user_max": 160])
    try attack(on: daemon) { daemon in
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["python3", "-c", Python.become(65_534) + greed, daemon.socket]
      let (input, output) = (Pipe(), Pipe())
      (process.standardInput, process.standardOutput) = (input, output)
      try process.run()
      let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      // The end of the line may come by itself.
      #expect(said.hasPrefix("full"))
      #expect(try Python.run(modest, [daemon.socket], as: 65_533) == "served\n")
      #expect(process.isRunning)
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
  }

  @Test(
    "a user has sixty-four streams; the next are refused by name",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func watchers() throws {
    let watch = """
      peers = []
      for _ in range(70):
          peer = socket.socket(socket.AF_UNIX); peer.connect(sys.argv[1]); peer.settimeout(10)
          peer.sendall(b'{"method":"vn.motcua.Views.Watch","parameters":{"after":0},"more":true}\\0')
          peers.append(peer)
      print(sum(b"vn.motcua.Desk.TooManyStreams" in peer.recv(65536) for peer in peers))
      """
    let daemon = try RunningDaemon()
    try daemon.startForAll(clerks: ["65534"])
    try attack(on: daemon) { daemon in
      let refused = try Python.run(watch, [daemon.socket], as: 65_534)
      #expect(refused == "6\n")
    }
  }

  @Test("the client says in words that there is no place, what to do, and exits with 75", arguments: ["en", "vi"])
  func refusedInWords(language: String) throws {
    let daemon = try RunningDaemon()
    try daemon.configure(["connections_max": 32])
    try attack(on: daemon) { daemon in
      var held: [Connection] = []
      while let more = try? daemon.connect(), (try? more.ask(Wire.GetStatus())) != nil { held.append(more) }
      #expect(held.count > 20)
      let refused = try Client(socket: daemon.socket, language: language).run("show", "1")
      #expect(refused.status == 75 && refused.output.isEmpty)
      #expect(refused.errors.contains(language == "vi" ? "đã nhận đủ 32 kết nối" : "all 32 connections"))
    }
  }

  @Test("without descriptors the daemon waits, without spinning, and accepts again when there are some")
  func noDescriptors() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let id = try #require(daemon.process?.processIdentifier)
      try setDescriptorLimit(of: id, to: try daemon.vitals().descriptors + 10)
      let crowd = try (0..<100).map { _ in try RawSocket(daemon.socket) }
      #expect(eventually { daemon.log.contains("cannot accept connections") })
      let (start, before) = (ContinuousClock.now, try daemon.vitals().ticks)
      usleep(3_000_000)
      let used = try daemon.vitals().ticks - before
      let share = Double(used) / (start.duration(to: .now) / .milliseconds(10))
      #expect(share < 0.4, "it takes \(share) of a processor while it waits, and answers the other client")
      #expect(daemon.log.components(separatedBy: "cannot accept connections").count == 2)
      for socket in crowd { socket.close() }
      try setDescriptorLimit(of: id, to: 2000)
      let fresh = try Connection(path: daemon.socket, timeout: .seconds(10))
      _ = try fresh.ask(Wire.GetStatus())
    }
  }

  private func setDescriptorLimit(of process: Int32, to limit: Int) throws {
    let tool = try Process.run(
      URL(filePath: "/usr/bin/env"), arguments: ["prlimit", "--pid", "\(process)", "--nofile=\(limit):"])
    tool.waitUntilExit()
    try #require(tool.terminationStatus == 0)
  }

  @Test("descriptors that a client passes are not taken")
  func passedDescriptors() throws {
    let passer = """
      import array, os, socket, sys
      call = b'{"method":"org.varlink.service.GetInfo"}\\0'
      for _ in range(200):
          peer = socket.socket(socket.AF_UNIX); peer.connect(sys.argv[1])
          read, write = os.pipe()
          socket.send_fds(peer, [call], [write] * 100)
          answer = peer.recv(65536)
          os.close(write)
          # The end is seen at once only when nobody else holds the other end of the pipe.
          print(os.read(read, 1) == b"" and answer.endswith(b"\\0"))
          os.close(read); peer.close()
      """
    try attack(on: try RunningDaemon()) { daemon in
      let said = try Python.run(passer, [daemon.socket])
      #expect(said == String(repeating: "True\n", count: 200))
    }
  }

  @Test("a socket path that is a link is refused at the start, and what it points at is left alone")
  func symlinkedSocket() throws {
    let victim = try RunningDaemon()
    try attack(on: victim) { victim in
      let daemon = try RunningDaemon()
      try FileManager.default.createDirectory(atPath: daemon.home + "/run", withIntermediateDirectories: false)
      chmod(daemon.home + "/run", 0o755)
      #expect(symlink(victim.socket, daemon.socket) == 0)
      try daemon.launch()
      #expect(daemon.waitForExit() == 69)
      #expect(daemon.log.contains("not a socket"), "\(daemon.log)")
      var status = stat()
      #expect(lstat(victim.socket, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK)
      #expect(lstat(daemon.socket, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test("a directory that others may write in, or that is a link, is no place for the socket")
  func unsafeDirectory() throws {
    try attack(on: try RunningDaemon()) { _ in
      for (isLink, language) in [(false, "en"), (true, "en"), (false, "vi"), (true, "vi")] {
        let daemon = try RunningDaemon()
        daemon.environment["MOTCUA_LANG"] = language
        let run = daemon.home + "/run"
        if isLink {
          try FileManager.default.createDirectory(atPath: daemon.home + "/real", withIntermediateDirectories: false)
          #expect(symlink(daemon.home + "/real", run) == 0)
        } else {
          try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: false)
          chmod(run, 0o777)
        }
        try daemon.launch()
        #expect(daemon.waitForExit() == 69)
        let said =
          language == "en"
          ? isLink ? "is a link or no directory: name a real one" : "others may write in it: run chmod go-w \(run)"
          : isLink
            ? "không phải thư mục: hãy chỉ một thư mục thật" : "người khác ghi được vào đó; hãy chạy chmod go-w \(run)"
        #expect(daemon.log.contains(said), "\(daemon.log)")
        #expect(!FileManager.default.fileExists(atPath: daemon.socket))
      }
    }
  }

  @Test("when the system refuses the socket, the daemon ends so that it is started again")
  func refusedSocket() throws {
    let daemon = try RunningDaemon()
    let run = daemon.home + "/run"
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: false)
    chmod(run, 0o755)
    // Nobody opens a directory for writing.
    try FileManager.default.createDirectory(atPath: daemon.socket + ".lock", withIntermediateDirectories: false)
    try daemon.launch()
    #expect(daemon.waitForExit() == 74)
    #expect(daemon.log.contains("open \(daemon.socket).lock: Is a directory"), "\(daemon.log)")
    try FileManager.default.removeItem(atPath: daemon.socket + ".lock")
    try daemon.start()
    #expect(daemon.stop() == 0)
  }
}

extension RawSocket {
  func finishSending() { shutdown(fileDescriptor, Int32(SHUT_WR)) }

  /// What comes until the other side closes.
  func receiveAll() -> [UInt8] { (try? send([])) ?? [] }

  /// What comes until the first frame is whole.
  func receiveFrame() -> [UInt8] {
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !answer.contains(0) {
      let got = recv(fileDescriptor, &buffer, buffer.count, 0)
      if got <= 0 { break }
      answer += buffer[..<got]
    }
    return answer
  }

  /// As much as the kernel takes without waiting.
  func writeWhatFits(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
      let sent = bytes[done...].withUnsafeBytes { Glibc.send(fileDescriptor, $0.baseAddress, $0.count, flags) }
      if sent <= 0 { return }
      done += sent
    }
  }
}
