import ArgumentParser
import Desk
import DeskService
import EventSourcing
import EventStore
import Foundation
import Glibc
import LedgerArchive
import MerkleTree

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      "Đặt lại bản sao lưu hoặc kho lưu trữ vào thư mục trống, hoặc đưa khóa về cho sổ.",
      "Puts a backup or an archive back into an empty data directory, or keys to a ledger."))

  @Argument(
    help: help(
      "Bản sao lưu sổ; để trống khi chỉ đưa khóa, hoặc khi đặt lại từ --archive.",
      "The backup of the ledger; leave it out to bring keys only, or with --archive."))
  var file: String?

  @Option(
    help: help(
      "Kho lưu trữ do motcua archive ghi: đặt lại từ đó, hoặc thêm những gì bản sao lưu chưa có.",
      "An archive that motcua archive has written: all of the ledger, or what the backup lacks of it."))
  var archive: String?

  @Flag(
    help: help(
      "Kho lưu trữ có đoạn hỏng hoặc thiếu: lấy những gì nguyên vẹn trước đó.",
      "A segment of the archive is damaged or missing: takes what is whole before it."))
  var beforeDamage = false

  @Option(help: help("Thư mục dữ liệu.", "The data directory."))
  var data: String = Paths.data

  @Option(help: help("Bản sao lưu khóa.", "The backup of the keys."))
  var keys: String?

  @Flag(
    help: help(
      "Chưa đưa khóa vào: dữ liệu cá nhân chưa mở được.", "Leaves everything personal closed until keys are brought."))
  var withoutKeys = false

  @Option(
    help: help(
      "Điểm chốt đã công bố gần nhất; sổ ghi lại những gì mất sau bản sao lưu.",
      "The last checkpoint that was published; what is lost after the backup is recorded."))
  var checkpoint: String?

  @Option(help: help("Khóa công khai của người ký điểm chốt.", "The public key of who signed it."))
  var key: String?

  @Flag(
    help: help(
      "Không có điểm chốt: không ai biết sổ đã đến đâu, và phải có khóa ký mới.",
      "There is none: nobody knows how far the ledger went, and a new signing key is needed."))
  var noCheckpoint = false

  @Option(
    help: help(
      "Danh sách hồ sơ đã xóa dữ liệu cá nhân, ngoài danh sách mà motcuad giữ; chúng được xóa lại.",
      "A list of erasures, beside the one that motcuad keeps; they are applied again."))
  var erasures: String?

  @Flag(
    help: help(
      "Không có danh sách nào khác: hồ sơ đã xóa sau bản sao lưu mà motcuad không biết sẽ đọc lại được.",
      "There is no other: what was erased after the backup and motcuad does not know of can be read again."))
  var noErasures = false

  @Option(
    help: help(
      "Số thứ tự lớn nhất đã cấp mà cơ quan biết (trên giấy hẹn), nếu lớn hơn trong sổ.",
      "The greatest serial that is known to have been given out (on receipts), when the ledger knows less."))
  var serialsAbove: UInt32?

  @Option(
    help: help(
      "Thư mục cấu hình của motcuad sẽ chạy trên thư mục dữ liệu đó.",
      "The configuration directory of the daemon that is to run on that data directory."))
  var config: String?

  @Flag(
    help: help(
      "Giờ máy đúng, dù sớm hơn sự kiện cuối trong bản sao lưu hoặc cách nó quá lâu.",
      "The machine's clock is right, though it is before the last event of the backup or long after it."))
  var clockIsRight = false

  func validate() throws {
    guard file != nil || archive != nil || keys != nil else {
      throw ValidationError(
        spoken(
          "hãy chỉ bản sao lưu: TỆP, --archive THƯ MỤC, hoặc --keys TỆP",
          "say which backup: FILE, --archive DIRECTORY, or --keys FILE"))
    }
    if beforeDamage, archive == nil {
      throw ValidationError(spoken("--before-damage đi cùng --archive", "--before-damage goes with --archive"))
    }
    if file == nil, archive == nil, checkpoint != nil || noCheckpoint || noErasures || serialsAbove != nil {
      throw ValidationError(
        spoken(
          "--checkpoint, --no-erasures và --serials-above đi cùng TỆP hoặc --archive",
          "--checkpoint, --no-erasures and --serials-above go with FILE or --archive"))
    }
    for (isGiven, isDenied, names) in [
      (keys != nil, withoutKeys, ("--keys", "--without-keys")),
      (checkpoint != nil, noCheckpoint, ("--checkpoint", "--no-checkpoint")),
      (erasures != nil, noErasures, ("--erasures", "--no-erasures")),
    ] where isGiven && isDenied {
      throw ValidationError(
        spoken("\(names.0) và \(names.1) loại trừ nhau", "\(names.0) and \(names.1) exclude each other"))
    }
    if let serialsAbove, serialsAbove > 99_999_999 {
      throw ValidationError(
        spoken("--serials-above là số từ 0 đến 99999999", "--serials-above is a number from 0 to 99999999"))
    }
    if key != nil, checkpoint == nil {
      throw ValidationError(spoken("--key đi cùng --checkpoint", "--key goes with --checkpoint"))
    }
  }

  func run() throws {
    let language = Language.current()
    do {
      if file != nil || archive != nil {
        try requireAll()
        try restore(language)
      } else if let keys {
        try bring(keys, language)
      }
    } catch let damage as Damage {
      DataDirectory.withdraw()
      complain(
        language.pick(
          Text(
            vi: "bản sao lưu hỏng, chưa có gì bị thay đổi: \(damage.sentence.vi)",
            en: "the backup is damaged, nothing was changed: \(damage.sentence.en)")))
      throw Exit.damage
    } catch {
      DataDirectory.withdraw()
      for said in (error as? RestoreRefusal)?.sentences ?? [StartFailure.text(error)] { complain(language.pick(said)) }
      switch error {
      case let error as UnsafePath: throw Exit.code(error)
      case StoreError.inUse: throw Exit.inUse
      case StoreError.file, StoreError.storage: throw Exit.storage
      // Nothing is wrong with the ledger: the command asked for what cannot be done.
      case StoreError.occupied, RestoreRefusal.missing, RestoreRefusal.nothingToBring, RestoreRefusal.archiveEmpty:
        throw Exit.usage
      case CommandFailure.clockSuspect: throw Exit.usage
      case CommandFailure.storageFull, CommandFailure.storageFailed: throw Exit.storage
      case is SettingsError: throw Exit.config
      case SignedHeadsError.file, RestoreRefusal.ownList(.file): throw Exit.storage
      default:
        switch StoreError(error) {
        case .file, .storage: throw Exit.storage
        default: throw Exit.damage
        }
      }
    }
  }

  /// Throws one refusal that names every option that is missing, before anything is done.
  private func requireAll() throws {
    var missing: [RestoreRefusal.Need] = []
    if checkpoint == nil, !noCheckpoint { missing.append(.checkpoint) }
    if checkpoint != nil, key == nil { missing.append(.key) }
    if keys == nil, !withoutKeys { missing.append(.keys) }
    if erasures == nil, !noErasures {
      let list = try settings().apart(data: data).erasures.path
      missing.append(.erasures(list: access(list, F_OK) == 0 ? list : nil))
    }
    if !missing.isEmpty { throw RestoreRefusal.missing(missing) }
  }

  /// The settings of the daemon. A backup that is only tried out, in a directory of its own, must not touch what the
  /// office keeps apart: that is used only when the office's configuration is named, or its data directory.
  private func settings() throws -> DaemonSettings {
    var settings = try DaemonSettings.ofCommand(config ?? Paths.config)
    let place = Paths.real(data)
    if config == nil, place != Paths.real(Paths.systemData), place != Paths.real(Paths.data) {
      (settings.signedHeads, settings.erasures) = (nil, nil)
    }
    return settings
  }

  private func restore(_ language: Language) throws {
    let settings = try settings()
    let apart = settings.apart(data: Paths.absolute(data))
    let heads = apart.heads
    let published = try knownHead()
    let given = try givenErasures()
    let backup = try keys.map { try GivenFile($0).keysBackup() }
    let ledger = try file.map { try GivenFile($0) }
    let segments = try archive.map { try GivenArchive($0) }
    try prepare(apart)
    // Everything that was given is open: from here on root is the account that owns the directory.
    let restoration = try Restoration(into: try DataDirectory.enter(data, makes: true))
    let list = try allErasures(given, apart)
    let record = try heads.read() ?? SignedHeads()
    // The record outside may know a later head of the same ledger than the checkpoint that was given.
    let known = [published].compactMap(\.self) + record.expected.filter { $0.key.name == published?.key.name }
    if let ledger {
      try restoration.stage(descriptor: ledger.descriptor, named: ledger.path)
      try verify(restoration.stagedLedger, given: ledger.path, language)
    }
    var archived: GivenArchive.Part?
    if let segments {
      archived = try segments.put(into: restoration, hasBase: ledger != nil, beforeDamage: beforeDamage)
      try verify(restoration.stagedLedger, given: segments.path, language)
    }
    let sizes = Set(known.map(\.size) + [archived?.tree.size].compactMap(\.self))
    let facts = try LedgerFacts(
      restoration.stagedLedger, rootsAt: sizes, keys: backup, commitments: Set(list?.map(\.commitment) ?? []),
      // An archive is a minute behind, and the copy of the keys that goes with it an hour.
      mayLackLast: archive != nil)
    if let archived, let segments, facts.roots[archived.tree.size] != archived.tree.root {
      throw RestoreRefusal.archiveOfOtherHistory(segments.path, size: archived.tree.size)
    }
    let isOurs = { (name: String) in record.heads.contains { $0.key.name == name } }
    if let published, let origin = facts.origin, origin != published.key.name,
      !(isOurs(origin) && isOurs(published.key.name))
    {
      throw RestoreRefusal.otherOrigin(known: published.key.name, ledger: origin)
    }
    // A head that an earlier restore has lost is in no later backup.
    let lost = Set(record.heads.compactMap(\.predecessor))
    for head in known
    where head.size <= facts.size && facts.roots[head.size] != head.root
      && !lost.contains(.head(key: head.key, size: head.size, root: head.root))
    {
      throw RestoreRefusal.otherHistory(size: head.size)
    }
    if let published, let own = record.head(of: published.key), own.size == published.size, own.root != published.root {
      throw RestoreRefusal.twoHistories(size: published.size)
    }
    let erased = Set(facts.erased)
    let again = (list ?? []).compactMap { entry in
      facts.found[entry.commitment].map { ErasureList.Entry(slot: $0, commitment: entry.commitment, at: entry.at) }
    }.filter { !erased.contains($0.slot) }
    let gone = Set(facts.found.filter { erased.contains($0.value) }.keys)
    let later = (list ?? []).filter { !gone.contains($0.commitment) }.map(\.at)
    let latest = ([apart.latest(beyond: Position(facts.size), erased: gone)] + later).compactMap(\.self).max()
    try requireClock(notBefore: latest, settings.service)
    // The loss and the erasures are recorded aside, so that the ledger never stands in its place without them, nor with
    // a key that was forgotten.
    try restoration.stageKeys(
      backup, last: facts.last, erased: facts.erased + again.map(\.slot), lacking: facts.lacking)
    let end = known.max { $0.size < $1.size }
    let serials = max(serialsAbove ?? 0, record.floor?.serial ?? 0)
    let loss = try self.record(
      end, size: facts.size, again, of: list, settings.service, known: serials, latest: latest, in: restoration.staged)
    // The record is changed before the ledger is in its place: a key that has signed what is lost must sign nothing
    // more, or say what it follows.
    try heads.change { record in
      if let published {
        // A head in the record that is at least as large also knows whether it is lost already.
        let own = record.head(of: published.key)
        let head = own.map { $0.size < published.size ? published : $0 } ?? published
        record.set(head.key, size: head.size, root: head.root, predecessor: head.predecessor)
      }
      if published == nil { record.retireAll() } else { record.putBack(to: facts.size) }
      if let floor = loss.floor { record.raiseFloor(lastDay: floor.last.number, serial: floor.serial) }
    }
    try restoration.install()
    if let fault = archived?.fault {
      complain(
        language.pick(
          Text(
            vi: "\(fault.text.vi); những gì sau đó không được đặt lại",
            en: "\(fault.text.en); what comes after it was not put back")))
    }
    say(language, facts, loss, hasKeys: backup != nil, vouched: archived.map { _ in loss.knownSize })
    if backup?.isVersion1 == true { warnOfBefore(language) }
  }

  /// Refuses a clock that is behind what the office has recorded elsewhere: codes would begin anew on days that had
  /// some.
  private func requireClock(notBefore latest: Timestamp?, _ settings: DeskService.Settings) throws {
    guard let latest, !clockIsRight else { return }
    let shown = Timestamp.machine
    guard shown.adding(seconds: Int64(settings.clock.minutesMax) * 60) < latest else { return }
    throw CommandFailure.clockSuspect(
      ClockDoubt(reason: .behindLedger, shown: shown, expected: latest, isFloor: true))
  }

  /// Warns that a backup of the keys of before 0.3.0 still tells what erased cases said.
  private func warnOfBefore(_ language: Language) {
    complain(
      language.pick(
        Text(
          vi: "bản sao lưu khóa này làm trước bản 0.3.0: nó vẫn cho biết hồ sơ đã xóa nói gì; "
            + "hãy sao lưu khóa lại rồi hủy nó",
          en: "this backup of the keys was made before 0.3.0: it still tells what erased cases said; "
            + "back the keys up anew, and destroy it")))
  }

  private func prepare(_ apart: Apart) throws(UnsafePath) {
    for place in apart.places { try DataDirectory.prepare(place, for: data) }
  }

  /// What was given and what the office's own list has; nil when there is neither.
  private func allErasures(_ given: [ErasureList.Entry]?, _ apart: Apart) throws -> [ErasureList.Entry]? {
    for place in apart.places { try DataDirectory.requireSafe(place) }
    let own = apart.erasures.readable()
    do throws(ErasureList.Fault) { _ = try apart.erasures.entries() } catch {
      // A list that was given takes the place of the lines of the office's own that cannot be read.
      guard given != nil else { throw RestoreRefusal.ownList(error) }
      let fault = error.text
      complain(
        Language.current().pick(
          Text(
            vi:
              "danh sách hồ sơ đã xóa dữ liệu của motcuad có chỗ không đọc được (\(fault.vi)): phần còn lại vẫn được dùng",
            en: "motcuad's own list of erasures cannot be read whole (\(fault.en)): the rest of it is used")))
    }
    if given == nil, own.isEmpty { return nil }
    let known = Set(own.map(\.commitment))
    return own + (given ?? []).filter { !known.contains($0.commitment) }
  }

  private func givenErasures() throws -> [ErasureList.Entry]? {
    guard let erasures else { return nil }
    let bytes: [UInt8]
    do throws(UnsafePath) { bytes = try GivenFile(erasures).contents() } catch {
      if case .system = error { throw RestoreRefusal.listUnreadable(erasures, line: nil) }
      throw error
    }
    do throws(ErasureList.Fault) {
      let list = try ErasureList.parse(bytes, path: erasures)
      if list.isCutShort {
        complain(
          Language.current().pick(
            Text(
              vi: "\(erasures): dòng cuối bị cắt, bỏ qua: việc xóa đó chưa được xác nhận với ai",
              en: "\(erasures): its last line is cut short and left out: nobody was told of that erasure")))
      }
      return list.entries
    } catch {
      if case .malformed(_, let line) = error { throw RestoreRefusal.listUnreadable(erasures, line: line) }
      throw RestoreRefusal.listUnreadable(erasures, line: nil)
    }
  }

  /// The same, of what was given: what cannot be read of it is called as it was.
  private func verify(_ ledger: String, given: String, _ language: Language) throws {
    do { try verify(ledger, language) } catch let failure as InspectionFailure {
      throw InspectionFailure(
        reason: Text(
          vi: "\(given) không phải bản sao lưu sổ mà bản này đọc được (\(failure.reason.vi))",
          en: "\(given) is no backup of a ledger that this release can read (\(failure.reason.en))"))
    }
  }

  private func verify(_ ledger: String, _ language: Language) throws {
    let bar = ProgressLine()
    defer { bar.clear() }
    if let damage = try Inspector.ledger(ledger, report: { bar.draw($0, language) }).damage { throw damage }
  }

  private func knownHead() throws -> SignedHeads.Head? {
    guard let checkpoint, let key else { return nil }
    func read(_ path: String) throws -> String {
      let bytes: [UInt8]
      do throws(UnsafePath) { bytes = try GivenFile(path).contents() } catch {
        if case .system = error { throw RestoreRefusal.checkpointUnreadable(path) }
        throw error
      }
      guard let text = String(validating: bytes, as: UTF8.self) else { throw RestoreRefusal.checkpointUnreadable(path) }
      return text
    }
    // As with `check-proof`: the key itself, or a file that holds it.
    let named = try? NoteVerifierKey(parsing: key)
    let keys =
      try named.map { [$0] }
      ?? read(key).split(separator: "\n").compactMap { try? NoteVerifierKey(parsing: String($0)) }
    guard !keys.isEmpty else { throw RestoreRefusal.keyUnreadable(key) }
    guard let note = try? SignedNote(parsing: try read(checkpoint)),
      let known = try? Checkpoint(text: note.text)
    else { throw RestoreRefusal.checkpointUnreadable(checkpoint) }
    guard let signer = try? note.verify(with: keys).first else { throw RestoreRefusal.notSigned(checkpoint) }
    guard known.origin == signer.name else {
      throw RestoreRefusal.otherOrigin(known: known.origin, ledger: signer.name)
    }
    return SignedHeads.Head(key: signer, size: known.size, root: known.root, predecessor: known.predecessor)
  }

  /// Records the loss, with the codes that may have been given out in it, as the ledger's next event, after the
  /// erasures that are applied again.
  private func record(
    _ end: SignedHeads.Head?, size: UInt64, _ again: [ErasureList.Entry], of list: [ErasureList.Entry]?,
    _ settings: DeskService.Settings, known: UInt32, latest: Timestamp?, in directory: String
  ) throws -> Restored {
    let uid = DataDirectory.startedBy
    let actor = Actor(uid: uid, account: try UserDatabase.account(of: uid), role: .operatorRole)
    let service = try DeskService(
      directory: directory, book: nil, actor: actor, clock: DeskClock(isTrusted: clockIsRight),
      settings: settings, onFailure: { _ in })
    // Views that cannot be closed in order are built anew by the start.
    defer { try? service.stop() }
    // The floor is taken before anything is recorded, because it begins with the day of the last event.
    let floor = try service.serialFloor(step: settings.serialStep, known: known, latest: latest)
    let count = try service.eraseAgain(again, by: actor)
    let loss = Restored(
      knownSize: end?.size ?? 0, knownRoot: end?.root.base64 ?? "", size: size, witness: end?.key.name ?? "",
      isEndUnknown: end == nil, floor: floor, erasures: list.map { _ in UInt64(count) })
    try service.record(.restore(loss), by: actor)
    try service.markSignedHeads()
    return loss
  }

  /// - Parameter vouched: how many events of an archive a checkpoint knows; nil without an archive.
  private func say(_ language: Language, _ facts: LedgerFacts, _ loss: Restored, hasKeys: Bool, vouched: UInt64?) {
    func line(_ vi: String, _ en: String) { print(language.pick(Text(vi: vi, en: en))) }
    line(
      "Đã đặt lại \(facts.size) sự kiện, \(facts.last) hồ sơ vào \(data).",
      "Put back \(Text.counted(facts.size, "event")), \(Text.counted(facts.last, "case")) into \(data).")
    if loss.isEndUnknown {
      line(
        "Không biết sổ đã đến đâu; điều này đã ghi vào sổ. Khóa ký cũ không ký nữa: hãy tạo khóa mới bằng motcuad keygen.",
        "How far the ledger went is unknown; that is recorded. Earlier keys sign nothing any more: make one with motcuad keygen."
      )
    } else if loss.knownSize > facts.size {
      line(
        "Thiếu sự kiện \(facts.size + 1)–\(loss.knownSize): bản sao lưu cũ hơn điểm chốt; điều này đã ghi vào sổ.",
        "Events \(facts.size + 1)–\(loss.knownSize) are missing: the backup is older than the checkpoint; that is recorded."
      )
    }
    if let vouched, vouched < facts.size {
      let keeper =
        file == nil
        ? Text(vi: "nơi giữ kho lưu trữ", en: "who kept the archive")
        : Text(vi: "nơi giữ bản sao lưu và kho lưu trữ", en: "who kept the backup and the archive")
      line(
        "Không điểm chốt nào xác nhận sự kiện \(vouched + 1)–\(facts.size): chỉ có lời của \(keeper.vi).",
        "No checkpoint vouches for events \(vouched + 1)–\(facts.size): they are the word of \(keeper.en).")
    }
    if let floor = loss.floor {
      line(
        "Mã hồ sơ của các ngày đến \(Self.shown(floor.last)) bắt đầu sau số \(floor.serial), để không cấp lại mã đã cấp.",
        "Codes of days up to \(Self.shown(floor.last)) begin after \(floor.serial), so that none is given out twice.")
    }
    if !facts.erased.isEmpty {
      line(
        "\(facts.erased.count) hồ sơ đã xóa dữ liệu cá nhân vẫn được xóa.",
        "\(Text.counted(facts.erased.count, "erased case")) \(facts.erased.count == 1 ? "stays" : "stay") erased.")
    }
    if let again = loss.erasures {
      line(
        "\(again) hồ sơ được xóa lại dữ liệu cá nhân theo danh sách.",
        "\(Text.counted(again, "case")) \(again == 1 ? "was" : "were") erased again by the list of erasures.")
    }
    if let lacking = facts.lacking {
      let count = Int(clamping: facts.last - lacking) + 1
      line(
        "\(count) hồ sơ nhận sau bản sao lưu khóa này: phần dữ liệu cá nhân đóng kín; nếu có bản khóa mới hơn, đưa vào bằng "
          + "motcuad restore --keys TỆP --data \(data).",
        "\(Text.counted(count, "case")) came after this backup of the keys: what is personal stays closed; if there is a later "
          + "one, bring it with motcuad restore --keys FILE --data \(data).")
    }
    if !hasKeys {
      line(
        "Chưa có khóa: phần dữ liệu cá nhân đóng kín; đưa vào bằng motcuad restore --keys TỆP --data \(data).",
        "There are no keys: what is personal stays closed; bring them with motcuad restore --keys FILE --data \(data).")
    }
  }

  private static func shown(_ day: CalendarDay) -> String {
    day.text.split(separator: "-").reversed().joined(separator: "/")
  }

  private func bring(_ keys: String, _ language: Language) throws {
    let backup = try GivenFile(keys).keysBackup()
    let apart = try settings().apart(data: Paths.absolute(data))
    let given = try givenErasures()
    try prepare(apart)
    let data = try DataDirectory.enter(data)
    let list = try allErasures(given, apart) ?? []
    try EventStore.whileStopped(data) {
      try verify(data + "/ledger", language)
      let last = try LedgerFacts(data + "/ledger", keys: nil).last
      let slots = try Keys.slotsToBring(in: data + "/keys", last: last)
      if let slots, slots.isEmpty { throw RestoreRefusal.nothingToBring }
      let facts = try LedgerFacts(
        data + "/ledger", keys: backup, slots: slots, commitments: Set(list.map(\.commitment)))
      // Erasures that the ledger does not know of go into the office's own list, from which the next start records
      // them.
      let listed = list.compactMap { entry in
        facts.found[entry.commitment].map { ErasureList.Entry(slot: $0, commitment: entry.commitment, at: entry.at) }
      }
      do throws(ErasureList.Fault) {
        if !listed.isEmpty { try apart.erasures.complete(with: listed) }
      } catch {
        throw RestoreRefusal.ownList(error)
      }
      let erased = Set(facts.erased).union(facts.found.values).sorted()
      // Cases that were closed when the views were built would stay closed in them. The views go first, because a crash
      // in between must not leave them beside the new keys.
      try EventStore.discardViews(data)
      let brought = try Keys.bring(backup, to: data + "/keys", last: facts.last, erased: erased)
      if backup.isVersion1 { warnOfBefore(language) }
      if brought.missing > 0 {
        complain(
          language.pick(
            Text(
              vi: "còn \(brought.missing) khóa không có trong bản sao lưu này",
              en:
                "\(Text.counted(brought.missing, "key")) \(brought.missing == 1 ? "is" : "are") not in this backup either"
            )))
      }
      print(
        language.pick(
          Text(
            vi: "Đã đưa vào \(brought.keys) khóa; các bảng tra cứu được dựng lại ở lần khởi động tới.",
            en: "Brought \(Text.counted(brought.keys, "key")); the views are built anew at the next start.")))
    }
  }
}
