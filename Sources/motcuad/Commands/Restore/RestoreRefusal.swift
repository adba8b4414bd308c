import Desk
import DeskService
import LedgerArchive
import Wording

/// Why a backup is not put back. Nothing was changed.
enum RestoreRefusal: Error {
  /// An option that has to be given and was not.
  enum Need {
    case checkpoint, key, keys
    /// Where the daemon's own list lies, if there is one.
    case erasures(list: String?)
  }

  case missing([Need])
  case listUnreadable(String, line: Int?)
  /// The list of erasures that the daemon keeps cannot be read or written.
  case ownList(ErasureList.Fault)
  case checkpointUnreadable(String)
  case keyUnreadable(String)
  case notSigned(String)
  case otherOrigin(known: String, ledger: String)
  case otherHistory(size: UInt64)
  /// The key has signed another tree of that size, as the office's record says.
  case twoHistories(size: UInt64)
  case nothingToBring
  /// There is no segment in the directory.
  case archiveEmpty(String)
  /// Something is wrong in the archive. So many events can be put back all the same, with the backup if there is one.
  case archiveDamaged(String, ArchiveFault, whole: UInt64, hasBackup: Bool)
  /// The segment holds the event at which the ledger that came out of it is damaged.
  case archiveHolds(String, segment: String, Damage)
  /// The archive is not of the ledger in the backup.
  case archiveOfAnother(String)
  /// The archive is of that ledger, and of another history of it: the two part at or before this size.
  case archiveOfOtherHistory(String, size: UInt64)

  /// The sentences to print, each on a line of its own.
  var sentences: [Text] {
    if case .missing(let needs) = self { needs.map(\.sentence) } else { [text] }
  }

  var text: Text {
    switch self {
    case .missing(let needs):
      Text(
        vi: needs.map(\.sentence.vi).joined(separator: "; "), en: needs.map(\.sentence.en).joined(separator: "; "))
    case .listUnreadable(let file, let line):
      Text(
        vi: line.map { "\(file):\($0): không phải dòng của danh sách hồ sơ đã xóa dữ liệu; đừng sửa tệp này bằng tay" }
          ?? "\(file) không đọc được hoặc không phải danh sách hồ sơ đã xóa dữ liệu mà bản này đọc được",
        en: line.map { "\(file):\($0): not a line of a list of erasures; it is not to be edited" }
          ?? "\(file) cannot be read, or is no list of erasures that this release reads")
    case .ownList(let fault):
      Text(
        vi:
          "không đọc hay ghi được danh sách hồ sơ đã xóa dữ liệu của motcuad (\(fault.text.vi)); hãy chữa lại, hoặc dời tệp đi và "
          + "chỉ bản sao của nó bằng --erasures; chưa có gì bị thay đổi",
        en:
          "motcuad's own list of erasures cannot be read or written (\(fault.text.en)); mend it, or move it away and "
          + "name a copy of it with --erasures; nothing was changed")
    case .checkpointUnreadable(let file):
      Text(
        vi: "\(file) không đọc được hoặc không phải điểm chốt do motcua checkpoint in ra",
        en: "\(file) cannot be read, or is no checkpoint as motcua checkpoint prints it")
    case .keyUnreadable(let key):
      Text(
        vi: "--key \(key): cần khóa công khai dạng tên+mã+base64, hoặc tệp chứa khóa đó",
        en: "--key \(key): it takes a public key of the form name+hex+base64, or a file that holds one")
    case .notSigned(let file):
      Text(
        vi: "\(file) không do khóa trong --key ký, hoặc đã bị sửa: đừng tin nó",
        en: "\(file) is not signed by the key given with --key, or was altered: do not trust it")
    case .otherOrigin(let known, let ledger):
      Text(
        vi: "điểm chốt là của “\(known)”, sổ này là “\(ledger)”: không phải cùng một sổ; chưa có gì bị thay đổi",
        en: "the checkpoint is of “\(known)” and this ledger is “\(ledger)”: not the same ledger; nothing was changed")
    case .otherHistory(let size):
      Text(
        vi: "gốc của \(size.groupedVi) sự kiện đầu trong bản sao lưu khác với điểm chốt: không phải cùng một lịch sử; "
          + "chưa có gì bị thay đổi",
        en:
          "the root of the first \(size.groupedEn) events of the backup is not that of the checkpoint: not the same history; "
          + "nothing was changed")
    case .twoHistories(let size):
      Text(
        vi:
          "khóa đã ký hai cây khác nhau có \(size.groupedVi) sự kiện: điểm chốt này và điểm chốt trong bản ghi của cơ quan; "
          + "đừng tin khóa này nữa; chưa có gì bị thay đổi",
        en:
          "the key has signed two different trees of \(size.groupedEn) events: this checkpoint and the one in the office's record; "
          + "do not trust the key any more; nothing was changed")
    case .archiveEmpty(let path):
      Text(vi: "\(path) không có đoạn nào của kho lưu trữ", en: "there is no segment of an archive in \(path)")
    case .archiveDamaged(let path, let fault, let whole, hasBackup: true):
      Text(
        vi:
          "kho lưu trữ \(path): \(fault.text.vi); --before-damage đặt lại bản sao lưu cùng những gì trong kho nối tiếp nó "
          + "(\(whole.groupedVi) sự kiện), bỏ --archive thì chỉ đặt lại bản sao lưu; chưa có gì bị thay đổi",
        en:
          "the archive \(path): \(fault.text.en); --before-damage puts back the backup and what of the archive continues it "
          + "(\(Text.counted(whole, "event"))), and without --archive the backup alone is put back; nothing was changed"
      )
    case .archiveHolds(let path, let segment, let damage):
      Text(
        vi:
          "kho lưu trữ \(path): sổ đặt lại từ đó hỏng ở một sự kiện trong đoạn \(segment): \(damage.sentence.vi); dời đoạn "
          + "đó và các đoạn sau đi thì lấy được những gì trước đó; chưa có gì bị thay đổi",
        en: "the archive \(path): the ledger that comes of it is damaged at an event in the segment \(segment): "
          + "\(damage.sentence.en); once that and those after it are moved away, what is before can be had; nothing was changed"
      )
    case .archiveDamaged(let path, let fault, 0, _):
      Text(
        vi: "kho lưu trữ \(path): \(fault.text.vi); trước đó không có gì; chưa có gì bị thay đổi",
        en: "the archive \(path): \(fault.text.en); there is nothing before it; nothing was changed")
    case .archiveDamaged(let path, let fault, let whole, _):
      Text(
        vi: "kho lưu trữ \(path): \(fault.text.vi); trước đó \(whole.groupedVi) sự kiện còn nguyên vẹn, lấy chúng bằng "
          + "--before-damage; chưa có gì bị thay đổi",
        en: "the archive \(path): \(fault.text.en); the \(Text.counted(Int(clamping: whole), "event")) before it "
          + "\(whole == 1 ? "is" : "are") whole, and --before-damage takes them; nothing was changed")
    case .archiveOfAnother(let path):
      Text(
        vi: "kho lưu trữ \(path) không phải của sổ trong bản sao lưu; chưa có gì bị thay đổi",
        en: "the archive \(path) is not of the ledger in the backup; nothing was changed")
    case .archiveOfOtherHistory(let path, let size):
      Text(
        vi:
          "bản sao lưu và kho lưu trữ \(path) có \(size.groupedVi) sự kiện đầu khác nhau: không phải cùng một lịch sử; "
          + "chưa có gì bị thay đổi",
        en: "the first \(size.groupedEn) events of the backup and of the archive \(path) are not the same history; "
          + "nothing was changed")
    case .nothingToBring:
      Text(
        vi: "mọi khóa đã có ở đây, không có gì để đưa vào", en: "all keys are here already, there is nothing to bring")
    }
  }
}

extension RestoreRefusal.Need {
  var sentence: Text { Text(vi: "thiếu \(text.vi)", en: text.en) }

  /// In Vietnamese without “thiếu” before it.
  private var text: Text {
    switch self {
    case .checkpoint:
      Text(
        vi: "--checkpoint TỆP --key KHÓA: điểm chốt đã công bố gần nhất cho biết sổ đã đến đâu; không có thì dùng "
          + "--no-checkpoint, và phải tạo khóa ký mới",
        en:
          "--checkpoint FILE --key KEY is missing: the last checkpoint that was published says how far the ledger went; "
          + "without one say --no-checkpoint, and a new signing key is needed")
    case .key:
      Text(
        vi: "--key KHÓA: khóa công khai của người ký điểm chốt",
        en: "--key KEY is missing: the public key of who signed the checkpoint")
    case .keys:
      Text(
        vi: "--keys TỆP: sổ không có khóa thì phần dữ liệu cá nhân đóng kín; không có thì dùng --without-keys rồi đưa "
          + "khóa vào sau",
        en: "--keys FILE is missing: without its keys the personal parts of the ledger stay closed; without them say "
          + "--without-keys, and bring them later")
    case .erasures(let list):
      Text(
        vi: "--erasures TỆP: danh sách hồ sơ đã xóa dữ liệu, để những hồ sơ xóa sau bản sao lưu không đọc lại được"
          + (list.map { " (danh sách của motcuad ở \($0))" } ?? "") + "; không có thì dùng --no-erasures",
        en: "--erasures FILE is missing: by the list of erasures nobody who was erased after the backup comes back"
          + (list.map { " (motcuad's own is \($0))" } ?? "") + "; without one say --no-erasures")
    }
  }
}
