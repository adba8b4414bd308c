/// Figures in the text format that Prometheus reads, version 0.0.4.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
public struct MetricsText {
  public typealias Labels = KeyValuePairs<String, String>

  /// Everything that was added so far.
  public private(set) var text = ""

  public init() {}

  /// A figure that goes up and down.
  public mutating func gauge(_ name: String, _ help: String, _ value: Double, _ labels: Labels = [:]) {
    begin(name, "gauge", help)
    sample(name, labels, value)
  }

  /// A count that only grows; its name ends in `_total`.
  public mutating func counter(_ name: String, _ help: String, _ value: Double) {
    begin(name, "counter", help)
    sample(name, [:], value)
  }

  /// The counts of a family, under the labels' names in the order in which their values were given.
  public mutating func counters(_ name: String, _ help: String, _ labels: [String], _ family: CounterFamily) {
    begin(name, "counter", help)
    for (values, count) in family.snapshot {
      sample(name, zip(labels, values).map { ($0, $1) }, Double(count))
    }
  }

  /// Histograms of one name that differ in their labels. Their bounds and sums are divided by `scale`: 1e9 makes
  /// seconds of nanoseconds.
  public mutating func histograms(
    _ name: String, _ help: String, scale: Double, _ histograms: [(labels: Labels, histogram: Histogram)]
  ) {
    begin(name, "histogram", help)
    for (labels, histogram) in histograms {
      let labels = labels.map { ($0.key, $0.value) }
      let (bounds, snapshot) = (histogram.bounds, histogram.snapshot)
      var total = 0
      for (index, count) in snapshot.counts.enumerated() {
        total += count
        let bound = index < bounds.count ? "\(Self.number(Double(bounds[index]) / scale))" : "+Inf"
        sample(name + "_bucket", labels + [("le", bound)], Double(total))
      }
      sample(name + "_sum", labels, Double(snapshot.sum) / scale)
      sample(name + "_count", labels, Double(total))
    }
  }

  private mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
    sample(name, labels.map { ($0.key, $0.value) }, value)
  }

  private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",") + "}"
    }
    text += " \(Self.number(value))\n"
  }

  /// Whole numbers without a fraction, so that they read as counts.
  private static func number(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  private static func escaped(_ value: String) -> String {
    // Goes by scalars: with a carriage return before it or an accent after it, a newline or a quote is part of another
    // `Character`, which the cases below would miss.
    value.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
