import Desk
import EventSourcing
import Foundation
import SwiftProtobuf

@testable import DeskRecords
@testable import RecordPeer

// How the generated messages say each kind: what an earlier release wrote with, and what the field lists are held against.

extension Vn_Motcua_Records_Record {
  /// The field number of the body, which stands in the additional data of what is sealed.
  var bodyNumber: Int {
    switch body {
    case .received: 20
    case .consulted: 21
    case .progressed: 22
    case .apologised: 23
    case .resolved: 24
    case .returned: 25
    case .withdrawn: 26
    case .corrected: 27
    case .rulesAdopted: 28
    case .erased: 29
    case .restored: 30
    case .clockAccepted: 31
    case .notified: 32
    case nil: 0
    }
  }

  mutating func write(
    _ event: CaseEvent.Body, keyCommitment: [UInt8], personal: inout Vn_Motcua_Records_Personal
  ) {
    switch event {
    case .received(let facts): received = .init(facts, keyCommitment, &personal)
    case .consulted(let facts):
      consulted = .with { if let minutes = facts.minutes { $0.minutes = UInt32(clamping: minutes) } }
      personal.question = facts.question
      personal.guidance = facts.guidance
    case .progressed(let facts):
      progressed = .init()
      personal.step = facts.step
      if let by = facts.by { personal.by = by }
      if let group = facts.group { personal.group = group }
    case .apologised(let facts):
      apologised = .with {
        $0.cause = facts.cause
        if let newDue = facts.newDue { $0.newDue = newDue.microseconds }
        $0.answersForDate = facts.answersForDate
      }
      personal.text = facts.text
      if let signatory = facts.signatory { personal.signatory = signatory }
      if let number = facts.letterNumber { personal.letterNumber = number }
    case .resolved(let facts):
      resolved = .with {
        $0.outcome = facts.outcome.flatMap { .init(rawValue: Int($0.rawValue)) } ?? .unspecified
        $0.closes = facts.closes
      }
      if let number = facts.documentNumber { personal.documentNumber = number }
      if let signedBy = facts.signedBy { personal.signedBy = signedBy }
      if let reason = facts.reason { personal.reason = reason }
    case .returned(let facts):
      returned = .init()
      if let to = facts.to { personal.to = to }
      if let authority = facts.authority { personal.authority = authority }
    case .withdrawn(let facts):
      withdrawn = .init()
      if let by = facts.by { personal.by = by }
      personal.reason = facts.reason
    case .corrected(let facts):
      corrected = .with {
        if let voids = facts.voids { $0.voids = voids.rawValue }
        if let responsible = facts.changes.responsible { $0.responsible = responsible }
      }
      if let applicant = facts.changes.applicant { personal.applicant = applicant }
      if let phone = facts.changes.phone { personal.phone = phone }
      if let place = facts.changes.place { personal.place = place }
      if let subject = facts.changes.subject { personal.subject = subject }
      personal.reason = facts.reason
    case .erased(let facts): erased = .with { $0.basis = facts.basis }
    case .notified(let facts):
      notified = .with {
        $0.of = facts.of.rawValue
        $0.channel = .init(rawValue: Int(facts.channel.rawValue)) ?? .unspecified
        $0.outcome = .init(rawValue: Int(facts.outcome.rawValue)) ?? .unspecified
      }
      if let receipt = facts.receipt { personal.receipt = receipt }
    }
  }

  func readBody(_ personal: Vn_Motcua_Records_Personal) throws -> CaseEvent.Body {
    switch body {
    case .received(let stored): return .received(try stored.facts(personal))
    case .consulted(let stored):
      return .consulted(
        Consulted(
          question: personal.question, guidance: personal.guidance,
          minutes: stored.hasMinutes ? Int(stored.minutes) : nil))
    case .progressed:
      return .progressed(
        Progressed(
          step: personal.step, by: personal.hasBy ? personal.by : nil, group: personal.hasGroup ? personal.group : nil))
    case .apologised(let stored):
      return .apologised(
        Apologised(
          cause: stored.cause, text: personal.text, signatory: personal.hasSignatory ? personal.signatory : nil,
          letterNumber: personal.hasLetterNumber ? personal.letterNumber : nil,
          newDue: stored.hasNewDue ? try Timestamp(stored: stored.newDue) : nil,
          answersForDate: stored.answersForDate))
    case .resolved(let stored):
      let outcome = Outcome(rawValue: UInt8(clamping: stored.outcome.rawValue))
      guard outcome != nil || stored.outcome == .unspecified else {
        throw RecordError.malformed("outcome \(stored.outcome.rawValue)")
      }
      return .resolved(
        Resolved(
          outcome: outcome, reason: personal.hasReason ? personal.reason : nil,
          documentNumber: personal.hasDocumentNumber ? personal.documentNumber : nil,
          signedBy: personal.hasSignedBy ? personal.signedBy : nil, closes: stored.closes))
    case .returned:
      return .returned(
        Returned(
          to: personal.hasTo ? personal.to : nil, authority: personal.hasAuthority ? personal.authority : nil))
    case .withdrawn:
      return .withdrawn(Withdrawn(by: personal.hasBy ? personal.by : nil, reason: personal.reason))
    case .corrected(let stored):
      return .corrected(
        Corrected(
          changes: .init(
            applicant: personal.hasApplicant ? personal.applicant : nil,
            phone: personal.hasPhone ? personal.phone : nil, place: personal.hasPlace ? personal.place : nil,
            subject: personal.hasSubject ? personal.subject : nil,
            responsible: stored.hasResponsible ? stored.responsible : nil),
          voids: stored.hasVoids ? .init(stored.voids) : nil, reason: personal.reason))
    case .erased(let stored): return .erased(Erased(basis: stored.basis))
    case .notified(let stored):
      guard let channel = NoticeChannel(rawValue: UInt8(clamping: stored.channel.rawValue)) else {
        throw RecordError.malformed("channel \(stored.channel.rawValue)")
      }
      guard let outcome = NoticeOutcome(rawValue: UInt8(clamping: stored.outcome.rawValue)) else {
        throw RecordError.malformed("outcome \(stored.outcome.rawValue)")
      }
      return .notified(
        Notified(
          of: Version(stored.of), channel: channel, outcome: outcome,
          receipt: personal.hasReceipt ? personal.receipt : nil))
    case .rulesAdopted, .restored, .clockAccepted, nil: throw RecordError.malformed("no body of a case")
    }
  }
}

extension Vn_Motcua_Records_Received {
  init(_ facts: Received, _ commitment: [UInt8], _ personal: inout Vn_Motcua_Records_Personal) {
    self.init()
    code = facts.code
    kind = .init(rawValue: Int(facts.kind.rawValue)) ?? .unspecified
    if let procedure = facts.procedure { self.procedure = procedure }
    if let effective = facts.procedureEffective { procedureEffective = effective.number }
    organisation = facts.isOrganisation
    channel = .init(rawValue: Int(facts.channel.rawValue)) ?? .unspecified
    if let responsible = facts.responsible { self.responsible = responsible }
    term = facts.term.text
    due = facts.due.microseconds
    provisional = facts.isProvisional
    urgent = facts.urgent != nil
    keyCommitment = Data(commitment)
    if let applicant = facts.applicant { personal.applicant = applicant }
    if let phone = facts.phone { personal.phone = phone }
    if let place = facts.place { personal.place = place }
    if let subject = facts.subject { personal.subject = subject }
    if let handedInBy = facts.handedInBy { personal.handedInBy = handedInBy }
    if let authority = facts.authority { personal.authority = authority }
    if let help = facts.help { personal.help = help }
    if let urgent = facts.urgent { personal.urgent = urgent }
    personal.papers = facts.papers
  }

  func facts(_ personal: Vn_Motcua_Records_Personal) throws -> Received {
    guard let kind = CaseKind(rawValue: UInt8(clamping: kind.rawValue)) else {
      throw RecordError.malformed("kind \(kind.rawValue)")
    }
    guard let channel = Channel(rawValue: UInt8(clamping: channel.rawValue)) else {
      throw RecordError.malformed("channel \(channel.rawValue)")
    }
    guard let term = Term(text: term) else { throw RecordError.malformed("term \(term)") }
    return Received(
      code: code, kind: kind, procedure: hasProcedure ? procedure : nil,
      procedureEffective: hasProcedureEffective ? CalendarDay(number: procedureEffective) : nil,
      applicant: personal.hasApplicant ? personal.applicant : nil, isOrganisation: organisation,
      phone: personal.hasPhone ? personal.phone : nil, place: personal.hasPlace ? personal.place : nil,
      subject: personal.hasSubject ? personal.subject : nil, channel: channel, papers: personal.papers,
      handedInBy: personal.hasHandedInBy ? personal.handedInBy : nil,
      authority: personal.hasAuthority ? personal.authority : nil, help: personal.hasHelp ? personal.help : nil,
      urgent: urgent ? personal.urgent : nil, responsible: hasResponsible ? responsible : nil, term: term,
      due: try Timestamp(stored: due), isProvisional: provisional)
  }
}
