import Desk
public import DeskInterface

extension Wire.Apologised {
  init(_ facts: Apologised, time: (Timestamp) -> String) {
    self.init(
      cause: facts.cause, text: facts.text, signatory: facts.signatory, letterNumber: facts.letterNumber,
      newDue: facts.newDue.map(time))
  }
}

extension Wire.Apologise: DeskCall {
  public func command() throws -> DeskAction {
    let apology = Apology(cause: cause, text: text, signatory: signatory, letterNumber: letterNumber)
    return DeskAction(.apologise(Apologise(apology, newDue: try date(newDue, "newDue"))), on: code)
  }
}

extension Apology {
  /// The apology that comes with a late result.
  init(_ apology: Wire.LateApology) {
    self.init(
      cause: apology.cause, text: apology.text, signatory: apology.signatory, letterNumber: apology.letterNumber)
  }
}
