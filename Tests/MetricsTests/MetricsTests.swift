import Metrics
import Testing

@Suite("Metrics")
struct MetricsTests {
  @Test("given values, a histogram counts each in the first bucket whose bound it does not pass")
  func histogram() {
    let histogram = Histogram(bounds: [1, 10, 100])
    for value in [0, 1, 2, 10, 11, 100, 101, 5000] { histogram.add(value) }
    #expect(histogram.snapshot == .init(counts: [2, 2, 2, 2], sum: 5225))
    #expect(histogram.snapshot.count == 8)
  }

  @Test("a duration is counted in nanoseconds")
  func duration() {
    let histogram = Histogram(bounds: [1_000_000_000])
    histogram.add(.milliseconds(1500))
    #expect(histogram.snapshot == .init(counts: [0, 1], sum: 1_500_000_000))
  }

  @Test("given ten a second for half a minute, then silence, the rate is ten, then falls with the minute, then is zero")
  func rate() {
    let start = ContinuousClock.now
    let rate = RecentRate(start: start)
    #expect(rate.perSecond(at: start) == 0)
    for tenth in 0..<300 { rate.add(at: start + .milliseconds(tenth * 100)) }
    #expect(rate.perSecond(at: start + .seconds(30)) == 10)
    #expect(rate.perSecond(at: start + .seconds(60)) == 5)
    #expect(rate.perSecond(at: start + .seconds(75)) == 2.5)
    #expect(rate.perSecond(at: start + .seconds(91)) == 0)
    rate.add(at: start + .seconds(1_000_000))
    #expect(rate.perSecond(at: start + .seconds(1_000_001)) == 1.0 / 60)
  }

  @Test(
    "what ends a label or a line is escaped whatever stands beside it",
    arguments: [("a\r\nb", "a\r\\nb"), ("a\"\u{301}b", "a\\\"\u{301}b"), ("a\\\u{301}b", "a\\\\\u{301}b")])
  func escaped(_ value: String, _ label: String) {
    let errors = CounterFamily()
    errors.add(value)
    var text = MetricsText()
    text.counters("e_total", "Errors.", ["method"], errors)
    let expected = "# HELP e_total Errors.\n# TYPE e_total counter\ne_total{method=\"\(label)\"} 1\n"
    #expect(Array(text.text.utf8) == Array(expected.utf8))
  }

  @Test("the text has a heading for each name, buckets that add up, and labels that nothing breaks out of")
  func text() {
    let histogram = Histogram(bounds: [500_000, 1_000_000_000])
    for value in [400_000, 500_000_000, 500_000_000, 2_000_000_000] { histogram.add(value) }
    let errors = CounterFamily()
    errors.add("a", "x")
    errors.add("b\"\\\n", "y")
    errors.add("a", "x")
    var text = MetricsText()
    text.gauge("g", "A figure.", 0.5, ["version": "1"])
    text.counter("c_total", "A count.", 12)
    text.counters("e_total", "Errors.", ["method", "error"], errors)
    text.histograms("d_seconds", "Durations.", scale: 1e9, [(["method": "m"], histogram)])
    #expect(
      text.text == """
        # HELP g A figure.
        # TYPE g gauge
        g{version="1"} 0.5
        # HELP c_total A count.
        # TYPE c_total counter
        c_total 12
        # HELP e_total Errors.
        # TYPE e_total counter
        e_total{method="a",error="x"} 2
        e_total{method="b\\"\\\\\\n",error="y"} 1
        # HELP d_seconds Durations.
        # TYPE d_seconds histogram
        d_seconds_bucket{method="m",le="0.0005"} 1
        d_seconds_bucket{method="m",le="1"} 3
        d_seconds_bucket{method="m",le="+Inf"} 4
        d_seconds_sum{method="m"} 3.0004
        d_seconds_count{method="m"} 4

        """)
  }
}
