import ArgumentParser
import DeskInterface
import Glibc
import LedgerArchive
import MerkleTree
import Varlink
import Wording

struct Archive: Verb {
  static let verb = VerbName("archive", "luu-tru")
  static let configuration = verb.configuration(
    "chép sổ, nguyên dạng niêm phong, vào kho lưu trữ",
    "copy the ledger, sealed as it is, into an archive",
    usage: "--directory <directory> [--follow]")

  @Option(help: help("thư mục của kho, nên ở đĩa khác", "the archive's directory, best on another disk"))
  var directory: String?
  @Flag(
    help: help(
      "chép tiếp mỗi khi có sự kiện mới, đến khi bị dừng", "go on with each new event, until it is stopped"))
  var follow = false
  @Option(
    help: help(
      "với --follow: nghỉ bao nhiêu giây giữa hai lần ghi (10)",
      "with --follow: how many seconds to rest between two writes (10)"))
  var pause: Int?
  @OptionGroup var common: CommonOptions

  private static let pauseUnlessSaid = 10

  mutating func validate() throws {
    guard let pause else { return }
    let language = Invocation.current.language
    guard follow else {
      throw ValidationError(language.say("--pause đi cùng --follow.", "--pause goes with --follow."))
    }
    // Twice that, and what a write takes, is what may be lost with the disk.
    guard (1...25).contains(pause) else {
      throw ValidationError(language.say("--pause là số từ 1 đến 25.", "--pause is a number from 1 to 25."))
    }
  }

  /// How far the archive is.
  struct Report: JSONWritable {
    var directory: String
    var events: Int
    /// How many of them this run, or this write of one that follows, has brought.
    var added: Int
    var root: String

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("directory", directory)
      json.member("events", events)
      json.member("added", added)
      json.member("root", root)
      json.close()
    }
  }

  func run(_ session: Session) throws {
    let directory = try session.required(
      directory, "--directory", "thư mục của kho lưu trữ", "the archive's directory")
    let archive = try ArchiveDirectory(directory, session.language)
    if follow { try goOn(archive, session) }
    let before = archive.tree.size
    try catchUp(archive, session)
    try say(archive, since: before, session)
  }

  /// Follows the ledger until it is stopped. It needs no clock: it rests, and waits for the daemon, by lengths of time only.
  private func goOn(_ archive: ArchiveDirectory, _ session: Session) throws -> Never {
    var told: UInt64?
    var outage = Outage()
    func answered() {
      if outage.end() { Notice.line(session.say("motcuad trả lời lại.", "motcuad answers again.")) }
    }
    // Who sits before it sees each write; a journal is told what is out of the ordinary.
    let tellsAll = session.wantsJSON || session.output.columns != nil
    while true {
      do {
        let before = archive.tree.size
        let isBack = outage.isOn
        // After an outage nobody waits for the next event to hear how far the archive is.
        if told == nil || isBack {
          try catchUp(archive, session, answered)
        } else {
          _ = try step(archive, session, waits: true, answered)
        }
        if told == nil || tellsAll && told != archive.tree.size || isBack && outage.wasTold {
          try say(archive, since: before, session)
        }
        told = archive.tree.size
      } catch let failure as Failure where failure.passes {
        if outage.begin() {
          Notice.line(
            failure.verdict(Invocation.current).sentence
              + session.say(" Kho lưu trữ chờ và thử lại.", " The archive waits and tries again."))
        }
      }
      sleep(UInt32(pause ?? Self.pauseUnlessSaid))
    }
  }

  /// Fetches everything that there is when it begins.
  private func catchUp(
    _ archive: ArchiveDirectory, _ session: Session, _ answered: () -> Void = {}
  ) throws {
    let size = try step(archive, session, waits: false, answered)
    while archive.tree.size < size { _ = try step(archive, session, waits: false, answered) }
  }

  /// Fetches what there is, or waits for the next event.
  ///
  /// - Parameter answered: called when the daemon has answered, before anything is fetched.
  /// - Returns: how many events there were when it began.
  private func step(
    _ archive: ArchiveDirectory, _ session: Session, waits: Bool, _ answered: () -> Void
  ) throws -> UInt64 {
    let head = try session.daemon.ask(Wire.GetHead())
    guard let id = Hex.decode(head.ledger), let ledger = LedgerMark(id: id, isDemo: head.demo) else {
      throw Failure.protocolViolation("GetHead: ledger")
    }
    if let known = archive.ledger, known != ledger {
      throw Failure.declined(
        session.say(
          "\(archive.path) là kho lưu trữ của sổ \(Hex.encode(known.id)), còn motcuad giữ sổ \(head.ledger): "
            + "dùng một thư mục mới.",
          "\(archive.path) is the archive of ledger \(Hex.encode(known.id)), and motcuad holds \(head.ledger): "
            + "use a new directory."),
        next: Self.anew(archive.path))
    }
    // It is a copy of this very history, or nothing is added to it.
    try acknowledge(archive, session)
    answered()
    let size = UInt64(clamping: head.size)
    if let hole = archive.hole { try check(hole, of: archive, against: size, session) }
    let end = archive.hole?.last ?? size
    if end > archive.tree.size || waits {
      // Who waits gets the next event, whenever that comes.
      let count = max(1, Int(clamping: end) - Int(clamping: archive.tree.size))
      do {
        try fetch(count, into: archive, of: ledger, session)
      } catch let failure as Failure where failure.isAnswer {
        // What came before it is kept, and counts.
        try acknowledge(archive, session)
        throw failure
      }
      try acknowledge(archive, session)
    }
    return size
  }

  /// Refuses to fill a hole behind which the archive is of another history than the ledger.
  private func check(
    _ hole: ArchiveWalk.Hole, of archive: ArchiveDirectory, against size: UInt64, _ session: Session
  ) throws {
    let lacks = (
      vi: "\(archive.path) thiếu các sự kiện \(hole.first.groupedVi)–\(hole.last.groupedVi)",
      en: "\(archive.path) lacks events \(hole.first.groupedEn)–\(hole.last.groupedEn)"
    )
    guard archive.end.size <= size else {
      throw Failure.declined(
        session.say(
          "\(lacks.vi) và có đến sự kiện \(archive.end.size.groupedVi), mà sổ chỉ có \(size.groupedVi): kho lưu trữ biết nhiều hơn sổ. "
            + "Chưa ghi gì; dùng một thư mục mới.",
          "\(lacks.en) and goes on to \(archive.end.size.groupedEn), and the ledger has only \(size.groupedEn): the archive knows more than the "
            + "ledger. Nothing was written; use a new directory."),
        next: Self.anew(archive.path))
    }
    // The page that ends where the archive does says the ledger's root there.
    var root: String?
    try session.daemon.stream(Wire.Records(after: Int(clamping: archive.end.size - 1), limit: 1), isPatient: true) {
      root = $0.root
      return true
    }
    guard root == archive.end.root.base64 else {
      throw Failure.declined(
        session.say(
          "\(lacks.vi), và những gì nằm sau đó không phải là của sổ này: đó là một lịch sử khác. Chưa ghi gì; "
            + "giữ nguyên kho này và lưu trữ sổ vào một thư mục mới.",
          "\(lacks.en), and what lies behind is not what the ledger holds: it is another history. Nothing was written; keep "
            + "this archive as it is, and begin a new directory for the ledger."),
        next: Self.anew(archive.path))
    }
  }

  /// The commands that begin an archive of this ledger beside one that is kept as it is.
  static func anew(_ path: String) -> String {
    var name = path[...]
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    let other = CommandLineText.quoted("\(name)-2")
    return "mkdir -m 700 \(other) && motcua archive --directory \(other)"
  }

  private func acknowledge(_ archive: ArchiveDirectory, _ session: Session) throws {
    _ = try session.daemon.ask(
      Wire.Archived(size: Int(clamping: archive.tree.size), root: archive.tree.root.base64))
  }

  private func fetch(_ count: Int, into archive: ArchiveDirectory, of ledger: LedgerMark, _ session: Session) throws {
    var segment = archive.next(of: ledger)
    let (after, bar) = (Int(clamping: archive.tree.size), ProgressBar())
    defer { bar.clear() }
    func keep() throws { if segment.tree.size > archive.tree.size { try archive.store(segment) } }
    do {
      try session.daemon.stream(Wire.Records(after: after, limit: count), isPatient: true) { page in
        guard page.first == Int(clamping: segment.tree.size + 1), !page.records.isEmpty else {
          throw Failure.protocolViolation("Records: first")
        }
        for text in page.records {
          guard let record = Base64.decode(text) else { throw Failure.protocolViolation("Records: base64") }
          segment.append(record)
        }
        guard page.size == Int(clamping: segment.tree.size), page.root == segment.tree.root.base64 else {
          throw Failure.damaged(
            session.say(
              "Các sự kiện \(page.first.groupedVi)–\(page.size.groupedVi) không nối tiếp những gì kho lưu trữ giữ; chưa ghi chúng.",
              "Events \(page.first.groupedEn)–\(page.size.groupedEn) do not continue what the archive holds; they were not written."
            ))
        }
        // So a file that is damaged takes little with it. It ends with a page, whose root was checked.
        if segment.count >= Segment.fullBytes {
          try keep()
          segment = archive.next(of: ledger)
        }
        bar.draw(session.say("Lưu trữ", "Archiving"), done: page.size - after, total: count)
        return true
      }
    } catch let failure as Failure where failure.passes || failure.isAnswer {
      // Each page that has come was checked.
      try keep()
      throw failure
    }
    try keep()
  }

  private func say(_ archive: ArchiveDirectory, since before: UInt64, _ session: Session) throws {
    let (events, added) = (Int(clamping: archive.tree.size), Int(clamping: archive.tree.size - before))
    let report = Report(directory: archive.path, events: events, added: added, root: archive.tree.root.base64)
    if session.wantsJSON {
      try session.output.json(report)
    } else {
      try session.output.line(
        session.say(
          "Kho lưu trữ \(archive.path) có \(session.language.grouped(events)) sự kiện (thêm \(session.language.grouped(added))); "
            + "gốc Merkle \(report.root)",
          "The archive \(archive.path) has \(session.language.counted(events, "event")) (\(session.language.grouped(added)) new); "
            + "Merkle root \(report.root)"))
    }
    try session.output.flush()
  }
}

/// While the daemon is away. One that comes and goes is told of once a minute.
private struct Outage {
  private static let pause: Duration = .seconds(60)

  private(set) var isOn = false
  /// Whether this one, or the last one, was told of.
  private(set) var wasTold = false
  private var last: ContinuousClock.Instant?

  /// The daemon is away, or still away: one that comes too soon after another to be told is told when it has lasted.
  ///
  /// - Returns: whether it is to be told now.
  mutating func begin() -> Bool {
    if !isOn { wasTold = false }
    isOn = true
    let now = ContinuousClock.now
    guard !wasTold, last.map({ now - $0 >= Self.pause }) ?? true else { return false }
    (wasTold, last) = (true, now)
    return true
  }

  /// - Returns: whether its end is to be told.
  mutating func end() -> Bool {
    guard isOn else { return false }
    isOn = false
    return wasTold
  }
}

extension Failure {
  /// Whether the daemon has answered, by name.
  fileprivate var isAnswer: Bool { if case .refused = self { true } else { false } }

  /// Whether it may well be gone when the same is asked again later.
  fileprivate var passes: Bool {
    switch self {
    case .unreachable(let reason, _): [.noSocket, .refused, .timeout].contains(reason)
    case .timeout, .lost: true
    case .refused(let error, let id, let older): Refusal(error, commandID: id, by: older).code == Exit.temporary
    default: false
    }
  }
}
