import ArgumentParser
import DeskInterface

/// The client of the one-door desk.
struct Motcua: ParsableCommand {
  /// Every verb, in the order in which help lists them.
  static let verbs: [any Verb.Type] = [
    Receive.self, Consult.self, Progress.self, Apologise.self, Resolve.self, Return.self, Withdraw.self, Correct.self,
    Erase.self, Notify.self,
    Show.self, History.self, List.self, Next.self, Search.self, Tally.self, Explain.self, Procedures.self, Slip.self,
    Watch.self, Status.self, ShowClock.self, Metrics.self, Rebuild.self, Verify.self, PrintCheckpoint.self,
    Prove.self, CheckProof.self,
    Backup.self, Archive.self, Import.self, Export.self, Demo.self,
  ]

  static let configuration = told(in: Invocation.current.language)

  private static func told(in language: Language) -> CommandConfiguration {
    CommandConfiguration(
      commandName: "motcua",
      abstract: language.say(
        "Một cửa: mọi lần gặp dân là một sự kiện, mọi lời hứa là một câu hỏi trả lời được.",
        "One door: every contact with a citizen is an event, every promise a question that can be answered."),
      discussion: language.say(
        """
        Mã hồ sơ được viết tắt: 975 là hồ sơ số 975 hôm nay, 261008-0975 là của ngày đó.
        Ngày: 26/11/2026 (hết giờ làm việc), 26/11/2026 16:00, 2026-11-26 hoặc +2 (ngày làm việc).
        Điều gì về một người thì không nên ở trên dòng lệnh, nơi ai có tài khoản trên máy cũng đọc được: thay bằng - để được hỏi \
        (hoặc đọc từ đầu vào chuẩn), như --name -; nhiều mục thì --fields TỆP.json.
        Mọi lệnh đều có --json, --lang, --socket (hay MOTCUA_SOCKET) và --timeout.
        Mã thoát: 0 xong, 1 bị từ chối, 64 sai lệnh, 69 không gặp motcuad, 74 không ghi ra được, 75 quá giờ hoặc bận, 76 sai giao thức, \
        77 không được phép.
        """,
        """
        Codes may be shortened: 975 is today's case 975, 261008-0975 the one of that day.
        Dates: 26/11/2026 (the end of office hours), 26/11/2026 16:00, 2026-11-26 or +2 (working days).
        What tells about a person is better kept off the command line, which every account of the machine can read: write - to \
        be asked for it (or to have standard input read), as in --name -; for several fields --fields FILE.json.
        Every verb has --json, --lang, --socket (or MOTCUA_SOCKET) and --timeout.
        Exit codes: 0 done, 1 refused, 64 usage, 69 daemon unreachable, 74 output, 75 timeout or busy, 76 protocol, \
        77 not permitted.
        """),
      version: Release.version,
      // One by one: a cast of the whole list would have the runtime search for each verb's conformance.
      subcommands: verbs.map { $0 as any ParsableCommand.Type })
  }
}
