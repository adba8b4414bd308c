// The standard library composes by itself and offers it to its neighbours only; Foundation, which calls the same, would
// bring its data into the client.
@_spi(_Unicode) import Swift

extension String {
  /// In NFC: one spelling for each letter, so that what looks the same is the same.
  public var composed: String { isSurelyComposed ? self : String(String.UnicodeScalarView(_nfc)) }

  /// Whether it has only characters that nothing composes: those before the combining marks, and the letters and
  /// quotation marks that Vietnamese is written with.
  private var isSurelyComposed: Bool {
    unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0..<0x300, 0x1E00..<0x1F00, 0x2010..<0x2028: true
      default: false
      }
    }
  }
}
