import Desk
public import DeskInterface

extension Wire.Erased {
  init(_ facts: Erased) { self.init(basis: facts.basis) }
}

extension Wire.Erase: DeskCall {
  public func command() -> DeskAction { DeskAction(.erase(Erase(basis: basis)), on: code) }
}
