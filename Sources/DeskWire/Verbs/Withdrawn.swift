import Desk
public import DeskInterface

extension Wire.Withdrawn {
  init(_ facts: Withdrawn) { self.init(by: facts.by, reason: facts.reason) }
}

extension Wire.Withdraw: DeskCall {
  public func command() -> DeskAction { DeskAction(.withdraw(Withdraw(by: by, reason: reason)), on: code) }
}
