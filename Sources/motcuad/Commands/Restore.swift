import ArgumentParser
import Desk
import DeskService
import EventStore
import Foundation
import Glibc
import MerkleTree

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      "Đặt lại bản sao lưu vào thư mục trống, hoặc đưa khóa về cho sổ.",
      "Puts a backup back into an empty data directory, or keys to a ledger."))

  @Argument(
    help: help(
      "Bản sao lưu sổ; để trống khi chỉ đưa khóa.", "The backup of the ledger; leave it out to bring keys only."))
  var file: String?

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
      "Điểm chốt có chữ ký, có thể mới hơn bản sao lưu.", "A signed checkpoint that may be later than the backup."))
  var checkpoint: String?

  @Option(help: help("Khóa công khai của người ký điểm chốt.", "The public key of who signed it."))
  var key: String?

  func validate() throws {
    guard file != nil || keys != nil else {
      throw ValidationError(
        spoken("hãy chỉ bản sao lưu: FILE, hoặc --keys KEYFILE", "say which backup: FILE, or --keys KEYFILE"))
    }
    guard (checkpoint == nil) == (key == nil) else {
      throw ValidationError(spoken("--checkpoint và --key đi cùng nhau", "--checkpoint and --key go together"))
    }
    if checkpoint != nil, file == nil {
      throw ValidationError(spoken("--checkpoint đi cùng FILE", "--checkpoint goes with FILE"))
    }
    if keys != nil, withoutKeys {
      throw ValidationError(
        spoken("--keys và --without-keys loại trừ nhau", "--keys and --without-keys exclude each other"))
    }
  }

  func run() throws {
    let language = Language.current()
    do {
      if let file {
        try restore(file, language)
      } else if let keys {
        try bring(try GivenFile(keys).keysBackup(), language)
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
      complain(language.pick(StartFailure.text(error)))
      switch error {
      case let error as UnsafePath: throw Exit.code(error)
      case StoreError.inUse: throw Exit.inUse
      case StoreError.file, StoreError.storage: throw Exit.storage
      // Nothing is wrong with the ledger: it was asked for what cannot be done.
      case StoreError.occupied, RestoreRefusal.keysMissing, RestoreRefusal.nothingToBring: throw Exit.usage
      default: throw Exit.damage
      }
    }
  }

  private func restore(_ file: String, _ language: Language) throws {
    let known = try knownHead()
    let backup = try keys.map { try GivenFile($0).keysBackup() }
    if backup == nil, !withoutKeys { throw RestoreRefusal.keysMissing }
    let given = try GivenFile(file)
    // Everything that was given is open: from here on root is whom the directory belongs to.
    let restoration = try Restoration(into: try DataDirectory.enter(data, makes: true))
    try restoration.stage(descriptor: given.descriptor, named: file)
    do { try verify(restoration.stagedLedger, language) } catch let failure as InspectionFailure {
      throw InspectionFailure(
        reason: Text(
          vi: "\(file) không phải bản sao lưu sổ mà bản này đọc được (\(failure.reason.vi))",
          en: "\(file) is no backup of a ledger that this release can read (\(failure.reason.en))"))
    }
    let facts = try LedgerFacts(restoration.stagedLedger, rootAt: known?.size, keys: backup)
    if let known {
      if let origin = facts.origin, origin != known.origin {
        throw RestoreRefusal.otherOrigin(known: known.origin, ledger: origin)
      }
      if known.size <= facts.size, facts.rootAtSize != known.root {
        throw RestoreRefusal.otherHistory(size: known.size)
      }
    }
    try restoration.stageKeys(backup, last: facts.last, erased: facts.erased)
    // Aside, so that the ledger never stands in its place without saying what it has lost.
    if let known, known.size > facts.size { try record(known, size: facts.size, in: restoration.staged) }
    try restoration.install()
    say(language, facts, known, hasKeys: backup != nil)
  }

  private func verify(_ ledger: String, _ language: Language) throws {
    let bar = ProgressLine()
    defer { bar.clear() }
    if let damage = try Inspector.ledger(ledger, report: { bar.draw($0, language) }).damage { throw damage }
  }

  private func knownHead() throws -> Checkpoint? {
    guard let checkpoint, let key else { return nil }
    func read(_ path: String) throws -> String {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw RestoreRefusal.checkpointUnreadable(path)
      }
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
    return known
  }

  /// What is lost stands in the ledger as its next event.
  private func record(_ known: Checkpoint, size: UInt64, in directory: String) throws {
    let uid = DataDirectory.startedBy
    let actor = Actor(uid: uid, account: try UserDatabase.account(of: uid), role: .operatorRole)
    let service = try DeskService(
      directory: directory, book: nil, actor: actor, clock: DeskClock(isTrusted: true), onFailure: { _ in })
    defer { try? service.stop() }
    try service.record(
      .restored(Restored(knownSize: known.size, knownRoot: known.root.base64, size: size, witness: known.origin)),
      by: actor)
  }

  private func say(_ language: Language, _ facts: LedgerFacts, _ known: Checkpoint?, hasKeys: Bool) {
    func line(_ vi: String, _ en: String) { print(language.pick(Text(vi: vi, en: en))) }
    line(
      "Đã đặt lại \(facts.size) sự kiện, \(facts.last) hồ sơ vào \(data).",
      "Put back \(facts.size) events, \(facts.last) cases into \(data).")
    if let known, known.size > facts.size {
      line(
        "Thiếu sự kiện \(facts.size + 1)–\(known.size): bản sao lưu cũ hơn điểm chốt; điều này đã ghi vào sổ.",
        "Events \(facts.size + 1)–\(known.size) are missing: the backup is older than the checkpoint; that is recorded."
      )
    }
    if !facts.erased.isEmpty {
      line(
        "\(facts.erased.count) hồ sơ đã xóa dữ liệu cá nhân vẫn được xóa.",
        "\(facts.erased.count) erased cases stay erased.")
    }
    if !hasKeys {
      line(
        "Chưa có khóa: phần dữ liệu cá nhân đóng kín; đưa vào bằng motcuad restore --keys TỆP --data \(data).",
        "There are no keys: what is personal stays closed; bring them with motcuad restore --keys FILE --data \(data).")
    }
  }

  private func bring(_ backup: KeysBackup, _ language: Language) throws {
    let data = try DataDirectory.enter(data)
    try EventStore.whileStopped(data) {
      try verify(data + "/ledger", language)
      let last = try LedgerFacts(data + "/ledger", rootAt: nil, keys: nil).last
      let slots = try Keys.slotsToBring(in: data + "/keys", last: last)
      if let slots, slots.isEmpty { throw RestoreRefusal.nothingToBring }
      let facts = try LedgerFacts(data + "/ledger", rootAt: nil, keys: backup, slots: slots)
      // What was closed when they were built would stay so; first, because a crash in between must not leave them.
      try EventStore.discardViews(data)
      let brought = try Keys.bring(backup, to: data + "/keys", last: facts.last, erased: facts.erased)
      if brought.missing > 0 {
        complain(
          language.pick(
            Text(
              vi: "còn \(brought.missing) khóa không có trong bản sao lưu này",
              en: "\(brought.missing) keys are not in this backup either")))
      }
      print(
        language.pick(
          Text(
            vi: "Đã đưa vào \(brought.keys) khóa; các bảng tra cứu được dựng lại ở lần khởi động tới.",
            en: "Brought \(brought.keys) keys; the views are built anew at the next start.")))
    }
  }
}
