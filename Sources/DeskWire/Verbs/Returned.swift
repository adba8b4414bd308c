import Desk
public import DeskInterface

extension Wire.Returned {
  init(_ facts: Returned) { self.init(to: facts.to, authority: facts.authority) }
}

extension Wire.Return: DeskCall {
  public func command() -> DeskAction {
    DeskAction(.return(Return(to: to, authority: authority, apology: apology.map { Apology($0) })), on: code)
  }
}
