import DeskInterface
import MerkleTree
import Varlink

/// What a proof that holds proves, for people and for scripts.
enum ProvedForm {
  static func lines(_ proved: Proved, _ language: Language) -> [String] {
    switch proved {
    case .events(let proved): events(proved, language)
    case .growth(let proved): growth(proved, language)
    }
  }

  private static func events(_ proved: ProvedEvents, _ language: Language) -> [String] {
    let head = proved.head.checkpoint
    let size = language.grouped(Int(clamping: head.size))
    let count = proved.events.count
    var lines = [
      language.say(
        "Đúng: \(language.grouped(count)) sự kiện của hồ sơ \(proved.code) có trong sổ \(head.origin), không bị sửa, "
          + "tính đến điểm chốt ở \(size) sự kiện.",
        "It holds: \(language.counted(count, "event")) of case \(proved.code) \(count == 1 ? "is" : "are") in the ledger "
          + "\(head.origin), unaltered, as of the checkpoint at \(size).")
    ]
    let told = proved.events.map { Wire.Event($0, code: proved.code) }
    let voided = Set(told.compactMap { $0.corrected?.voids })
    for event in told {
      let line = EventLine.text(event, isVoided: voided.contains(event.version), showsCode: false, language)
      lines.append("\(event.position)  \(line)")
    }
    if let receipt = told.first(where: { $0.received != nil && $0.imported }) {
      let brought = language.imported(at: receipt.recordedAt, by: receipt.account, from: receipt.importedFrom)
      lines.append(
        language.say(
          "Hồ sơ \(brought): điều ghi là xảy ra trước đó là theo lời sổ kia, chỉ chứng minh rằng nó nằm trong sổ này từ lúc nhập.",
          "The case was \(brought): what is dated before is that register's word, and proved is only that it is in this ledger "
            + "since then."))
    }
    lines.append(
      language.say(
        "Không chứng minh rằng hồ sơ không có sự kiện nào sau đó.",
        "It does not prove that the case has no later event."))
    return lines + predecessor(head, language) + comparison(proved.isCompared, language)
  }

  /// Whom the checkpoint says that it follows: two histories of one ledger are told apart by that alone.
  private static func predecessor(_ head: Checkpoint, _ language: Language) -> [String] {
    switch head.predecessor {
    case nil: []
    case .unknown:
      [
        language.say(
          "Điểm chốt tự nói: trước nó có một sổ đã mất, không biết đã ký đến đâu.",
          "The checkpoint says itself: before it there was a ledger that is lost, and nobody knows what was signed of it."
        )
      ]
    case .head(let key, let size, let root):
      [
        language.say(
          "Điểm chốt tự nói: nó theo sau điểm chốt của khóa \(key) ở \(language.grouped(Int(clamping: size))) sự kiện "
            + "(gốc \(root.base64)); trong đó có thể có sự kiện đã mất.",
          "The checkpoint says itself: it follows the checkpoint of key \(key) at "
            + "\(language.counted(Int(clamping: size), "event")) (root \(root.base64)), of which events may be lost.")
      ]
    }
  }

  private static func growth(_ proved: ProvedGrowth, _ language: Language) -> [String] {
    let (old, new) = (Int(clamping: proved.old.checkpoint.size), Int(clamping: proved.new.checkpoint.size))
    return [
      language.say(
        "Đúng: sổ \(proved.new.checkpoint.origin) ở \(language.grouped(new)) sự kiện nối tiếp sổ ở "
          + "\(language.grouped(old)) sự kiện; phần trước không bị sửa, xóa hay chèn.",
        "It holds: the ledger \(proved.new.checkpoint.origin) at \(language.counted(new, "event")) continues that at "
          + "\(language.grouped(old)); nothing before was changed, dropped or put in between.")
    ] + predecessor(proved.new.checkpoint, language) + comparison(proved.isCompared, language)
  }

  private static func comparison(_ isCompared: Bool, _ language: Language) -> [String] {
    isCompared
      ? []
      : [
        language.say(
          "Chưa so với điểm chốt đã công bố nào: thêm --checkpoint TỆP để so.",
          "No published checkpoint was compared: add --checkpoint FILE.")
      ]
  }

  /// For `--json`.
  static func json(_ proved: Proved) -> Checked {
    switch proved {
    case .events(let proved):
      checked(proved)
    case .growth(let proved):
      Checked(
        kind: "consistency", origin: proved.new.checkpoint.origin, size: proved.new.checkpoint.size,
        root: proved.new.checkpoint.root.base64, compared: proved.isCompared, oldSize: proved.old.checkpoint.size,
        oldRoot: proved.old.checkpoint.root.base64, follows: proved.new.checkpoint.predecessor?.told)
    }
  }

  private static func checked(_ proved: ProvedEvents) -> Checked {
    let events = proved.events.map { Wire.Event($0, code: proved.code) }
    let imported = events.first { $0.received != nil && $0.imported }
    return Checked(
      kind: "case", origin: proved.head.checkpoint.origin, size: proved.head.checkpoint.size,
      root: proved.head.checkpoint.root.base64, compared: proved.isCompared, code: proved.code,
      opened: proved.isOpened, events: events, sealedVersions: proved.events.filter(\.isClosed).map(\.version),
      follows: proved.head.checkpoint.predecessor?.told, importedAt: imported?.recordedAt,
      importedBy: imported?.account, importedFrom: imported?.importedFrom)
  }

  struct Checked: JSONWritable {
    var holds = true
    var kind: String
    var origin: String
    var size: UInt64
    var root: String
    /// A published checkpoint says the same.
    var compared: Bool
    var code: String?
    /// What is sealed was opened with the disclosed key.
    var opened: Bool?
    var events: [Wire.Event]?
    /// The events of which a part is sealed and was not opened.
    var sealedVersions: [UInt32]?
    var oldSize: UInt64?
    var oldRoot: String?
    /// Whom the checkpoint says that it follows, after a loss: `KEY SIZE ROOT`, or `unknown`.
    var follows: String?
    /// When the case was brought in from another register, by whom, and from which, where that was said.
    var importedAt: String?
    var importedBy: String?
    var importedFrom: String?

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("holds", holds)
      json.member("kind", kind)
      json.member("origin", origin)
      json.member("size", size)
      json.member("root", root)
      json.member("compared", compared)
      json.member("code", code)
      json.member("opened", opened)
      json.member("events", events)
      json.member("sealedVersions", sealedVersions.map { $0.map { Int($0) } })
      json.member("oldSize", oldSize)
      json.member("oldRoot", oldRoot)
      json.member("follows", follows)
      json.member("importedAt", importedAt)
      json.member("importedBy", importedBy)
      json.member("importedFrom", importedFrom)
      json.close()
    }
  }
}

extension Predecessor {
  fileprivate var told: String { String(extensionLine.drop { $0 != " " }.dropFirst()) }
}
