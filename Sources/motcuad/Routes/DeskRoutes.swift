import Desk
import DeskInterface
import DeskService
import DeskWire
import EventSourcing
import Varlink

/// `vn.motcua.Desk`: one route for each verb.
struct DeskRoutes: Sendable {
  let service: DeskService

  var routes: [Route] {
    [
      command(Wire.Receive.self) { call in
        (.newCase, .receive(Receive(call)))
      },
      command(Wire.Consult.self) { call in
        let consult = Consult(question: call.question, guidance: call.guidance, minutes: call.minutes)
        if let code = call.code {
          // Who asks is known from the case; taking it without a word would lose it.
          let unused = [
            "applicant": call.applicant != nil, "phone": call.phone != nil, "channel": call.channel != nil,
          ].filter(\.value).keys.min()
          if let unused { throw VarlinkError.invalidParameter(unused) }
          return (.existing(code), .consult(consult))
        }
        var receive = Receive(.enquiry, applicant: call.applicant)
        receive.phone = call.phone
        if let channel = call.channel { receive.channel = Channel(channel) }
        return (.newCase, .enquire(receive, consult))
      },
      command(Wire.Progress.self) { call in
        let progress = Progress(step: call.step, by: call.by, group: call.group)
        return (.existing(call.code), .progress(progress))
      },
      command(Wire.Apologise.self) { call in
        let apology = Apology(
          cause: call.cause, text: call.text, signatory: call.signatory,
          letterNumber: call.letterNumber)
        let newDue = try date(call.newDue, "newDue")
        return (.existing(call.code), .apologise(Apologise(apology, newDue: newDue)))
      },
      command(Wire.Resolve.self) { call in
        var resolve = Resolve(
          call.outcome.map { Outcome($0) }, reason: call.reason, apology: call.apology.map { Apology($0) })
        resolve.documentNumber = call.documentNumber
        resolve.signedBy = call.signedBy
        return (.existing(call.code), .resolve(resolve))
      },
      command(Wire.Return.self) { call in
        let handover = Return(
          to: call.to, authority: call.authority, apology: call.apology.map { Apology($0) })
        return (.existing(call.code), .return(handover))
      },
      command(Wire.Withdraw.self) { call in
        (.existing(call.code), .withdraw(Withdraw(by: call.by, reason: call.reason)))
      },
      command(Wire.Correct.self) { call in
        let changes = Corrected.Changes(
          applicant: call.changes?.applicant, phone: call.changes?.phone, place: call.changes?.place,
          subject: call.changes?.subject, responsible: call.changes?.responsible)
        let voids = call.voids.map { Version(UInt32(clamping: $0)) }
        return (.existing(call.code), .correct(Correct(changes: changes, voids: voids, reason: call.reason)))
      },
      command(Wire.Erase.self, role: .supervisor) { call in
        (.existing(call.code), .erase(Erase(basis: call.basis)))
      },
    ]
  }

  /// A verb: from the wire to the desk's command, recorded under the caller's name.
  private func command<Verb: WireCommand>(
    _: Verb.Type, role: Role = .clerk,
    _ body: @escaping @Sendable (Verb) throws -> (CommandRequest.Target, CaseCommand.Action)
  ) -> Route {
    Route.one(Verb.self, role, at: .connection) { [service] call, caller in
      let (target, action) = try body(call)
      let entry = call.entry
      let command = CaseCommand(
        action, expected: entry?.expectedVersion.map { .exactly(Version(UInt32(clamping: $0))) } ?? .any,
        occurredAt: try date(entry?.occurredAt, "occurredAt"), reason: entry?.reason)
      let request = CommandRequest(
        target, command, actor: try await caller.acting(onBehalfOf: entry?.onBehalfOf, inRole: role),
        id: try id(entry?.commandId), canonicalText: Self.canonical(call))
      let accepted = try await service.record(request).get()
      var receipt = Wire.Receipt(accepted, now: service.now)
      if case .erase = action {
        receipt.keyBackups = try await offPool { service.keyBackups(before: accepted.recordedAt, accepted.position) }
        if receipt.keyBackups == nil { receipt.keyBackupsUnknown = true }
      }
      return Verb.Answer(receipt: receipt)
    }
  }

  private func id(_ text: String?) throws -> [UInt8] {
    guard let text else { return CommandID.make(milliseconds: service.now.microseconds / 1000) }
    guard let id = CommandID.bytes(text) else { throw Rejection.unreadableCommandID(String(text.prefix(100))) }
    return id
  }

  /// The same text for the same command, whatever order its fields came in and however its id was spelt.
  static func canonical<Verb: WireCommand>(_ call: Verb) -> [UInt8] {
    var call = call
    call.entry?.commandId = nil
    let json = call.sortedJSON
    var text = Array(Verb.method.utf8)
    text.reserveCapacity(text.count + 1 + json.count)
    text.append(0)
    // Its digest is in the ledger: the text stays what it was when slashes were escaped.
    for byte in json {
      if byte == UInt8(ascii: "/") { text.append(UInt8(ascii: "\\")) }
      text.append(byte)
    }
    return text
  }
}

/// Reads a date that a person gave.
func date(_ text: String?, _ field: String) throws(Rejection) -> DateExpression? {
  guard let text else { return nil }
  guard let date = DateExpression(text: text) else {
    throw .unreadableDate(field: field, text: String(text.prefix(100)))
  }
  return date
}

extension Receive {
  fileprivate init(_ call: Wire.Receive) {
    self.init(CaseKind(call.kind), procedure: call.procedure, applicant: call.applicant)
    isOrganisation = call.organisation ?? false
    phone = call.phone
    place = call.place
    subject = call.subject
    channel = call.channel.map { Channel($0) } ?? .counter
    papers = (call.papers ?? [])
    handedInBy = call.handedInBy
    authority = call.authority
    help = call.help
    urgent = call.urgent
    responsible = call.responsible
  }
}

extension Apology {
  fileprivate init(_ apology: Wire.LateApology) {
    self.init(
      cause: apology.cause, text: apology.text, signatory: apology.signatory,
      letterNumber: apology.letterNumber)
  }
}
