import Desk
public import DeskInterface
import EventSourcing

extension Wire.Corrected {
  init(_ facts: Corrected) {
    self.init(
      applicant: facts.changes.applicant, phone: facts.changes.phone, place: facts.changes.place,
      subject: facts.changes.subject, responsible: facts.changes.responsible,
      voids: facts.voids.map { Int($0.rawValue) }, reason: facts.reason)
  }
}

extension Wire.Correct: DeskCall {
  public func command() -> DeskAction {
    let changes = Corrected.Changes(
      applicant: changes?.applicant, phone: changes?.phone, place: changes?.place, subject: changes?.subject,
      responsible: changes?.responsible)
    let voids = voids.map { Version(UInt32(clamping: $0)) }
    return DeskAction(.correct(Correct(changes: changes, voids: voids, reason: reason)), on: code)
  }
}
