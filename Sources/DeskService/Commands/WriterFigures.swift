public import Metrics

/// What the writer has done since the start.
public struct WriterFigures: Sendable {
  /// How long a commit takes that has something to write, until it is durable; with the views, where they are not left
  /// behind.
  public let commits = Histogram.durations()
  /// How many commands were decided and committed together; the sum of them is how many there were.
  public let batches = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256])
  /// Commits, lately.
  public let commitRate = RecentRate()
}
