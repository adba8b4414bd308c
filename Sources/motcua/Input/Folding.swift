extension String {
  /// As a short name is written: small letters without accents, hyphens for spaces. Composed and decomposed letters
  /// fold alike.
  var folded: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x300...0x36F: continue
      case 0x20, 0xA0, 0x5F: result.append("-")
      default:
        let base = VietnameseLetters.bases[scalar] ?? scalar
        result.append(contentsOf: base.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(result)
  }
}

/// Every accented letter of Vietnamese, by the letter that it is written on.
private enum VietnameseLetters {
  static let bases: [Unicode.Scalar: Unicode.Scalar] = {
    let rows: [(Unicode.Scalar, String)] = [
      ("a", "àáảãạăằắẳẵặâầấẩẫậ"), ("e", "èéẻẽẹêềếểễệ"), ("i", "ìíỉĩị"), ("o", "òóỏõọôồốổỗộơờớởỡợ"),
      ("u", "ùúủũụưừứửữự"), ("y", "ỳýỷỹỵ"), ("d", "đ"),
    ]
    var bases: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (base, letters) in rows {
      for scalar in (letters + letters.uppercased()).unicodeScalars { bases[scalar] = base }
    }
    return bases
  }()
}
