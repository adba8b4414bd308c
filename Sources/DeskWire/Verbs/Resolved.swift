import Desk
public import DeskInterface

extension Wire.Resolved {
  init(_ facts: Resolved) {
    self.init(
      outcome: facts.outcome?.wire, reason: facts.reason, documentNumber: facts.documentNumber,
      signedBy: facts.signedBy, closes: facts.closes)
  }
}

extension Wire.Resolve: DeskCall {
  public func command() -> DeskAction {
    var resolve = Resolve(
      outcome.map { Outcome($0) }, reason: reason, apology: apology.map { Apology($0) })
    resolve.documentNumber = documentNumber
    resolve.signedBy = signedBy
    return DeskAction(.resolve(resolve), on: code)
  }
}
