import Desk

/// Why a backup is not put back. Nothing was changed.
enum RestoreRefusal: Error {
  case keysMissing
  case checkpointUnreadable(String)
  case keyUnreadable(String)
  case notSigned(String)
  case otherOrigin(known: String, ledger: String)
  case otherHistory(size: UInt64)
  case nothingToBring

  var text: Text {
    switch self {
    case .keysMissing:
      Text(
        vi: "thiếu --keys: sổ không có khóa thì phần dữ liệu cá nhân đóng kín; đưa bản sao lưu khóa, hoặc dùng "
          + "--without-keys rồi đưa khóa vào sau",
        en:
          "--keys is missing: without its keys the personal parts of the ledger stay closed; give the backup of the keys, "
          + "or say --without-keys and bring them later")
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
        vi: "gốc của \(size) sự kiện đầu trong bản sao lưu khác với điểm chốt: không phải cùng một lịch sử; "
          + "chưa có gì bị thay đổi",
        en: "the root of the first \(size) events of the backup is not that of the checkpoint: not the same history; "
          + "nothing was changed")
    case .nothingToBring:
      Text(
        vi: "mọi khóa đã có ở đây, không có gì để đưa vào", en: "all keys are here already, there is nothing to bring")
    }
  }
}
