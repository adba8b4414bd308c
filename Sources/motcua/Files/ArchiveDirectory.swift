import DeskInterface
import Glibc
import LedgerArchive
import MerkleTree

/// The directory of an archive: its segments, and nothing else that says how far it is. One program at a time writes in
/// it.
final class ArchiveDirectory {
  let path: String
  private let descriptor: Int32
  private let language: Language
  /// The tree over everything that is whole in it, from the first event on.
  private(set) var tree = Frontier()
  /// Nil while it is empty.
  private(set) var ledger: LedgerMark?
  /// What is missing between what is whole and what lies behind; nil where there is no hole.
  private(set) var hole: ArchiveWalk.Hole?
  /// The tree with which the last segment ends, behind every hole.
  private(set) var end = Frontier()
  /// The last segment, while it may grow.
  private var last: SegmentWriter?

  /// Takes the directory, removes what a killed run has left, and reads everything in it.
  ///
  /// - Throws: `Failure` for what is damaged in it, by name; `OutputFailure` when it cannot be used.
  init(_ path: String, _ language: Language) throws {
    self.path = path
    self.language = language
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unusable(path, errno, language) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw OutputFailure(code: errno, path: path) }
      throw Failure.declined(
        language.say(
          "Một motcua archive khác đang ghi vào \(path).", "Another motcua archive writes into \(path) already."))
    }
    warnIfOpen()
    let names = try Self.names(path)
    if let keys = names.first(where: { $0.hasSuffix(".keys") }) {
      throw Failure.usage(
        language.say(
          "\(path) có \(keys): khóa không được nằm cạnh kho lưu trữ, vì ai có cả hai thì đọc được tất cả.",
          "\(keys) is in \(path): keys may not lie beside the archive, because whoever has both reads everything."))
    }
    for name in names where Self.isLeftover(name) {
      let leftover = path + "/" + name
      if unlink(leftover) != 0, errno != ENOENT { throw OutputFailure(code: errno, path: leftover) }
    }
    try look()
    // What is seen may not be on the disk: a run may have been killed between a name and its flush.
    guard fsync(descriptor) == 0 else { throw OutputFailure(code: errno, path: path) }
  }

  /// A directory is never made here: a place that is mistyped, or whose disk is away, would begin a second archive.
  private static func unusable(_ path: String, _ code: Int32, _ language: Language) -> any Error {
    switch code {
    case ENOENT:
      Failure.noDirectory(
        language.say(
          "Không có thư mục \(path): xem lại tên, hoặc đĩa của nó có đang được gắn không; nếu là kho mới thì hãy tạo thư mục.",
          "There is no directory \(path): look whether it is spelled right, and its disk there; for a new archive make it."
        ),
        next: "mkdir -m 700 \(CommandLineText.quoted(path))")
    case ENOTDIR:
      Failure.noDirectory(
        language.say(
          "\(path) không phải thư mục: kho lưu trữ cần một thư mục.", "\(path) is no directory: an archive takes one."),
        next: nil)
    default: OutputFailure(code: code, path: path)
    }
  }

  /// What is in it is sealed, so that it is no reason to leave the office without an archive.
  private func warnIfOpen() {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0 else { return }
    let mode = String(status.st_mode & 0o777, radix: 8)
    Notice.line(
      language.say(
        "Cảnh báo: tài khoản khác vào được \(path) (quyền \(mode)); nên để riêng cho tài khoản này.",
        "Warning: other accounts may enter \(path) (mode \(mode)); it is best kept to this one."))
    Notice.line("→ chmod 700 \(CommandLineText.quoted(path))")
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether a directory holds segments of an archive.
  static func isArchive(_ path: String) throws -> Bool {
    try names(path).contains { SegmentName.first(of: $0) != nil }
  }

  /// The segment that goes on where the archive ends.
  func next(of ledger: LedgerMark) -> SegmentWriter { last ?? SegmentWriter(of: ledger, after: tree) }

  /// Makes a segment durable: the file, its name, the directory. Only then it counts.
  func store(_ segment: SegmentWriter) throws {
    // The disk may be away, and an empty place be where it was.
    var (held, named) = (stat(), stat())
    guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_dev == named.st_dev,
      held.st_ino == named.st_ino
    else { throw OutputFailure(code: ESTALE, path: path) }
    let file = try OutFile(path + "/" + segment.name, replaces: true, language)
    try file.write(segment.finished())
    try file.finish()
    tree = segment.tree
    ledger = segment.ledger
    last = segment.count < Segment.fullBytes ? segment : nil
    if hole == nil { end = tree }
    // It goes on behind the hole, with whatever is there.
    if tree.size == hole?.last { try look() }
  }

  /// Reads everything, behind holes as well: nothing is fetched into one behind which something is wrong.
  private func look() throws {
    var walk = ArchiveWalk(try Self.names(path), pastHoles: true)
    var newest: Segment?
    do {
      while let segment = try walk.segment(contents) { if walk.hole == nil { newest = segment } }
    } catch let fault as ArchiveFault {
      throw Failure.damaged(
        language.say(
          "Kho lưu trữ \(path): \(fault.text.vi). Nguyên vẹn đến sự kiện \(language.grouped(Int(clamping: walk.tree.size))). "
            + "Chưa ghi gì; dời tệp đó đi thì lần chạy sau lấy lại phần thiếu từ sổ.",
          "The archive \(path): \(fault.text.en). It is whole up to event \(language.grouped(Int(clamping: walk.tree.size))). "
            + "Nothing was written; once that file is moved away, the next run fetches from the ledger what is missing."
        ))
    }
    (tree, end, hole, ledger) = (walk.tree, walk.end, walk.hole, walk.ledger)
    let writer = newest.map { SegmentWriter(continuing: $0) }
    last = writer.flatMap { $0.count < Segment.fullBytes ? $0 : nil }
  }

  /// The names of everything in a directory.
  private static func names(_ path: String) throws -> [String] {
    do throws(ArchiveFiles.Failure) { return try ArchiveFiles.names(in: path) } catch {
      throw OutputFailure(code: error.code, path: path)
    }
  }

  private func contents(_ name: String) throws -> [UInt8] {
    let path = path + "/" + name
    do throws(TextFile.SystemError) {
      return try TextFile.bytes(path, most: Segment.bytesMax, waits: false)
    } catch {
      throw OutputFailure(code: error.code, path: path, isRead: true)
    }
  }

  /// What `OutFile` names beside a segment that is not whole yet.
  private static func isLeftover(_ name: String) -> Bool {
    guard let part = name.lastIndex(of: ".") else { return false }
    return SegmentName.first(of: String(name[..<part])) != nil && name[part...].hasPrefix(".part-")
  }
}
