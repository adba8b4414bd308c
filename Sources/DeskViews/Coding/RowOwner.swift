import EventStore

extension DeskViews {
  /// The number of the case that a row is about; nil for rows that are about none, or about several.
  public static func caseNumber(ofRowIn table: String, key: [UInt8], value: [UInt8]) -> UInt64? {
    switch table {
    case CasesView.name, "streams": key.count >= 8 ? bigEndianNumber(key.prefix(8)) : nil
    case CodesView.name: value.count == 8 ? bigEndianNumber(value) : nil
    case DueView.name, ClerkView.name, StatusView.name, RegisterView.name, SearchView.name, ErasedView.name:
      key.count >= 8 ? bigEndianNumber(key.suffix(8)) : nil
    default: nil
    }
  }
}
