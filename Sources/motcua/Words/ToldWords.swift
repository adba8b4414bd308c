import DeskInterface

/// The words of replies, which a newer daemon may have more of.
extension Language {
  func word(_ told: Wire.Told<Wire.Status>) -> String { told.said(word) }
  func word(_ told: Wire.Told<Wire.CaseKind>) -> String { told.said(word) }
  func word(_ told: Wire.Told<Wire.Channel>) -> String { told.said(word) }
  func word(_ told: Wire.Told<Wire.Outcome>) -> String { told.said(word) }
  func word(_ told: Wire.Told<Wire.Reason>) -> String { told.said(word) }
}
