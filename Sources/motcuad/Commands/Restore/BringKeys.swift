import Desk
import DeskService
import EventStore
import Wording

extension Restore {
  /// Brings keys to a ledger that lacks them.
  func bring(_ keys: String, _ language: Language) throws {
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
              vi: "còn \(brought.missing.groupedVi) khóa không có trong bản sao lưu này",
              en:
                "\(Text.counted(brought.missing, "key")) \(brought.missing == 1 ? "is" : "are") not in this backup either"
            )))
      }
      print(
        language.pick(
          Text(
            vi: "Đã đưa vào \(brought.keys.groupedVi) khóa; các bảng tra cứu được dựng lại ở lần khởi động tới.",
            en: "Brought \(Text.counted(brought.keys, "key")); the views are built anew at the next start.")))
    }
  }

  /// Warns that a backup of the keys of before 0.3.0 still tells what erased cases said.
  func warnOfBefore(_ language: Language) {
    complain(
      language.pick(
        Text(
          vi: "bản sao lưu khóa này làm trước bản 0.3.0: nó vẫn cho biết hồ sơ đã xóa nói gì; "
            + "hãy sao lưu khóa lại rồi hủy nó",
          en: "this backup of the keys was made before 0.3.0: it still tells what erased cases said; "
            + "back the keys up anew, and destroy it")))
  }
}
