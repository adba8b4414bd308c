extension BinaryInteger {
  /// As people read it in English: `24,025`.
  public var groupedEn: String { grouped(by: ",") }

  /// As people read it in Vietnamese: `24.025`.
  public var groupedVi: String { grouped(by: ".") }

  private func grouped(by separator: Character) -> String {
    var digits = Array(String(magnitude))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(separator, at: index)
      index -= 3
    }
    return (self < 0 ? "-" : "") + String(digits)
  }
}
