import Desk
public import DeskInterface

extension Wire.Received {
  init(_ facts: Received, time: (Timestamp) -> String) {
    self.init(
      kind: facts.kind.wire, procedure: facts.procedure, applicant: facts.applicant,
      organisation: facts.isOrganisation, phone: facts.phone, place: facts.place, subject: facts.subject,
      channel: facts.channel.wire, papers: facts.papers, handedInBy: facts.handedInBy, authority: facts.authority,
      help: facts.help, urgent: facts.urgent, responsible: facts.responsible, term: facts.term.wire,
      due: time(facts.due), provisional: facts.isProvisional)
  }
}

extension Wire.Receive: DeskCall {
  public func command() -> DeskAction {
    var receive = Receive(CaseKind(kind), procedure: procedure, applicant: applicant)
    receive.isOrganisation = organisation ?? false
    receive.phone = phone
    receive.place = place
    receive.subject = subject
    if let channel { receive.channel = Channel(channel) }
    receive.papers = papers ?? []
    receive.handedInBy = handedInBy
    receive.authority = authority
    receive.help = help
    receive.urgent = urgent
    receive.responsible = responsible
    return DeskAction(.receive(receive))
  }
}
