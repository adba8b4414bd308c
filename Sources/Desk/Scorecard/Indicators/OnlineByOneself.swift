extension Indicator {
  /// T1. What the desk types in for somebody, `onlineAssisted`, is not online by oneself.
  static let onlineByOneself = Indicator(
    id: "T1",
    name: Text(vi: "tăng ứng dụng CNTT", en: "online by oneself"),
    definition: Text(
      vi: "Trong các hồ sơ đã nhận, bao nhiêu do chính dân nộp trực tuyến từ tài khoản của mình.",
      en: "Of all requests received, the number that the citizen sent online from an account of his own."),
    source: Text(
      vi: "4 tăng: tăng ứng dụng công nghệ thông tin", en: "the four “more”: the use of information technology"),
    unit: .receptions, direction: .moreIsBetter, whose: .nobody,
    numerator: [ReceptionPart.byOneself.rawValue],
    denominator: ReceptionPart.allCases.map(\.rawValue))
}
