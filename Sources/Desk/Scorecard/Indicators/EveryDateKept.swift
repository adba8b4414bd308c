extension Indicator {
  /// B3. Its parts of first dates are those of K3.
  static let everyDateKept = Indicator(
    id: "B3",
    name: Text(vi: "biết làm dân tin", en: "every date kept"),
    definition: Text(
      vi: "Trong các ngày hẹn đã cho, kể cả mỗi lần hẹn lại, bao nhiêu ngày được giữ đúng.",
      en: "Of all dates given, each new appointment included, the number that was kept."),
    source: Text(vi: "5 biết: biết làm dân tin", en: "the five “know how”: to be trusted"),
    unit: .dates, direction: .moreIsBetter, whose: .holder,
    numerator: [DatePart.firstKept, .laterKept].map(\.rawValue),
    denominator: DatePart.allCases.map(\.rawValue))
}
