import ArgumentParser
import DeskInterface
import MerkleTree
import Varlink

struct Backup: Verb {
  static let verb = VerbName("backup", "sao-luu")
  static let configuration = verb.configuration(
    "sao lưu sổ, và khóa vào tệp riêng, trong khi vẫn làm việc",
    "back up the ledger, and the keys to a file of their own, while work goes on",
    usage: "<file> [--keys <keys>] [--force]", "--keys <keys> [--force]", "--erasures <erasures>",
    "--directory <directory> [--keep <keep>] [--keys-directory <keys-directory> --keys-keep <keys-keep>]")

  @Argument(help: help("tệp mới cho bản sao lưu sổ", "a new file for the backup of the ledger")) var file: String?
  @Option(help: help("tệp mới cho bản sao lưu khóa", "a new file for the backup of the keys")) var keys: String?
  @Flag(help: help("ghi đè tệp đã có", "write over a file that is there")) var force = false
  @Option(
    help: help(
      "thay vì tệp: thư mục, tên tệp theo ngày giờ", "instead of a file: a directory, the file named by date and time"))
  var directory: String?
  @Option(
    help: help(
      "giữ bao nhiêu bản trong thư mục đó; không nói thì giữ hết",
      "how many backups stay in that directory; all, if it is not said")) var keep: Int?
  @Option(
    help: help(
      "thay vì --keys: thư mục riêng cho bản sao lưu khóa; để rỗng (\"\") là không sao lưu khóa",
      "instead of --keys: a directory of their own for the keys; empty (\"\") for no backup of the keys"))
  var keysDirectory: String?
  @Option(help: help("giữ bao nhiêu bản khóa ở đó", "how many backups of the keys stay there")) var keysKeep: Int?
  @Option(
    help: help(
      "ghi cả danh sách hồ sơ đã xóa dữ liệu vào tệp này, thay tệp cũ mà không mất dòng nào của nó; để rỗng (\"\") là không ghi",
      "also write the list of erasures to this file, in the place of the old one, of which nothing is lost; empty (\"\") for none"
    ))
  var erasures: String?
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    let language = Invocation.current.language
    if directory != nil || keysDirectory != nil, file != nil || keys != nil || force {
      throw ValidationError(
        language.say(
          "--directory và --keys-directory tự đặt tên tệp: không đi cùng tệp, --keys hay --force.",
          "--directory and --keys-directory name the files themselves: they go without a file, --keys and --force."))
    }
    for (directory, keep, name) in [(directory, keep, "--"), (keysDirectory, keysKeep, "--keys-")] {
      if keep != nil, directory == nil {
        throw ValidationError(
          language.say("\(name)keep cần \(name)directory.", "\(name)keep needs \(name)directory."))
      }
      if let keep, !(1...10_000).contains(keep) {
        throw ValidationError(
          language.say("\(name)keep là số từ 1 đến 10000.", "\(name)keep is a number from 1 to 10000."))
      }
    }
    if let keysDirectory, !keysDirectory.isEmpty, keysKeep == nil {
      throw ValidationError(
        language.say(
          "--keys-directory cần --keys-keep: khóa của người đã xóa dữ liệu còn trong các bản cũ, nên không giữ mãi.",
          "--keys-directory needs --keys-keep: the key of who was erased is still in older backups, so they do not stay for ever."
        ))
    }
  }

  /// Where the list of erasures goes; nil when none is wanted, which a setting says by an empty text.
  private var erasuresFile: String? { erasures.flatMap { $0.isEmpty ? nil : $0 } }

  /// What was made, as `--json` tells it.
  struct Made: JSONWritable {
    var file: String
    var kind: String
    var bytes: Int
    var events: Int?
    var root: String?
    /// Lines of an older list that the daemon's lacks.
    var kept: Int?
    /// The older ones that made way for it.
    var removed: [String]?

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("file", file)
      json.member("kind", kind)
      json.member("bytes", bytes)
      json.member("events", events)
      json.member("root", root)
      json.member("kept", kept)
      json.member("removed", removed)
      json.close()
    }
  }

  func run(_ session: Session) throws {
    let ledgerPlace = try place(directory, keep, ".mdb")
    // Empty is how a setting says that the keys are not to be copied.
    let keysPlace = try place(keysDirectory == "" ? nil : keysDirectory, keysKeep, ".keys")
    if let ledgerPlace, let keysPlace, ledgerPlace.isSame(as: keysPlace) { throw Self.oneForBoth(session) }
    if let keysDirectory, !keysDirectory.isEmpty, try ArchiveDirectory.isArchive(keysDirectory) {
      throw Failure.usage(
        session.say(
          "\(keysDirectory) là kho lưu trữ sổ: khóa phải ở nơi khác, vì ai có cả hai thì đọc được tất cả.",
          "\(keysDirectory) is an archive of the ledger: keys go elsewhere, because whoever has both reads everything.")
      )
    }
    let now = ledgerPlace == nil && keysPlace == nil ? "" : try session.daemon.ask(Wire.GetStatus()).status.now
    let keys = try keysPlace?.newFile(at: now) ?? self.keys
    let file =
      try ledgerPlace?.newFile(at: now)
      ?? (keys == nil && erasuresFile == nil
        ? session.required(self.file, "FILE", "tệp sao lưu", "the file of the backup")
        : self.file)
    if file != nil, file == keys { throw Self.oneForBoth(session) }
    // All are opened before anything is fetched, so that half a backup is not left for want of a directory.
    let list = try erasuresFile.map { path in
      (
        path: path, file: try OutFile(path, replaces: true, session.language),
        known: try KnownErasures(path, session.language)
      )
    }
    let ledgerFile = try file.map { try OutFile($0, replaces: force, session.language) }
    let keysFile = try keys.map { try OutFile($0, replaces: force, session.language) }
    var all = All()
    do {
      // The list comes first: one that fails each night must not let good backups of the others make way for new ones.
      if let list, let made = try fetchErasures(list.path, into: list.file, knowing: list.known, session) {
        all.add(made, nil)
      }
      if let file, let ledgerFile {
        all.add(try fetchLedger(into: ledgerFile, named: file, session), ledgerPlace)
      }
      // The keys come after the ledger, so that they have every key that it needs.
      if let keys, let keysFile {
        all.add(try fetchKeys(into: keysFile, named: keys, keysPlace, session), keysPlace)
      } else if !session.wantsJSON, file != nil {
        Notice.line(
          session.say(
            "Chưa sao lưu khóa; không có khóa thì phần dữ liệu cá nhân không mở lại được.",
            "The keys are not backed up; without them what is personal cannot be opened again."))
        Notice.line("→ motcua backup --keys …")
      }
      // Only when all that was asked for is whole.
      try all.prune()
    } catch {
      // What was made is there all the same.
      try all.report(session)
      try session.output.flush()
      throw error
    }
    try all.report(session)
  }

  /// What a run has made so far, each with the directory in which older ones make way for it.
  private struct All {
    private var made: [(what: Made, place: Rotation?)] = []

    mutating func add(_ what: Made, _ place: Rotation?) { made.append((what, place)) }

    mutating func prune() throws {
      for index in made.indices {
        made[index].what.removed = try made[index].place?.prune(keeping: made[index].what.file)
      }
    }

    func report(_ session: Session) throws {
      for (made, _) in made {
        if session.wantsJSON {
          try session.output.json(made)
        } else {
          for path in made.removed ?? [] {
            try session.output.line(session.say("Đã xóa bản cũ \(path).", "Removed the old \(path)."))
          }
        }
      }
    }
  }

  private func fetchLedger(into file: OutFile, named path: String, _ session: Session) throws -> Made {
    let made = try fetch(Wire.Backup(), into: file, named: path, kind: "ledger", session)
    if !session.wantsJSON {
      try session.output.line(
        session.say(
          "Đã sao lưu sổ vào \(path): \(session.language.grouped(made.bytes)) byte, "
            + "\(session.language.grouped(made.events ?? 0)) sự kiện.",
          "The ledger is in \(path): \(session.language.counted(made.bytes, "byte")), "
            + "\(session.language.counted(made.events ?? 0, "event"))."))
      if let root = made.root { try session.output.line(session.say("Gốc Merkle: \(root)", "Merkle root: \(root)")) }
    }
    return made
  }

  private func fetchKeys(
    into file: OutFile, named path: String, _ rotation: Rotation?, _ session: Session
  ) throws -> Made {
    let made: Made
    do {
      made = try fetch(
        Wire.Backup(keys: true, keep: keysKeep, rotation: rotation?.number), into: file, named: path, kind: "keys",
        session)
    } catch Failure.refused(let error, _, _) where keysKeep != nil && Refusal.mayMeanOlder(error) {
      // An older daemon does not count them.
      made = try fetch(Wire.Backup(keys: true), into: file, named: path, kind: "keys", session)
    }
    guard !session.wantsJSON else { return made }
    try session.output.line(
      session.say(
        "Đã sao lưu khóa vào \(path): \(session.language.grouped(made.bytes)) byte.",
        "The keys are in \(path): \(session.language.counted(made.bytes, "byte")).")
    )
    try session.output.line(
      session.say(
        "Giữ tệp khóa ở nơi khác với sổ, và xóa sau một số ngày nhất định: ai có cả hai thì đọc được tất cả.",
        "Keep the keys elsewhere than the ledger, and for a limited number of days: who has both reads everything."
      ))
    return made
  }

  /// Of one list the newest knows all, unless it is of older data than the one from before: what only that knew is kept.
  ///
  /// - Returns: nil when the daemon has no list to give.
  private func fetchErasures(
    _ path: String, into file: OutFile, knowing known: KnownErasures, _ session: Session
  ) throws -> Made? {
    let made: Made
    do {
      made = try fetch(Wire.Backup(erasures: true), into: file, named: path, kind: "erasures", session) { list in
        let missing = known.missing(in: String(decoding: list, as: UTF8.self))
        return (Array(missing.joined().utf8), missing.count)
      }
    } catch Failure.refused(let error, _, _) where Refusal.mayMeanOlder(error) {
      // Not a failure, after which a timer would make the other backups again and again.
      Notice.line(
        session.say(
          "motcuad đang chạy là bản cũ, chưa có danh sách hồ sơ đã xóa dữ liệu: \(path) chưa được ghi.",
          "The motcuad that runs is older and has no list of erasures: \(path) was not written."))
      return nil
    }
    guard !session.wantsJSON else { return made }
    try session.output.line(
      session.say(
        "Danh sách hồ sơ đã xóa dữ liệu ở \(path): \(session.language.grouped(made.bytes)) byte.",
        "The list of erasures is in \(path): \(session.language.counted(made.bytes, "byte"))."))
    if let kept = made.kept {
      let known = session.language.grouped(kept)
      Notice.line(
        session.say(
          "\(path) biết \(known) lần xóa mà motcuad không biết, nên các dòng đó được giữ lại: dữ liệu của motcuad cũ hơn.",
          "\(path) knew of \(session.language.counted(kept, "erasure")) that motcuad does not know of, which "
            + "\(kept == 1 ? "is" : "are") kept in it: the data of motcuad are older."))
      Notice.line(
        session.say(
          "→ dừng motcuad, chép tệp này thành DATA-apart/erasures (của tài khoản motcua), rồi khởi động: các hồ sơ đó được xóa lại",
          "→ stop motcuad, copy this file to DATA-apart/erasures (account motcua's), and start it: those cases are erased again"
        ))
    }
    return made
  }

  private func place(_ directory: String?, _ keep: Int?, _ ending: String) throws -> Rotation? {
    guard let directory else { return nil }
    return try Rotation(directory, ending: ending, keep: keep)
  }

  private static func oneForBoth(_ session: Session) -> Failure {
    .usage(
      session.say(
        "Sổ và khóa phải vào hai tệp, hai thư mục khác nhau.",
        "Ledger and keys go into two different files, two different directories."))
  }

  /// - Parameter end: what is added to the file behind what was fetched, and how many lines that is.
  private func fetch(
    _ call: Wire.Backup, into file: OutFile, named path: String, kind: String, _ session: Session,
    end: ((_ fetched: [UInt8]) -> (bytes: [UInt8], lines: Int))? = nil
  ) throws -> Made {
    let bar = ProgressBar()
    defer { bar.clear() }
    var last: Wire.BackupProgress?
    var fetched: [UInt8] = []
    try session.daemon.stream(call, isPatient: true) { answer in
      let progress = answer.progress
      last = progress
      if let data = progress.data {
        guard let bytes = Base64.decode(data) else { throw Failure.protocolViolation("Backup: base64") }
        try file.write(bytes)
        if end != nil { fetched += bytes }
      }
      bar.draw(progress.phase.said { Self.title($0, session.language) }, done: progress.done, total: progress.total)
      return true
    }
    // A connection that ends early looks like any other end.
    guard let last, last.phase == .done, last.done == file.bytes else {
      throw Failure.protocolViolation("Backup: \(file.bytes) bytes")
    }
    let added = end?(fetched)
    if let added { try file.write(added.bytes) }
    try file.finish()
    bar.clear()
    return Made(
      file: path, kind: kind, bytes: file.bytes, events: last.events, root: last.root,
      kept: added.flatMap { $0.lines > 0 ? $0.lines : nil })
  }

  private static func title(_ phase: Wire.BackupPhase, _ language: Language) -> String {
    switch phase {
    case .copying: language.say("Chép", "Copying")
    case .verifying: language.say("Kiểm tra", "Verifying")
    case .sending: language.say("Nhận", "Receiving")
    case .done: language.say("Xong", "Done")
    }
  }
}
