import NIOCore
import Varlink

/// What has come on a connection and is not answered yet: a few whole calls, and behind them bytes as they came, because
/// small frames take many times the room of their bytes. After a violation nothing more is taken in.
struct FrameIntake {
  private let limit: Int
  private var splitter: FrameSplitter
  private var bytes = ByteBuffer()
  private var calls: [[UInt8]] = []
  /// It follows the calls that came before it.
  private(set) var violation: ProtocolViolation?
  /// How many calls have been cut.
  private(set) var count = 0

  /// - Parameter limit: the longest frame in bytes, the NUL not counted.
  init(limit: Int) {
    self.limit = limit
    splitter = FrameSplitter(limit: limit)
  }

  /// Whether a call has begun to come and has not ended.
  var isMidFrame: Bool { splitter.isMidFrame }
  /// How many bytes of it have come.
  var unfinishedBytes: Int { splitter.unfinishedBytes }
  /// Whether there is a call, or a violation, to be answered.
  var isWaiting: Bool { !calls.isEmpty || violation != nil }

  /// Whether more is to be read: what has come is cut, and there is room for another call.
  func wantsMore(_ room: Int) -> Bool { violation == nil && calls.count < room && bytes.readableBytes == 0 }

  mutating func add(_ more: ByteBuffer) {
    var more = more
    if bytes.readableBytes == 0 { bytes = more } else { bytes.writeBuffer(&more) }
  }

  /// Cuts calls as long as there is room for them.
  mutating func cut(_ room: Int) {
    while violation == nil, calls.count < room, bytes.readableBytes > 0 {
      do {
        guard let call = try next() else { break }
        calls.append(call)
        count += 1
      } catch {
        fail(ProtocolViolation(reason: "the frame is too long", offset: error.limit))
      }
    }
    // The buffer is let go as soon as it is empty: a connection that waits for its next call holds none.
    if bytes.readableBytes == 0 { bytes = ByteBuffer() }
  }

  /// The call that is next.
  mutating func take() -> [UInt8]? { calls.isEmpty ? nil : calls.removeFirst() }

  mutating func fail(_ violation: ProtocolViolation) {
    self.violation = violation
    bytes = ByteBuffer()
  }

  private mutating func next() throws(FrameSplitter.TooLong) -> [UInt8]? {
    let view = bytes.readableBytesView
    let end = view.firstIndex(of: 0)
    let length = (end ?? view.endIndex) - view.startIndex
    // Most calls come whole.
    if end != nil, !splitter.isMidFrame, length <= limit, let call = bytes.readBytes(length: length) {
      bytes.moveReaderIndex(forwardBy: 1)
      return call
    }
    guard let piece = bytes.readSlice(length: end == nil ? length : length + 1) else { return nil }
    try splitter.append(piece.readableBytesUInt8Span)
    return splitter.next()
  }
}
