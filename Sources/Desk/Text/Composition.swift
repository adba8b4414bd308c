// The standard library composes by itself and offers it to its neighbours only; Foundation, which calls the same, would
// bring its data into the client.
@_spi(_Unicode) import Swift

extension String {
  /// In NFC: one spelling for each letter, so that what looks the same is the same.
  public var composed: String { isSurelyComposed ? self : String(String.UnicodeScalarView(_nfc)) }

  /// The first mark that stands behind thirty others on one letter, which no language writes (the stream-safe format of UAX
  /// 15). Such a row is not composed, because that takes the square of its length.
  var excessMark: Unicode.Scalar? {
    if isSurelyComposed { return nil }
    var marks = 0
    for scalar in unicodeScalars {
      let isMark =
        switch scalar.value {
        case 0..<0x300: false
        // Letters by their class, and nothing but marks once they are taken apart.
        case 0xF73, 0xF75, 0xF81: true
        default: scalar.properties.canonicalCombiningClass != .notReordered
        }
      marks = isMark ? marks + 1 : 0
      if marks > 30 { return scalar }
    }
    return nil
  }

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
