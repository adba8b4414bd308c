import Desk
public import DeskInterface
import Varlink

extension Wire.Consulted {
  init(_ facts: Consulted) { self.init(question: facts.question, guidance: facts.guidance, minutes: facts.minutes) }
}

extension Wire.Consult: DeskCall {
  /// On a case, or as an enquiry of its own.
  public func command() throws -> DeskAction {
    // A number that cannot be meant is refused: another one in its place would be recorded as what somebody said.
    guard minutes.map(Desk.Consult.minutesRange.contains) ?? true else {
      throw VarlinkError.invalidParameter("minutes")
    }
    let consult = Consult(question: question, guidance: guidance, minutes: minutes)
    if let code {
      // Who asks is known from the case; taking it without a word would lose it.
      let unused = ["applicant": applicant != nil, "phone": phone != nil, "channel": channel != nil]
        .filter(\.value).keys.min()
      if let unused { throw VarlinkError.invalidParameter(unused) }
      return DeskAction(.consult(consult), on: code)
    }
    var receive = Receive(.enquiry, applicant: applicant)
    receive.phone = phone
    if let channel { receive.channel = Channel(channel) }
    return DeskAction(.enquire(receive, consult))
  }
}
