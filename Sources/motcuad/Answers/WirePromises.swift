import Desk
import DeskInterface
import DeskViews
import EventSourcing

extension Wire.Promise {
  init(_ promise: Promise, of row: CaseRow, now: Timestamp) {
    self.init(
      number: Int(clamping: row.number), code: row.state.reception?.facts.code, kind: promise.kind.wire,
      madeBy: Int(promise.madeBy.rawValue), since: promise.since.wire, due: promise.due?.wire, to: promise.to,
      holder: promise.holder, owed: promise.isOwed(at: now), broken: promise.isBroken(at: now),
      importedAt: row.state.reception?.imported?.at.wire, importedBy: row.state.reception?.importer,
      importedFrom: row.state.reception?.imported?.register)
  }
}

extension Promise.Kind {
  fileprivate var wire: Wire.PromiseKind {
    switch self {
    case .firstDate: .firstDate
    case .enquiryAnswer: .enquiryAnswer
    case .complaintAnswer: .complaintAnswer
    case .newDate: .newDate
    case .apology: .apology
    case .handOver: .handOver
    case .notice: .notice
    }
  }
}
