extension Indicator {
  /// K3. It counts what B3 does not keep of the first dates. A withdrawal that the citizen did not confirm stays in, as a
  /// part of its own.
  static let noBrokenDate = Indicator(
    id: "K3",
    name: Text(vi: "không trễ hẹn", en: "no broken date"),
    definition: Text(
      vi:
        "Trong các ngày hẹn đầu tiên đã đến, bao nhiêu ngày qua đi mà chưa có kết quả, hoặc hồ sơ rút không có dân xác nhận.",
      en:
        "Of the first dates that have come, the number that passed unfinished or ended in a withdrawal without the citizen's word."
    ),
    source: Text(vi: "3 không: không trễ hẹn", en: "the three “never”: a missed appointment"),
    unit: .dates, direction: .lessIsBetter, whose: .holder,
    numerator: [DatePart.firstBroken, .firstWithdrawn].map(\.rawValue),
    denominator: [DatePart.firstKept, .firstBroken, .firstWithdrawn].map(\.rawValue))
}
