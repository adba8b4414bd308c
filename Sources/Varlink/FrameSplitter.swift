/// Cuts a stream of bytes into frames, each ended by one NUL, and never holds more of one than the limit.
public struct FrameSplitter: Sendable {
  public struct TooLong: Error, Hashable, Sendable {
    /// In bytes, the NUL not counted.
    public let limit: Int

    public init(limit: Int) { self.limit = limit }
  }

  public static let defaultLimit = 1 << 20

  private let limit: Int
  private var unfinished: [UInt8] = []
  private var finished: [[UInt8]] = []
  private var taken = 0

  /// - Parameter limit: the longest frame in bytes, the NUL not counted.
  public init(limit: Int = FrameSplitter.defaultLimit) {
    self.limit = limit
  }

  /// Whether bytes of a frame without its NUL are held.
  public var isMidFrame: Bool { !unfinished.isEmpty }

  /// How many bytes of a frame without its NUL are held.
  public var unfinishedBytes: Int { unfinished.count }

  /// Takes the next bytes. The limit is checked before anything grows.
  ///
  /// After `TooLong` the frames completed before it can still be taken out; nothing may be appended any more.
  public mutating func append(_ bytes: Span<UInt8>) throws(TooLong) {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0 { end += 1 }
      guard unfinished.count + (end - start) <= limit else {
        unfinished = []
        throw TooLong(limit: limit)
      }
      bytes.extracting(start..<end).withUnsafeBufferPointer { unfinished.append(contentsOf: $0) }
      if end < bytes.count {
        finished.append(unfinished)
        unfinished = []
      }
      start = end + 1
    }
  }

  /// The next complete frame without its NUL, which is the caller's alone from then on.
  public mutating func next() -> [UInt8]? {
    guard taken < finished.count else { return nil }
    var frame: [UInt8] = []
    swap(&frame, &finished[taken])
    taken += 1
    if taken == finished.count {
      finished.removeAll(keepingCapacity: true)
      taken = 0
    }
    return frame
  }
}
