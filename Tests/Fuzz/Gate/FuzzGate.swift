import Foundation
import Fuzzing
import Varlink

/// Bytes as a client may send them: cut into frames, and each frame through the gate.
@main
enum FuzzGate {
  static func main() {
    exit(
      fuzz { start, count in
        check(input: Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
      })
  }
}

private func check(input bytes: [UInt8]) {
  for limit in [16, FrameSplitter.defaultLimit] {
    let whole = frames(bytes, limit: limit, cutEach: max(1, bytes.count))
    require(whole == expectedFrames(bytes, limit: limit), "the frames of a stream")
    for size in [1, 2, 7, bytes.count / 2 + 1] {
      require(frames(bytes, limit: limit, cutEach: size) == whole, "the same frames wherever the stream is cut")
    }
  }
  for frame in bytes.split(separator: 0, omittingEmptySubsequences: false) { check(Array(frame)) }
  check(bytes)
}

struct Frames: Equatable {
  var complete: [[UInt8]] = []
  var isMidFrame = false
  var isTooLong = false
}

private func frames(_ bytes: [UInt8], limit: Int, cutEach size: Int) -> Frames {
  var splitter = FrameSplitter(limit: limit)
  var frames = Frames()
  for start in stride(from: 0, to: bytes.count, by: size) where !frames.isTooLong {
    let piece = Array(bytes[start..<min(start + size, bytes.count)])
    do { try splitter.append(piece.span) } catch { frames.isTooLong = true }
    while let frame = splitter.next() { frames.complete.append(frame) }
  }
  frames.isMidFrame = splitter.isMidFrame
  return frames
}

/// What ends in NUL is a frame, the rest is unfinished, and nothing comes after one that is too long.
private func expectedFrames(_ bytes: [UInt8], limit: Int) -> Frames {
  var frames = Frames()
  var pieces = bytes.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
  let rest = pieces.removeLast()
  for piece in pieces {
    guard piece.count <= limit else {
      frames.isTooLong = true
      return frames
    }
    frames.complete.append(piece)
  }
  frames.isTooLong = rest.count > limit
  frames.isMidFrame = !rest.isEmpty && !frames.isTooLong
  return frames
}

/// What the gate lets through has one meaning: Foundation reads the same, and it can be written and read again.
private func check(_ frame: [UInt8]) {
  let node: JSONNode
  do {
    node = try StrictJSON.parse(frame)
  } catch {
    require((0...frame.count).contains(error.offset), "a failure lies in the text")
    require((try? Call.parse(frame)) == nil, "what the gate refuses is no call")
    return
  }
  checkReaders(node)
  guard let again = try? StrictJSON.parse(written(node)) else { fail("what was read can be read again") }
  require(isSame(node, again), "what is written says the same")
  if let call = try? Call.parse(frame).call, let repeated = try? Call.parse(call.encoded()).call {
    require(call == repeated, "a call says the same when it is sent on")
  }
}

private func isSame(_ one: JSONNode, _ other: JSONNode) -> Bool {
  guard one.kind == other.kind else { return false }
  switch one.kind {
  case .string: return one.string?.utf8.elementsEqual(other.string?.utf8 ?? "".utf8) ?? false
  case .number: return one.bytes.elementsEqual(other.bytes)
  case .array:
    return Array(one.elements).count == Array(other.elements).count
      && zip(one.elements, other.elements).allSatisfy { isSame($0, $1) }
  case .object:
    return Array(one.members).count == Array(other.members).count
      && zip(one.members, other.members).allSatisfy { isSame($0.key, $1.key) && isSame($0.value, $1.value) }
  case .null, .true, .false: return true
  }
}

/// The value written anew, its strings by the writer that the exports use.
private func written(_ node: JSONNode) -> [UInt8] {
  switch node.kind {
  case .string: return (node.string ?? "").json
  case .array:
    return [UInt8(ascii: "[")] + node.elements.map(written).joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
  case .object:
    let members = node.members.map { ($0.key.string ?? "").json + [UInt8(ascii: ":")] + written($0.value) }
    return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
  default: return Array(node.bytes)
  }
}
