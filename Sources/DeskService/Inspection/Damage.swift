public import Desk
import DeskRecords
import DeskViews
import EventSourcing
import EventStore
import LMDB

/// The first thing that is wrong in a data directory: where, and what.
public struct Damage: Error, Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case eventMissing, eventChanged, eventUnreadable, versionOutOfOrder, timeRunsBack, rootDiffers, checkpointDiffers
    case keyDamaged, keyDiffers, rowDiffers, markDamaged, pageDamaged, readerDied, readerStalled
  }

  public var kind: Kind
  public var position: UInt64?
  /// Of the case that it concerns, as far as that can be told.
  public var code: String?
  /// The table of the views that it is in.
  public var table: String?
  public var reason: Text

  public init(_ kind: Kind, at position: UInt64? = nil, code: String? = nil, table: String? = nil, _ reason: Text) {
    self.kind = kind
    self.position = position
    self.code = code
    self.table = table
    self.reason = reason
  }

  init(_ kind: Kind, at position: UInt64? = nil, code: String? = nil, table: String? = nil, _ vi: String, _ en: String)
  {
    self.init(kind, at: position, code: code, table: table, Text(vi: vi, en: en))
  }
}

extension Damage {
  init(_ fault: LedgerFault) {
    let position = fault.position.rawValue
    self =
      switch fault.kind {
      case .missing: Damage(.eventMissing, at: position, "thiếu sự kiện này", "the event is missing")
      case .cut:
        Damage(.eventUnreadable, at: position, "sự kiện ngắn hơn mã băm của nó", "the event is shorter than its hash")
      case .changed:
        Damage(
          .eventChanged, at: position, "nội dung sự kiện không khớp mã băm: đã bị đổi hoặc hỏng",
          "the event does not fit its hash: it was changed or is damaged")
      case .version(_, let expected, let found):
        Damage(
          .versionOutOfOrder, at: position, "phiên bản \(found.rawValue), đáng lẽ là \(expected.rawValue)",
          "it is version \(found.rawValue) of its stream, and \(expected.rawValue) should follow")
      case .head:
        Damage(
          .rootDiffers, at: position, "gốc Merkle ghi trong sổ không phải gốc của các sự kiện",
          "the root that the ledger holds is not that of its events")
      case .checkpoint(let why):
        Damage(
          .checkpointDiffers, at: position, "điểm chốt đã ký cho \(position) sự kiện không khớp sổ: \(why)",
          "the signed checkpoint of \(position) events does not fit the ledger: \(why)")
      }
  }

  init(_ difference: MarkDifference) {
    self =
      switch difference {
      case .fault(let fault):
        Damage(
          .markDamaged,
          "dấu ghi sự kiện bền cuối cùng không nói được gì: \(fault.vietnamese); dựng lại các bảng bằng motcua rebuild",
          "the mark of the last durable event says nothing: \(fault); build the views anew with motcua rebuild")
      case .beyond(let seen, let end):
        Damage(
          .eventMissing, at: end.next.rawValue,
          "sổ kết thúc ở sự kiện \(end.rawValue), nhưng đã có sự kiện được xác nhận đến \(seen.rawValue)",
          "the ledger ends at event \(end.rawValue), and events up to \(seen.rawValue) were acknowledged")
      case .differs(let position):
        Damage(
          .eventChanged, at: position.rawValue, "sự kiện không phải sự kiện đã được xác nhận ở đây",
          "it is not the event that was acknowledged here")
      }
  }

  /// What an error of the ledger says about the data; nil when it says something else.
  public init?(ofLedger error: any Error) { self.init(error, near: nil, table: nil) }

  /// What an error says about the data; nil when it says something else, such as that a file may not be read.
  init?(_ error: any Error, near position: UInt64?, table: String?) {
    switch error {
    case let damage as Damage: self = damage
    case let fault as LedgerFault: self.init(fault)
    case let error as RecordError:
      self.init(.eventUnreadable, at: position, "không đọc được sự kiện: \(error)", "it cannot be read: \(error)")
    case StoreError.ledgerDamaged(let at, let reason):
      self.init(.eventUnreadable, at: at.rawValue, "sổ hỏng: \(reason)", "the ledger is damaged: \(reason)")
    case StoreError.keysDamaged(_, let slot), StoreError.keyMissing(let slot):
      self.init(
        .keyDamaged, at: position, "khóa ở ô \(slot) hỏng hoặc thiếu: hãy đặt lại từ bản sao lưu khóa",
        "the key in slot \(slot) is damaged or missing: put it back from the backup of the keys")
    case StoreError.storage(let error) where error.code.isDamage:
      self.init(page: error, near: position, table: table)
    case let error as LMDBError where error.code.isDamage: self.init(page: error, near: position, table: table)
    case ViewsError.storage(let error) where error.code.isDamage:
      self.init(page: error, near: position, table: table)
    default: return nil
    }
  }

  private init(page error: LMDBError, near position: UInt64?, table: String?) {
    self.init(
      .pageDamaged, at: position, table: table, "một trang của tệp bị hỏng: \(error)",
      "a page of the file is damaged: \(error)")
  }
}
