import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import VarlinkClient

/// The real `motcua`, as somebody types it.
struct Client {
  var socket: String
  var language = "en"
  /// The command that it is run by, if it is not run by itself.
  var wrapper: [String] = []
  var program = Project.program("motcua")

  typealias Outcome = Program.Outcome

  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  func run(_ arguments: [String], whileRunning: () throws -> Void = {}) throws -> Outcome {
    try Program.run(
      wrapper + [program] + arguments,
      environment: ["MOTCUA_SOCKET": socket, "MOTCUA_LANG": language, "PATH": "/usr/bin:/bin"],
      whileRunning: whileRunning)
  }
}

@Suite("The client, as a clerk types it", .oneAtATime)
struct ClientTests {
  @Test("a day's work by verbs: each success says what comes next, each refusal what to run", arguments: ["en", "vi"])
  func verbs(language: String) throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let client = Client(socket: daemon.socket, language: language)
    let received = try client.run("tiếp-nhận", "cải-chính", "--name", "Nguyễn Thị Hoa")
    #expect(received.status == 0, "\(received.errors)")
    #expect(received.output.contains("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"))
    #expect(received.output.contains("H56.26.07-261118-0001"))
    #expect(try client.run("search", "nguyen hoa").output.contains("Nguyễn Thị Hoa"))
    #expect(try client.run("explain", "1").output.contains("①"))
    _ = try daemon.connect().ask(Wire.SetClock(to: "2026-11-25T08:00"))
    let refused = try client.run("resolve", "261118-0001")
    #expect(refused.status == 1 && refused.output.isEmpty)
    #expect(refused.errors.contains("motcua resolve 261118-0001 --apologise"), "\(refused.errors)")
    let dayOff = try client.run("apologise", "261118-0001", "--text", "Xin lỗi.", "--new-due", "28/11/2026")
    #expect(dayOff.status == 1 && dayOff.errors.contains("30/11/2026"), "\(dayOff.errors)")
    #expect(try client.run("apologize", "261118-0001", "--text", "Xin lỗi.", "--new-due", "+2").status == 0)
    #expect(try client.run("resolve", "261118-0001").status == 0)
    #expect(try client.run("next").output.contains("261118-0001"))
    #expect(try client.run("return", "261118-0001").status == 0)
    let nothing = language == "vi" ? "Không còn việc nợ dân." : "Nothing is owed"
    #expect(try client.run("next").output.contains(nothing))
    #expect(try client.run("list", "--late").output.contains("261118-0001"))
    let enquiry = try client.run("consult", "Mấy giờ mở cửa?", "--answer", "7 giờ 30.")
    #expect(enquiry.status == 0, "\(enquiry.errors)")
    #expect(try client.run("tally", "--json").output.contains("\"resolvedLate\":1"))
    #expect(try client.run("procedures").output.contains("khai-sinh"))
    #expect(try client.run("history", "261118-0001", "--json").output.split(separator: "\n").count == 4)
  }

  @Test("the exit codes tell a script what happened")
  func exitCodes() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    #expect(try client.run("show", "999").status == 1)
    #expect(try client.run("dance").status == 64)
    #expect(try client.run("receive", "cai-chinh").status == 64)
    #expect(try client.run("apologise", "1", "--text", "t", "--new-due", "32/01/2026").status == 64)
    #expect(try Client(socket: daemon.home + "/nowhere").run("status").status == 69)
    daemon.kill()
    #expect(try client.run("status").status == 69)
  }

  @Test("a daemon that dies and returns under a command: the client goes on by itself, and the command is done once")
  func restart() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    // Stopped, it takes the connection and the command and never answers.
    let pid = try #require(daemon.process?.processIdentifier)
    kill(pid, SIGSTOP)
    let outcome = try client.run(["receive", "cai-chinh", "--name", "Hoa"]) {
      usleep(300_000)
      daemon.kill()
      try daemon.start()
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try daemon.connect().ask(Wire.Tally()).cases.all.received == 1)
  }

  @Test("text from the ledger cannot steer a terminal")
  func terminalControls() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let code = try daemon.connect().receive("Hoa").code
    _ = try daemon.connect().ask(Wire.Consult(code: code, question: "Một\nhai\tba", guidance: "bốn\nnăm"))
    for verb in [["history", code], ["show", code], ["list"], ["next"]] {
      let output = try client.run(verb).output
      #expect(!output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F })
    }
    #expect(try client.run("history", code).output.split(separator: "\n").count == 2)
  }

  @Test("output that cannot be written is not passed over: a full disk is an error, a reader that left is not")
  func fullOutput() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let motcua = Project.program("motcua")
    func status(of script: String) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", script]
      process.environment = ["MOTCUA_SOCKET": daemon.socket, "PATH": "/usr/bin:/bin"]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try status(of: "\(motcua) status > /dev/full") == 74)
    #expect(try status(of: "\(motcua) --help > /dev/full") == 74)
    #expect(try status(of: "(\(motcua) procedures; echo $? >&3) 3>&1 | { head -1 >/dev/null; cat >/dev/null; }") == 0)
  }

  @Test("the command that a refusal suggests is not refused for the same reason")
  func suggestions() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let code = try daemon.connect().receive("Hoa").code
    let missing = try client.run("apologise", code, "--text", "Xin lỗi.")
    #expect(missing.errors.contains("--new-due"), "\(missing.errors)")
    _ = try daemon.connect().ask(Wire.SetClock(to: "2026-11-25T08:00"))
    let wrongCause = try client.run("resolve", code, "--apologise", "Lời của tôi.", "--cause", "wait")
    #expect(wrongCause.status == 1 && wrongCause.errors.contains("Lời của tôi."), "\(wrongCause.errors)")
    #expect(!wrongCause.errors.contains("--cause"))
    #expect(try client.run("resolve", code, "--apologise", "Lời của tôi.").status == 0)
  }

  @Test("the demonstration tells its story to the end, in at most 80 lines", arguments: ["en", "vi"])
  func demo(language: String) throws {
    let client = Client(socket: "/nowhere", language: language)
    let outcome = try client.run("demo", "--config", RunningDaemon.sampleConfiguration)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 81)
    for act in ["(P3)", "(P7)", "(P9)", "①", "--apologise"] { #expect(outcome.output.contains(act)) }
  }

  @Test("what the system refused is said in the reader's language, by the client and by the daemon's commands")
  func systemErrors() throws {
    let folder = try Folder()
    let client = Client(socket: "/nowhere", language: "vi")
    let none = try client.run("check-proof", folder.path + "/none", "--key", folder.path + "/none")
    #expect(none.status == 64 && none.errors.contains("không có tệp hoặc thư mục đó"), "\(none.errors)")
    let folderRead = try client.run("check-proof", folder.path, "--key", folder.path)
    #expect(folderRead.status == 64 && folderRead.errors.contains("là thư mục"), "\(folderRead.errors)")
    let full = try Program.run(
      ["/bin/sh", "-c", "\(Project.program("motcua")) --help > /dev/full"],
      environment: ["MOTCUA_LANG": "vi", "PATH": "/usr/bin:/bin"])
    #expect(full.status == 74, "\(full.said)")
    try folder.write([], to: "file")
    let daemon = try Operator.run(
      arguments: ["keygen", "--data", folder.path + "/file/data", "--config", RunningDaemon.sampleConfiguration],
      language: "vi")
    #expect(daemon.status != 0 && daemon.errors.contains("không phải thư mục"), "\(daemon.said)")
    for said in [none, folderRead, daemon].map(\.errors) {
      for english in ["No such file", "Is a directory", "Not a directory"] {
        #expect(!said.contains(english), "\(said)")
      }
    }
  }

  @Test(
    "importing prints the figures, and a second time writes nothing",
    .enabled(if: Register.isHere, "skipped: the register is not here"))
  func importing() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let mapping = RunningDaemon.sampleConfiguration + "/mappings/municipal-receipts.toml"
    let first = try client.run("import", Register.path, "--mapping", mapping)
    #expect(first.status == 0 && first.output.contains("1,434 cases"), "\(first.errors)")
    #expect(try client.run("list", "--late", "--json").output.split(separator: "\n").count == 482)
    #expect(try client.run("list", "--late", "--open", "--json").output.split(separator: "\n").count == 105)
    let position = try daemon.connect().ask(Wire.GetStatus()).status.position
    #expect(try client.run("import", Register.path, "--mapping", mapping).status == 0)
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.position == position)
  }
}
