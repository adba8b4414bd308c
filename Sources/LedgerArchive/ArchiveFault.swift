import Wording

/// What is wrong with an archive: the first thing, by the name of its file. Whatever comes before it is whole.
public enum ArchiveFault: Error, Hashable, Sendable {
  /// The file is cut short, or was changed.
  case torn(name: String)
  case newer(name: String, version: Int)
  /// No segment holds these events; the next that there is, is `before`.
  case missing(first: UInt64, last: UInt64, before: String)
  /// It is of another ledger than those before it.
  case foreign(name: String)
  /// It is of this ledger, and what it says was before it is not what is before it.
  case otherHistory(name: String)
  /// Its events, from `first` on, stand in another segment as well.
  case doubled(name: String, first: UInt64)
  /// The file is not called as a segment with its events is.
  case renamed(name: String, properly: String)
  /// It is whole, and what this event says cannot be read.
  case unreadable(name: String, position: UInt64, reason: String)

  /// A clause in Vietnamese and in English.
  public var text: (vi: String, en: String) {
    switch self {
    case .torn(let name): ("đoạn \(name) bị cắt hoặc đã bị sửa", "the segment \(name) is torn: cut short, or changed")
    case .newer(let name, let version):
      (
        "đoạn \(name) do bản motcua mới hơn ghi (dạng \(version))",
        "the segment \(name) was written by a newer release (form \(version))"
      )
    case .missing(let first, let last, let name):
      (
        "thiếu sự kiện \(first.groupedVi)–\(last.groupedVi): không có đoạn nào trước \(name) chứa chúng",
        "events \(first.groupedEn)–\(last.groupedEn) are missing: no segment before \(name) holds them"
      )
    case .foreign(let name): ("đoạn \(name) là của sổ khác", "the segment \(name) is foreign: of another ledger")
    case .otherHistory(let name):
      (
        "đoạn \(name) không nối tiếp những gì đứng trước nó: nó thuộc một lịch sử khác của sổ",
        "the segment \(name) is foreign: it does not continue what is before it, but another history of the ledger"
      )
    case .doubled(let name, let first):
      (
        "đoạn \(name) bị trùng: các sự kiện từ \(first.groupedVi) của nó đã nằm trong đoạn khác",
        "the segment \(name) is doubled: its events from \(first.groupedEn) on stand in another segment"
      )
    case .renamed(let name, let properly):
      (
        "đoạn \(name) mang tên khác: theo những gì nó chứa, nó phải tên là \(properly)",
        "the segment \(name) was renamed: by what it holds it should be called \(properly)"
      )
    case .unreadable(let name, let position, let reason):
      (
        "đoạn \(name) nguyên vẹn, nhưng không đọc được sự kiện \(position.groupedVi) trong đó (\(reason))",
        "the segment \(name) is whole, and event \(position.groupedEn) in it cannot be read (\(reason))"
      )
    }
  }
}
