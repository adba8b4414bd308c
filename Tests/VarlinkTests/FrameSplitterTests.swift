import Testing
import Varlink

@Suite("Framing")
struct FrameSplitterTests {
  private func drain(_ splitter: inout FrameSplitter) -> [String] {
    var frames: [String] = []
    while let frame = splitter.next() { frames.append(String(decoding: frame, as: UTF8.self)) }
    return frames
  }

  @Test("frames come out the same however the bytes are cut", arguments: 1...9)
  func cuts(_ size: Int) throws {
    let bytes = Array("{}\0[1]\0\0abc\0rest".utf8)
    var splitter = FrameSplitter()
    var frames: [String] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      try splitter.append(bytes.span.extracting(start..<min(start + size, bytes.count)))
      frames += drain(&splitter)
    }
    #expect(frames == ["{}", "[1]", "", "abc"])
    #expect(splitter.isMidFrame)
  }

  @Test("frames are taken in order, each once, also when others come before all are taken")
  func interleaved() throws {
    var splitter = FrameSplitter()
    func take() -> String? { splitter.next().map { String(decoding: $0, as: UTF8.self) } }
    try splitter.append(Array("a\0b\0c\0d".utf8).span)
    #expect(take() == "a")
    try splitter.append(Array("e\0f\0".utf8).span)
    #expect([take(), take(), take(), take(), take()] == ["b", "c", "de", "f", nil])
    try splitter.append(Array("g\0".utf8).span)
    #expect([take(), take()] == ["g", nil])
  }

  @Test("a frame of the limit passes and one byte more is refused, ended or not")
  func limit() throws {
    var splitter = FrameSplitter(limit: 4)
    try splitter.append(Array("abcd\0abcd".utf8).span)
    #expect(drain(&splitter) == ["abcd"])
    #expect(throws: FrameSplitter.TooLong(limit: 4)) { try splitter.append(Array("e".utf8).span) }
    var ended = FrameSplitter(limit: 4)
    #expect(throws: FrameSplitter.TooLong(limit: 4)) { try ended.append(Array("ok\0abcde\0".utf8).span) }
    #expect(drain(&ended) == ["ok"])
  }
}
