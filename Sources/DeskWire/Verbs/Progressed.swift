import Desk
public import DeskInterface

extension Wire.Progressed {
  init(_ facts: Progressed) { self.init(step: facts.step, by: facts.by, group: facts.group) }
}

extension Wire.Progress: DeskCall {
  public func command() -> DeskAction { DeskAction(.progress(Progress(step: step, by: by, group: group)), on: code) }
}
