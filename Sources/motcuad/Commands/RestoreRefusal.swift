import Desk

/// Why a backup is not put back. Nothing was changed.
enum RestoreRefusal: Error {
  case keysMissing
  case checkpointUnreadable(String)
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
    case .checkpointUnreadable(let why):
      Text(
        vi: "điểm chốt không dùng được: \(why); cần tệp điểm chốt và khóa công khai của người ký",
        en: "the checkpoint cannot be used: \(why); it takes the note and the public key of who signed it")
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
