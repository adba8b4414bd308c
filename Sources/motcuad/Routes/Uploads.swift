import DeskInterface
import DeskService
import DeskWire
import Glibc
import Synchronization

/// Texts that are handed over in parts. They hold people's names, so they stay in memory, and not for long.
final class Uploads: Sendable {
  private struct Upload {
    var uid: UInt32
    var text: String
    var touched: Int
  }

  private let bytesMax: Int
  private let secondsMax = 600
  private let uploads = Mutex<[String: Upload]>([:])

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Adds a part; without an id it begins a new text. All texts together are bounded.
  func add(_ part: String, to id: String?, uid: UInt32) throws -> (id: String, bytes: Int) {
    try uploads.withLock { uploads in
      let now = Self.seconds
      uploads = uploads.filter { now - $0.value.touched < secondsMax }
      let held = uploads.values.reduce(0) { $0 + $1.text.utf8.count }
      guard held + part.utf8.count <= bytesMax else { throw WireFailure.wire(Wire.UploadTooLarge(limit: bytesMax)) }
      var upload = Upload(uid: uid, text: "", touched: now)
      if let id {
        guard let known = uploads[id], known.uid == uid else { throw WireFailure.wire(Wire.UnknownUpload(upload: id)) }
        upload = known
      }
      let id = id ?? CommandID.text(CommandID.make(milliseconds: Int64(now) * 1000))
      upload.text += part
      upload.touched = now
      uploads[id] = upload
      return (id, upload.text.utf8.count)
    }
  }

  /// The whole text; it is forgotten here.
  func take(_ id: String, uid: UInt32) throws -> String {
    try uploads.withLock { uploads in
      guard let upload = uploads[id], upload.uid == uid else {
        throw WireFailure.wire(Wire.UnknownUpload(upload: id))
      }
      uploads[id] = nil
      return upload.text
    }
  }

  private static var seconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }
}
