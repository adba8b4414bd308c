import DeskInterface
import Glibc
import Testing
import Varlink

@testable import motcua

@Suite struct RefusalTests {
  /// An example of the parameters of each error, made from its declaration.
  private static func examples() throws -> [VarlinkError] {
    var examples: [VarlinkError] = []
    for text in WireInterfaces.texts {
      let interface = try #require(text.split(separator: "\n").first { $0.hasPrefix("interface ") }).dropFirst(10)
      for line in text.split(separator: "\n") where line.hasPrefix("error ") {
        let declaration = line.dropFirst(6)
        let name = declaration.prefix { $0 != " " && $0 != "(" }
        let inner = declaration.drop { $0 != "(" }.dropFirst().dropLast()
        let members = inner.split(separator: ",").map { field -> String in
          let parts = field.split(separator: ":").map(\.trimmed)
          return "\"\(parts[0])\":\(value(of: parts[1]))"
        }
        examples.append(
          VarlinkError(name: "\(interface).\(name)", parameters: Array("{\(members.joined(separator: ","))}".utf8)))
      }
    }
    return examples
  }

  private static func value(of type: String) -> String {
    switch type {
    case "int", "?int": "3"
    case "bool", "?bool": "true"
    case "string": "\"2026-11-26T17:00:00+07:00\""
    case "Outcome", "?Outcome": "\"granted\""
    case "Role", "?Role": "\"supervisor\""
    case "ClockDoubt", "?ClockDoubt": "\"jumpedAhead\""
    case "StorageLimit", "?StorageLimit": "\"ledgerMap\""
    case "Status": "\"returned\""
    case "NotVoidableReason": "\"notToday\""
    default: "[]"
    }
  }

  @Test("every error of the interfaces has its sentence in both languages")
  func everySentence() throws {
    let examples = try Self.examples()
    #expect(Set(examples.map(\.name)) == Set(Wire.errors.map { $0.error }))
    let line = CommandLineText(["resolve", "0001"])
    for example in examples {
      let refusal = Refusal(example, commandID: nil)
      let vi = refusal.verdict(line, .vi)
      let en = refusal.verdict(line, .en)
      #expect(vi.sentence != en.sentence, "\(example.name)")
      #expect(!en.sentence.contains("does not understand"), "\(example.name): \(en.sentence)")
      #expect(vi.next?.hasPrefix("motcua ") ?? true)
    }
  }

  @Test(
    "a clock that nobody has set is to be set, and only one that may be right is said to be right",
    arguments: [
      ("2026-12-26T17:00:00+07:00", true), ("2025-10-22T17:00:00+07:00", true), ("9998-11-26T17:00:00+07:00", false),
      ("1970-01-01T07:00:12+07:00", false), ("10453-02-21T17:00:00+07:00", false),
    ])
  func clock(now: String, mayBeRight: Bool) {
    let told = #"{"now":"\#(now)","expected":"2026-11-26T17:00:00+07:00","doubt":"jumpedAhead"}"#
    let refusal = Refusal(VarlinkError(name: Wire.ClockSuspect.error, parameters: Array(told.utf8)), commandID: nil)
    for language in [Language.vi, .en] {
      let verdict = refusal.verdict(CommandLineText(["receive"]), language)
      #expect(verdict.next == (mayBeRight ? "motcua clock --accept" : "motcua clock"), "\(verdict)")
    }
  }

  @Test("no refusal teaches to write on a command line what tells about a person: it is asked for")
  func nothingPersonal() throws {
    for verb in [["resolve", "1"], ["apologise", "1"], ["receive"], ["consult", "1"], ["progress", "1"]] {
      for example in try Self.examples() {
        let next = Refusal(example, commandID: nil).verdict(CommandLineText(verb), .vi).next ?? ""
        let words = next.split(separator: " ").map(String.init)
        for (index, word) in words.enumerated() where PersonalField.isOption(word) {
          #expect(words.dropFirst(index + 1).first == "-", "\(example.name): \(next)")
        }
      }
    }
    let missing = VarlinkError(name: Wire.FieldMissing.error, parameters: Array(#"{"field":"applicant"}"#.utf8))
    #expect(
      Refusal(missing, commandID: nil).verdict(CommandLineText(["receive", "khai-sinh"]), .vi).next
        == "motcua receive khai-sinh --name -")
  }

  @Test("a refusal for want of an apology ends with the command that apologises, ready to run")
  func apologyOwed() {
    let error = VarlinkError(
      name: Wire.ApologyOwed.error,
      parameters: Array(#"{"code":"H-261123-0001","due":"2026-11-27T17:00:00+07:00","days":3}"#.utf8))
    let verdict = Refusal(error, commandID: nil).verdict(CommandLineText(["return", "0001", "--to", "Trần Bình"]), .vi)
    #expect(verdict.next == #"motcua return 0001 --to "Trần Bình" --apologise -"#)
    #expect(verdict.sentence.contains("trễ hẹn 3 ngày"))
    #expect(verdict.code == 1)
    let progress = Refusal(error, commandID: nil).verdict(CommandLineText(["progress", "1", "x"]), .vi)
    #expect(progress.next?.hasPrefix("motcua apologise H-261123-0001 --text - ") == true)
  }

  @Test(
    "exit codes",
    arguments: [
      ("vn.motcua.Desk.UnknownCase", 1), ("vn.motcua.Desk.Busy", 75), ("vn.motcua.Desk.Stopping", 75),
      ("vn.motcua.Desk.ProtocolViolation", 76), ("vn.motcua.Desk.PermissionDenied", 77),
      ("org.varlink.service.PermissionDenied", 77),
      ("org.varlink.service.InvalidParameter", 76), ("org.varlink.service.MethodNotFound", 76),
      ("vn.motcua.Admin.ImportRefused", 1), ("vn.motcua.Desk.SomethingNewer", 1), ("vn.motcua.Desk.StorageFailed", 69),
    ] as [(String, Int32)])
  func refusalCodes(name: String, code: Int32) {
    #expect(Refusal(VarlinkError(name: name), commandID: nil).code == code)
  }

  @Test("who may not do something is told who may, what he is himself, and in which group that is")
  func permissionDenied() {
    func said(_ held: String, _ language: Language) -> String {
      let parameters = #"{"method":"vn.motcua.Desk.Erase","needed":"supervisor""# + held + "}"
      let error = VarlinkError(name: Wire.PermissionDenied.error, parameters: Array(parameters.utf8))
      return Refusal(error, commandID: nil).verdict(CommandLineText(["erase", "1"]), language).sentence
    }
    let clerk = said(#","held":"clerk""#, .en)
    #expect(clerk.contains("for a supervisor; this account is a clerk") && clerk.contains("motcua-supervisors"))
    #expect(said("", .vi).contains("dành cho người phụ trách; tài khoản này chưa có vai trò nào"))
  }

  @Test(
    "what could not be done on behalf of somebody is not suggested in the supervisor's own name",
    arguments: [Wire.UnknownAccount.error, Wire.BehalfNotAllowed.error, Wire.AccountsUnavailable.error])
  func notOnBehalf(name: String) {
    let error = VarlinkError(name: name, parameters: Array(#"{"needed":"clerk","account":"lann"}"#.utf8))
    let verdict = Refusal(error, commandID: nil)
      .verdict(CommandLineText(["receive", "--kind", "enquiry", "--on-behalf-of", "lann"]), .en)
    // Only what waits for the machine is worth saying again, and then as it was.
    #expect(
      verdict.next
        == (name == Wire.AccountsUnavailable.error ? "motcua receive --kind enquiry --on-behalf-of lann" : nil))
    #expect(verdict.sentence.contains("“lann”") && verdict.sentence.contains("Without --on-behalf-of it is recorded"))
  }

  @Test(
    "what a supervisor is asked to run names the account that asks",
    arguments: [
      (
        Wire.AlreadyReappointed.error,
        #"{"code":"1","due":"2026-11-27T17:00:00+07:00","needed":"supervisor"}"#
      ),
      (
        Wire.BackdatedTooFar.error,
        #"{"time":"2026-11-20T09:00:00+07:00","days":5,"daysMax":3,"needed":"supervisor"}"#
      ),
    ])
  func askSupervisor(name: String, parameters: String) throws {
    let own = String(cString: try #require(getpwuid(getuid())?.pointee.pw_name))
    let verdict = Refusal(VarlinkError(name: name, parameters: Array(parameters.utf8)), commandID: nil)
      .verdict(CommandLineText(["apologise", "1"]), .en)
    #expect(verdict.next == "motcua apologise 1 --on-behalf-of \(own)")
  }

  @Test("the failures of the client have theirs")
  func failureCodes() {
    let invocation = Invocation(["list"]) { _ in nil }
    let expected: [(Failure, Int32)] = [
      (.usage(""), 64), (.unreachable(.noSocket, path: "/x"), 69), (.unreachable(.refused, path: "/x"), 69),
      (.unreachable(.notPermitted, path: "/x"), 77), (.unreachable(.timeout, path: "/x"), 75),
      (.timeout(commandID: nil, path: "/x"), 75),
      (.lost(commandID: "i"), 69), (.protocolViolation(""), 76), (.story(""), 1),
    ]
    for (failure, code) in expected { #expect(failure.verdict(invocation).code == code, "\(failure)") }
  }

  @Test("a command of unknown outcome is repeated under its own id")
  func unknownOutcome() {
    let invocation = Invocation(["resolve", "1"]) { _ in nil }
    let verdict = Failure.lost(commandID: "abc").verdict(invocation)
    #expect(verdict.next == "motcua resolve 1 --id abc")
    #expect(verdict.sentence.contains("--id abc"))
  }

  @Test("the ways not to connect say each another thing")
  func unreachable() {
    let invocation = Invocation(["list", "--lang", "en"]) { _ in nil }
    let reasons: [Unreachable] = [.noSocket, .refused, .notPermitted, .logInAgain]
    let verdicts = reasons.map { Failure.unreachable($0, path: "/run/motcua/motcuad.sock").verdict(invocation) }
    #expect(Set(verdicts.map(\.sentence)).count == reasons.count)
    #expect(verdicts.allSatisfy { $0.next != nil })
    #expect(Failure.unreachable(.noSocket, path: "/home/x").verdict(invocation).next == "motcuad run")
    #expect(verdicts[0].next == "sudo systemctl restart motcuad.socket motcuad")
  }

  @Test("silence behind the system's socket may be a daemon that cannot start: systemd knows, and the id stays safe")
  func mayNotStart() {
    for (language, word) in [("vi", "không khởi động được"), ("en", "may not be able to start")] {
      let invocation = Invocation(["resolve", "1", "--lang", language]) { _ in nil }
      let ofSystem = Failure.timeout(commandID: "abc", path: "/run/motcua/motcuad.sock").verdict(invocation)
      #expect(ofSystem.next == "sudo systemctl status motcuad")
      #expect(ofSystem.sentence.contains(word) && ofSystem.sentence.contains("--id abc"))
      let accepting = Failure.unreachable(.timeout, path: "/run/motcua/motcuad.sock").verdict(invocation)
      #expect(accepting.next == ofSystem.next && accepting.sentence.contains(word))
      let own = Failure.timeout(commandID: "abc", path: "/home/x").verdict(invocation)
      #expect(own.next == "motcua resolve 1 --lang \(language) --id abc" && !own.sentence.contains(word))
    }
  }

  @Test("the command to run next is changed where it stood and quoted for a shell")
  func commandLine() {
    let line = CommandLineText(["apologise", "1", "--new-due=24/11/2026", "--text", "xin lỗi"])
    #expect(line.with("--new-due", "+2").text == #"motcua apologise 1 --text "xin lỗi" --new-due +2"#)
    #expect(line.without("--text").arguments == ["apologise", "1", "--new-due=24/11/2026"])
    #expect(
      CommandLineText(["consult", "--", "a"]).with("--answer", "b").arguments == [
        "consult", "--answer", "b", "--", "a",
      ])
    #expect(CommandLineText.quoted("a") == "a")
    #expect(CommandLineText.quoted("") == "\"\"")
    #expect(CommandLineText.quoted("$x it's") == #"'$x it'\''s'"#)
  }

  @Test("the demonstration finds the case's short code in a receipt")
  func shortCode() {
    #expect(DemoStory.shortCode(in: "H56.26.07-261123-0002  Đã tiếp nhận\nx") == "261123-0002")
    #expect(DemoStory.shortCode(in: "x") == nil)
  }
}
