import DeskInterface
import DeskService
import EventSourcing
import EventStore
import Glibc
import Synchronization
import Varlink

/// Texts that are handed over in parts, and not kept for long. What holds people's names or keys stays in memory; an
/// export holds nothing of the kind, may be larger than the memory, and goes to a file.
final class Uploads: Sendable {
  private enum Content {
    case text(String)
    case spool(SpoolFile)

    var bytes: Int {
      switch self {
      case .text(let text): text.utf8.count
      case .spool(let file): file.size
      }
    }

    var bytesInMemory: Int { if case .text = self { bytes } else { 0 } }
  }

  private struct Upload {
    var uid: UInt32
    var content: Content
    var touched: Int
  }

  private let bytesMax: @Sendable () -> Int
  private let makeSpool: @Sendable () throws -> SpoolFile
  private let requireSpace: @Sendable (Int) throws -> Void
  private let secondsMax = 600
  private let uploads = Mutex<[String: Upload]>([:])

  /// - Parameters:
  ///   - bytesMax: of all texts in memory together.
  ///   - requireSpace: throws when the disk has no room for so many bytes more.
  init(
    bytesMax: @escaping @Sendable () -> Int, makeSpool: @escaping @Sendable () throws -> SpoolFile,
    requireSpace: @escaping @Sendable (Int) throws -> Void
  ) {
    self.bytesMax = bytesMax
    self.makeSpool = makeSpool
    self.requireSpace = requireSpace
  }

  /// Adds a part; without an id it begins a new text.
  func add(_ part: String, to id: String?, spool: Bool, uid: UInt32) throws -> (id: String, bytes: Int) {
    try uploads.withLock { uploads in
      let now = Self.seconds
      uploads = uploads.filter { now - $0.value.touched < secondsMax }
      var upload: Upload
      if let id {
        guard id.isASCII, let known = uploads[id], known.uid == uid else {
          throw WireFailure.wire(Wire.UnknownUpload(upload: String(id.prefix(100))))
        }
        upload = known
      } else {
        upload = Upload(uid: uid, content: spool ? .spool(try makeSpool()) : .text(""), touched: now)
      }
      switch upload.content {
      case .text(let text):
        let held = uploads.values.reduce(0) { $0 + $1.content.bytesInMemory }
        let bytesMax = bytesMax()
        guard held + part.utf8.count <= bytesMax else { throw WireFailure.wire(Wire.UploadTooLarge(limit: bytesMax)) }
        upload.content = .text(text + part)
      case .spool(let file):
        try requireSpace(part.utf8.count)
        try file.append(Array(part.utf8))
      }
      let id = id ?? CommandID.text(CommandID.make(milliseconds: Int64(now) * 1000))
      upload.touched = now
      uploads[id] = upload
      return (id, upload.content.bytes)
    }
  }

  /// The whole text; it is forgotten here.
  func take(_ id: String, uid: UInt32) throws -> String {
    guard case .text(let text) = try takeContent(id, uid) else {
      throw WireFailure.wire(Wire.UnknownUpload(upload: String(id.prefix(100))))
    }
    return text
  }

  /// The whole text that was handed over with `spool`; it is forgotten here.
  func takeSpool(_ id: String, uid: UInt32) throws -> SpoolFile {
    guard case .spool(let file) = try takeContent(id, uid) else {
      throw WireFailure.wire(Wire.UnknownUpload(upload: String(id.prefix(100))))
    }
    return file
  }

  private func takeContent(_ id: String, _ uid: UInt32) throws -> Content {
    try uploads.withLock { uploads in
      guard id.isASCII, let upload = uploads[id], upload.uid == uid else {
        throw WireFailure.wire(Wire.UnknownUpload(upload: String(id.prefix(100))))
      }
      uploads[id] = nil
      return upload.content
    }
  }

  private static var seconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }
}
