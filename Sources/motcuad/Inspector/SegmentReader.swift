import ArgumentParser
import Desk
import Glibc
import LedgerArchive
import Varlink

/// Reads the segments of an archive, each when it is asked for. A process of its own does it, which stays who runs the
/// command when this one becomes another account: so however many there are, one is open.
final class SegmentReader {
  /// Why a segment cannot be had, as the process that reads says.
  struct Failure: Error {
    var text: Text
    var code: ExitCode
  }

  private let archive: String
  private let child: ChildProcess

  /// Call it while the process is still who runs the command.
  init(_ archive: String) throws {
    self.archive = archive
    child = try ChildProcess(["segments", "--archive=\(archive)"], .answers)
  }

  deinit { child.wait() }

  /// - Returns: more than `Segment.bytesMax` where the file has more.
  /// - Throws: `Failure`; `UnsafePath.system` when the process that reads is gone.
  func bytes(_ name: String) throws -> [UInt8] {
    let path = archive + "/" + name
    try ask(Array((name + "\n").utf8), path)
    let head = SegmentAnswer.Head(try answer(SegmentAnswer.Head.bytes, path))
    let body = try answer(head.count, path)
    guard head.code != 0 else { return body }
    guard let text = try InspectionLine(json: body, unknown: .refused).failure else {
      throw UnsafePath.system(path: path, code: EPROTO)
    }
    throw Failure(text: text, code: ExitCode(Int32(head.code)))
  }

  private func ask(_ bytes: [UInt8], _ path: String) throws(UnsafePath) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        send(child.output, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno != EINTR { throw .system(path: path, code: errno) }
      done += max(0, count)
    }
  }

  private func answer(_ count: Int, _ path: String) throws(UnsafePath) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes[done...].withUnsafeMutableBytes { Glibc.read(child.output, $0.baseAddress, $0.count) }
      if read == 0 { throw .system(path: path, code: EPIPE) }
      if read < 0, errno != EINTR { throw .system(path: path, code: errno) }
      done += max(0, read)
    }
    return bytes
  }
}

/// What the process answers that reads segments: a head, then the bytes of the file, or why they cannot be had.
enum SegmentAnswer {
  struct Head {
    static let bytes = 9
    /// Of what follows.
    var count: Int
    /// 0 before the bytes of a file; else how the command ends.
    var code: UInt8

    init(count: Int, code: UInt8) { (self.count, self.code) = (count, code) }

    init(_ bytes: [UInt8]) {
      code = bytes.last ?? 0
      count = Int(clamping: bytes.dropLast().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    var encoded: [UInt8] {
      (0..<Self.bytes - 1).map { UInt8(truncatingIfNeeded: UInt64(count) >> UInt64(8 * (Self.bytes - 2 - $0))) } + [
        code
      ]
    }
  }
}

/// The other end of it: is told names line by line, and answers with the bytes of those files.
struct InspectSegments: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "segments", shouldDisplay: false)
  @Option var archive: String

  func run() {
    while let name = readLine() {
      do {
        // Who asks may be another account by now: he gets what the command was given, and nothing else.
        guard SegmentName.first(of: name) != nil else { throw UnsafePath.system(path: name, code: EINVAL) }
        let bytes = try GivenFile(archive + "/" + name, waits: false).contents(most: Segment.bytesMax)
        Inspect.write(SegmentAnswer.Head(count: bytes.count, code: 0).encoded + bytes)
      } catch {
        let code = (error as? UnsafePath).map { Exit.code($0) } ?? Exit.storage
        let line = InspectionLine(failure: StartFailure.text(error)).json
        Inspect.write(SegmentAnswer.Head(count: line.count, code: UInt8(clamping: code.rawValue)).encoded + line)
      }
    }
  }
}
