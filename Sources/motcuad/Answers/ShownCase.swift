import Desk
import DeskViews
import DeskWire
import EventSourcing
import Varlink

/// A case as `vn.motcua.Views` tells it, written from its state at the moment when the answer is: the type of the contract,
/// with a text for each member, would be made for each case of a list and thrown away.
struct ShownCase: JSONWritable, Sendable {
  private let row: CaseRow
  private let procedureName: Desk.Text?
  private let now: Timestamp
  private let offset: UTCOffset

  /// Nil for a row that was never received.
  init?(_ row: CaseRow, procedureName: Desk.Text?, now: Timestamp) {
    guard case .some = row.state.reception else { return nil }
    self.row = row
    self.procedureName = procedureName
    self.now = now
    offset = OfficeTime.now
  }

  /// Whether it tells about people: what is erased does not.
  var isOpened: Bool { if case .some = row.state.erasure { false } else { true } }

  func write(to json: inout JSONWriter) {
    guard case .some(let reception) = row.state.reception else { return }
    json.open()
    write(reception.facts, &json)
    json.member("receiver", reception.receiver)
    json.member("receivedAt", reception.at, at: offset)
    json.member("term", reception.facts.term.wire)
    json.member("firstDue", reception.facts.due, at: offset)
    writeStanding(under: reception, &json)
    writeEnd(of: reception, &json)
    json.close()
  }

  private func write(_ facts: Received, _ json: inout JSONWriter) {
    json.member("code", facts.code)
    json.member("number", Int(row.number))
    json.member("version", Int(row.state.version.rawValue))
    json.member("kind", facts.kind.wire)
    json.member("procedure", facts.procedure)
    json.member("procedureName", procedureName?.wire)
    json.member("applicant", facts.applicant)
    json.member("organisation", facts.isOrganisation)
    json.member("phone", facts.phone)
    json.member("place", facts.place)
    json.member("subject", facts.subject)
    json.member("channel", facts.channel.wire)
    json.member("papers", facts.papers)
    json.member("handedInBy", facts.handedInBy)
    json.member("authority", facts.authority)
    json.member("help", facts.help)
    json.member("urgent", facts.urgent)
    json.member("responsible", facts.responsible)
  }

  private func writeStanding(under reception: CaseState.Reception, _ json: inout JSONWriter) {
    let standing = Standing(of: row.state, at: now)
    json.member("due", row.state.due ?? reception.facts.due, at: offset)
    json.member("provisional", reception.facts.isProvisional)
    json.member("reappointments", row.state.reappointments)
    json.member("status", row.state.status.wire)
    json.member("open", row.state.isOpen)
    json.member("ended", row.state.isEnded)
    json.member("late", standing.isLate)
    json.member("apologyOwed", standing.owesApology)
    json.member("secondDateKept", standing.secondDateKept)
  }

  private func writeEnd(of reception: CaseState.Reception, _ json: inout JSONWriter) {
    if let resolution = row.state.resolution {
      json.member("outcome", resolution.facts.outcome?.wire)
      json.member("outcomeReason", resolution.facts.reason)
      json.member("documentNumber", resolution.facts.documentNumber)
      json.member("signedBy", resolution.facts.signedBy)
      json.member("resolvedAt", resolution.at, at: offset)
    }
    if let handover = row.state.handover {
      json.member("returnedAt", handover.at, at: offset)
      json.member("returnedTo", handover.to)
    }
    if let withdrawal = row.state.withdrawal { json.member("withdrawnAt", withdrawal.at, at: offset) }
    json.member("imported", reception.isImported)
    if let erasure = row.state.erasure {
      json.member("erasedAt", erasure.at, at: offset)
      json.member("erasedUnder", erasure.basis)
    }
    if let imported = reception.imported {
      json.member("importedAt", imported.at, at: offset)
      json.member("importedBy", reception.receiver)
      json.member("importedFrom", imported.register)
    }
  }
}

/// What the methods answer that tell of cases.
enum ShownCases {
  /// Of `Show`.
  struct One: JSONWritable, Sendable {
    let `case`: ShownCase

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("case", `case`)
      json.close()
    }
  }

  /// Of `List` and `Search`.
  struct Page: JSONWritable, Sendable {
    let cases: [ShownCase]
    var opened: Int { cases.count(where: \.isOpened) }

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("cases", cases)
      json.close()
    }
  }

  /// Of `Next`.
  struct Duties: JSONWritable, Sendable {
    let duties: [Duty]
    var opened: Int { duties.count(where: \.case.isOpened) }

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("duties", duties)
      json.close()
    }
  }

  struct Duty: JSONWritable, Sendable {
    let reason: DutyReason
    let at: Timestamp
    let `case`: ShownCase

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("reason", reason.wire)
      json.member("at", at, at: OfficeTime.now)
      json.member("case", `case`)
      json.close()
    }
  }
}

extension JSONWriter {
  /// RFC 3339 at an offset.
  mutating func member(_ name: StaticString, _ instant: Timestamp, at offset: UTCOffset) {
    member(name, plainUpTo: Timestamp.rfc3339BytesMax) { instant.append(rfc3339At: offset, to: &$0) }
  }
}
