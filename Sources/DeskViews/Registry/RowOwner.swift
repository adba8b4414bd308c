import EventStore

extension DeskViews {
  /// The number of the case that a row is about; nil for rows that are about none, or about several.
  public static func caseNumber(ofRowIn table: String, key: [UInt8], value: [UInt8]) -> UInt64? {
    // The store's own index of the streams begins its keys with the stream.
    let owner: DeskView.Owner? = table == "streams" ? .key(from: 0) : all.first { $0.name == table }?.owner
    return switch owner {
    case .key(let start): key.count >= start + 8 ? bigEndianNumber(key[start..<start + 8]) : nil
    case .endOfKey: key.count >= 8 ? bigEndianNumber(key.suffix(8)) : nil
    case .value: value.count == 8 ? bigEndianNumber(value) : nil
    case .several, nil: nil
    }
  }
}
