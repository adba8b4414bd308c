import Desk
import LedgerArchive
import MerkleTree
import Wording

/// What was left out of an archive, because something is wrong in it.
struct ArchiveLoss {
  let fault: ArchiveFault
  /// The last event that was read.
  let read: UInt64
  /// The segments that were not taken, in order.
  let files: [String]
  /// The last event that is known to have been in them.
  let last: UInt64
  /// Whether there was none after that.
  let isEnd: Bool

  /// - Parameter bytes: of a file of the archive.
  init(_ fault: ArchiveFault, of walk: ArchiveWalk, _ bytes: (_ name: String) throws -> [UInt8]) {
    (self.fault, read, files) = (fault, walk.tree.size, walk.left)
    let named = files.last.flatMap { SegmentName.first(of: $0) } ?? 0
    var found: (last: UInt64, isOfEnd: Bool)?
    for name in files.reversed() {
      // Nothing depends on it but what is said, so one that cannot be read is one of which nothing is known.
      guard let segment = try? Segment(bytes(name)), (walk.ledger ?? segment.ledger) == segment.ledger else { continue }
      found = (segment.after.size, name == files.last && segment.after.size >= named)
      break
    }
    last = max(named, found?.last ?? 0)
    isEnd = found?.isOfEnd ?? false
  }

  /// - Parameter size: how many events were put back.
  func text(_ archive: String, size: UInt64) -> Text {
    let (lost, names) = (lost(after: size), Self.names(files))
    return Text(
      vi: "kho lưu trữ \(archive): \(fault.text.vi); \(lost.vi); các đoạn không lấy: \(names.vi)",
      en: "the archive \(archive): \(fault.text.en); \(lost.en); left out: \(names.en)")
  }

  private func lost(after size: UInt64) -> Text {
    if last <= size {
      return isEnd
        ? Text(
          vi: "những sự kiện trong đó đã có đủ, không thiếu gì",
          en: "all the events that it holds are there, and nothing is missing")
        : Text(
          vi:
            "kho đọc được đến sự kiện \(read.groupedVi), và đã có đủ đến sự kiện \(size.groupedVi); không biết kho còn gì sau đó không",
          en:
            "it was read up to event \(read.groupedEn), and all are there up to \(size.groupedEn); whether it held later ones is unknown"
        )
    }
    let first = size + 1
    if isEnd {
      return last == first
        ? Text(vi: "sự kiện \(first.groupedVi) không được đặt lại", en: "event \(first.groupedEn) was not put back")
        : Text(
          vi: "sự kiện \(first.groupedVi)–\(last.groupedVi) không được đặt lại",
          en: "events \(first.groupedEn)–\(last.groupedEn) were not put back")
    }
    return last == first
      ? Text(
        vi: "từ sự kiện \(first.groupedVi) trở đi không được đặt lại, không biết đến sự kiện nào",
        en: "the events from \(first.groupedEn) on were not put back, and how many they were is unknown")
      : Text(
        vi: "sự kiện \(first.groupedVi)–\(last.groupedVi) và có thể cả những sự kiện sau đó không được đặt lại",
        en: "events \(first.groupedEn)–\(last.groupedEn), and maybe later ones, were not put back")
  }

  /// Each, or the first and the last: their names are in order.
  private static func names(_ files: [String]) -> Text {
    guard files.count > 2, let first = files.first, let last = files.last else {
      let names = files.joined(separator: ", ")
      return Text(vi: names, en: names)
    }
    return Text(
      vi: "\(first) đến \(last) (\(files.count.groupedVi) đoạn)",
      en: "\(first) to \(last) (\(files.count.groupedEn) segments)")
  }
}
