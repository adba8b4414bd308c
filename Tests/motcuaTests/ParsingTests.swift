import ArgumentParser
import DeskInterface
import ParserWords
import Testing

@testable import motcua

@Suite struct ParsingTests {
  private func parse<Command: ParsableCommand>(_ typed: [String], as type: Command.Type = Command.self) throws
    -> Command
  {
    try #require(try Motcua.parseAsRoot(Invocation.normalised(typed)) as? Command)
  }

  @Test("every verb is found under each of its names")
  func everyVerb() throws {
    for verb in Motcua.verbs.map({ $0.verb }) {
      for name in [verb.english] + verb.others {
        let parsed = try Motcua.parseAsRoot(Invocation.normalised([name]))
        #expect(type(of: parsed).configuration.commandName == verb.english, "\(name)")
      }
    }
  }

  @Test(
    "accents, capitals, spaces and decomposed letters make no difference to a verb",
    arguments: [
      ("tiếp-nhận", "receive"), ("Tiếp nhận", "receive"), ("tie\u{302}\u{301}p-nha\u{323}\u{302}n", "receive"),
      ("hướng-dẫn", "consult"), ("đính-chính", "correct"), ("có-kết-quả", "resolve"), ("việc-cần-làm", "next"),
      ("apologize", "apologise"), ("xin-lỗi", "apologise"), ("chạy-thử", "demo"), ("thủ_tục", "procedures"),
    ])
  func folding(typed: String, verb: String) { #expect(Invocation.normalised([typed]).first == verb) }

  @Test("options that every verb takes may stand before it")
  func leadingOptions() throws {
    #expect(
      Invocation.normalised(["--lang", "en", "--json", "xem", "975"]) == ["show", "--lang", "en", "--json", "975"])
    let show: Show = try parse(["--socket=/x", "xem", "975"])
    #expect(show.common.socket == "/x")
    #expect(show.code == "975")
  }

  @Test("a receipt takes everything that the desk asks")
  func receive() throws {
    let command: Receive = try parse([
      "receive", "khai-sinh", "--name", "Nguyễn Thị Hoa", "--phone", "09", "--place", "Thôn 1", "--subject", "s",
      "--paper", "a", "--paper", "b", "--channel", "onlineAssisted", "--responsible", "nam", "--urgent", "đi xa",
      "--organisation", "--handed-in-by", "Bình", "--authority", "giấy", "--help-given", "viết hộ", "--kind",
      "assistance",
      "--id", "0190", "--at", "20/11/2026", "--why", "mất điện", "--expect", "3",
    ])
    #expect(command.procedure == "khai-sinh")
    #expect(command.paper == ["a", "b"])
    #expect(command.channel == .onlineAssisted)
    #expect(command.kind == .assistance)
    #expect(command.organisation && command.helpGiven == "viết hộ" && command.handedInBy == "Bình")
    let entry = try command.recording.entry(.vi)
    #expect(entry == Wire.Entry(commandId: "0190", expectedVersion: 3, occurredAt: "2026-11-20", reason: "mất điện"))
  }

  @Test("advice is on a new enquiry, or on a case when a code stands first")
  func consult() throws {
    let enquiry: Consult = try parse(["consult", "Cần giấy gì?", "--answer", "Tờ khai", "--minutes", "5"])
    #expect(enquiry.parts == (nil, "Cần giấy gì?"))
    #expect(enquiry.minutes == 5)
    let onCase: Consult = try parse(["tu-van", "975", "Bao giờ xong?", "--answer", "Mai"])
    #expect(onCase.parts == ("975", "Bao giờ xong?"))
    let codeOnly: Consult = try parse(["consult", "261123-0002"])
    #expect(codeOnly.parts == ("261123-0002", nil))
    #expect(throws: (any Error).self) { try Motcua.parseAsRoot(["consult", "a", "b", "c"]) }
  }

  @Test("the verbs that work on a case take their options")
  func caseVerbs() throws {
    let progress: Progress = try parse(["xu-ly", "1", "tra sổ gốc", "--by", "nam", "--group", "tư pháp"])
    #expect([progress.code, progress.step, progress.by, progress.group] == ["1", "tra sổ gốc", "nam", "tư pháp"])
    let apologise: Apologise = try parse([
      "apologize", "1", "--text", "t", "--new-due", "+2", "--signatory", "s", "--letter", "7",
    ])
    #expect([apologise.cause, apologise.newDue, apologise.letter] == ["late", "+2", "7"])
    let resolve: Resolve = try parse([
      "resolve", "1", "--outcome", "refused", "--reason", "r", "--document", "d", "--signed-by", "s",
    ])
    #expect(resolve.outcome == .refused)
    #expect(try resolve.late.apology(.vi) == nil)
    let handOver: Return = try parse(["return", "1", "--to", "B", "--authority", "a", "--apologise", "xin lỗi"])
    #expect(try handOver.late.apology(.vi) == Wire.LateApology(cause: "late", text: "xin lỗi"))
    let withdraw: Withdraw = try parse(["withdraw", "1", "--reason", "r", "--by", "b"])
    #expect([withdraw.reason, withdraw.by] == ["r", "b"])
    let notify: Notify = try parse([
      "thông báo", "1", "--of", "2", "--channel", "email", "--outcome", "sent", "--receipt", "x",
    ])
    #expect(notify.of == 2 && notify.channel == .email && notify.outcome == .sent && notify.receipt == "x")
    let correct: Correct = try parse(["correct", "1", "--reason", "r", "--name", "n", "--void", "4"])
    #expect(correct.void == 4 && correct.name == "n")
  }

  @Test("the questions take their conditions")
  func queries() throws {
    let list: List = try parse([
      "list", "--late", "--open", "--mine", "--clerk", "nam", "--procedure", "khai-sinh", "--due-before", "+2",
      "--status", "ready",
    ])
    #expect(list.late && list.open && list.mine && list.status == .ready && list.dueBefore == "+2")
    let search: Search = try parse(["tim", "nguyen", "hoa"])
    #expect(search.words == ["nguyen", "hoa"])
    let watch: Watch = try parse(["watch", "--after", "12"])
    #expect(watch.after == 12)
    let next: Next = try parse(["next", "--mine", "--timeout", "5"])
    #expect(next.mine && next.common.timeout == 5)
    let bringIn: Import = try parse(["nhap", "f.csv", "--mapping", "m.toml", "--skip-bad-rows", "--verbose"])
    #expect(bringIn.file == "f.csv" && bringIn.skipBadRows && bringIn.verbose)
    let ledger: Import = try parse(["import", "x.jsonl", "--format", "cloudevents", "--keys", "k"])
    #expect(ledger.format == .cloudevents && ledger.file == "x.jsonl" && ledger.keys == "k" && bringIn.format == .csv)
    let export: Export = try parse(["xuat", "x.jsonl", "--readable", "--force", "--format", "cloudevents"])
    #expect(export.file == "x.jsonl" && export.readable && export.force)
    let demo: Demo = try parse(["demo", "--keep", "--config", "c"])
    #expect(demo.keep && demo.config == "c")
  }

  @Test("an apology's details without the apology are a mistake")
  func apologyDetails() throws {
    let resolve: Resolve = try parse(["resolve", "1", "--cause", "late"])
    #expect(throws: Failure.self) { try resolve.late.apology(.en) }
  }

  @Test("an account that is not named is a mistake, and nobody's own work", arguments: ["", "  "])
  func emptyAccount(account: String) throws {
    let receive: Receive = try parse(["receive", "--kind", "enquiry", "--on-behalf-of", account])
    do {
      _ = try receive.recording.entry(.en)
      Issue.record("it was taken")
    } catch let failure as Failure {
      let verdict = failure.verdict(Invocation(["receive"]) { _ in nil })
      #expect(verdict.code == 64 && verdict.sentence.contains("--on-behalf-of"))
    }
    let named: Receive = try parse(["receive", "--on-behalf-of", "lan"])
    #expect(try named.recording.entry(.en).onBehalfOf == "lan")
  }

  @Test(
    "what the parser refuses is usage, said in both languages",
    arguments: [
      ["list", "--foo"], ["bogus"], ["show", "1", "2"], ["receive", "--channel", "zz"], ["list", "--clerk"],
      ["next", "--timeout", "0"],
    ])
  func mistakes(typed: [String]) {
    for language in Language.allCases {
      let invocation = Invocation(typed + ["--lang", language.rawValue]) { _ in nil }
      do {
        _ = try Motcua.parseAsRoot(invocation.arguments)
        Issue.record("\(typed) was taken")
      } catch {
        let sentence = ParserWords(isVietnamese: language == .vi).mistake(Motcua.message(for: error))
        #expect(!sentence.isEmpty && !sentence.contains("\n"))
      }
    }
    let vi = Invocation(typed) { _ in nil }
    #expect(throws: (any Error).self) { try Motcua.parseAsRoot(vi.arguments) }
  }

  @Test("the parser's sentences are Vietnamese where the reader is")
  func vietnameseMistakes() {
    let words = ParserWords(isVietnamese: true)
    #expect(words.mistake("Unknown option '--foo'") == "Không có tùy chọn '--foo'")
    #expect(
      words.mistake("The value 'z' is invalid for '--c <c>'. Please provide one of the following:\n  - a\n  - b")
        == "Không hợp lệ: giá trị 'z' cho '--c <c>'. Chọn một trong a, b")
  }
}

@Suite struct LanguageTests {
  @Test(
    "the option decides, then MOTCUA_LANG, then the locale; no language means the office's",
    arguments: [
      ("en", ["MOTCUA_LANG": "vi"], Language.en), (nil, ["MOTCUA_LANG": "en", "LANG": "vi_VN.UTF-8"], .en),
      (nil, ["LC_ALL": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"], .vi),
      (nil, ["LC_MESSAGES": "de_DE", "LANG": "vi_VN"], .en),
      (nil, ["LANG": "C.UTF-8"], .vi), (nil, ["LANG": "POSIX"], .vi), (nil, [:], .vi), (nil, ["LANG": "en_GB"], .en),
    ] as [(String?, [String: String], Language)])
  func choice(option: String?, environment: [String: String], expected: Language) {
    #expect(Language.chosen(option: option) { environment[$0] } == expected)
  }

  @Test(
    "the socket is the option's, the environment's, the user's own, or the system's",
    arguments: [
      ("/o", ["MOTCUA_SOCKET": "/e"], [], "/o"), (nil, ["MOTCUA_SOCKET": "/e", "XDG_RUNTIME_DIR": "/r"], [], "/e"),
      (
        nil, ["XDG_RUNTIME_DIR": "/r"], ["/r/motcua/motcuad.sock", "/run/motcua/motcuad.sock"], "/r/motcua/motcuad.sock"
      ),
      (nil, ["XDG_RUNTIME_DIR": "/r"], ["/run/motcua/motcuad.sock"], "/run/motcua/motcuad.sock"),
      (nil, ["XDG_RUNTIME_DIR": "/r"], [], "/r/motcua/motcuad.sock"), (nil, [:], [], "/run/motcua/motcuad.sock"),
    ] as [(String?, [String: String], [String], String)])
  func socket(option: String?, environment: [String: String], existing: [String], expected: String) {
    #expect(
      CommonOptions.socketPath(option: option, environment: { environment[$0] }, exists: existing.contains) == expected)
  }
}
