public import Desk
public import EventStore
import Glibc
import MerkleTree
import Synchronization

/// The office's list of erasures, outside the data directory and its backups. A backup of the ledger that is older than
/// an erasure does not know of it; by this list a restore erases the case again.
///
/// Text, a line each, ended by a line feed; nothing in it is personal. A last line without its line feed was being
/// written when the machine stopped: nobody was told of that erasure yet.
/// ```
/// motcua erasures 1
/// SLOT COMMITMENT TIME
/// ```
/// The slot of the key is the number of the case, the commitment to the key (base64) is that of the case's `received`,
/// and the time is when the erasure was recorded.
public final class ErasureList: Sendable {
  /// One erasure.
  public struct Entry: Hashable, Sendable {
    public var slot: UInt64
    public var commitment: [UInt8]
    public var at: Timestamp

    public init(slot: UInt64, commitment: [UInt8], at: Timestamp) {
      self.slot = slot
      self.commitment = commitment
      self.at = at
    }

    init?(line text: String) {
      let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard words.count == 3, let slot = UInt64(words[0]), slot > 0, let commitment = Base64.decode(words[1]),
        commitment.count == 32, let at = Timestamp(rfc3339: words[2])
      else { return nil }
      self.init(slot: slot, commitment: commitment, at: at)
    }

    var line: String { "\(slot) \(Base64.encode(commitment)) \(at.rfc3339(at: .utc))\n" }
  }

  /// Why a list cannot be read.
  public enum Fault: Error, Hashable, Sendable {
    case file(FileError)
    /// The file does not begin as a list of erasures.
    case notAList(path: String)
    case newer(path: String)
    /// Counted from 1.
    case malformed(path: String, line: Int)

    public var text: Text {
      switch self {
      case .file(let error): Text(vi: error.vietnamese, en: error.description)
      case .notAList(let path):
        Text(vi: "\(path): không phải danh sách hồ sơ đã xóa dữ liệu", en: "\(path): not a list of erasures")
      case .newer(let path):
        Text(vi: "\(path): danh sách của bản mới hơn", en: "\(path): a list of a newer release")
      case .malformed(let path, let line):
        Text(
          vi: "\(path):\(line): không phải dòng của danh sách hồ sơ đã xóa dữ liệu",
          en: "\(path):\(line): not a line of a list of erasures")
      }
    }
  }

  public static let name = "erasures"
  static let header = "motcua erasures 1"

  private struct Held {
    var descriptor: Int32
    var length: Int
    var device: dev_t
    var inode: ino_t
  }

  public let directory: ApartDirectory
  /// The file that is added to, once it was completed. Nil before that, and after a write that has failed, because what
  /// the system then holds of it in memory may not be on the disk.
  private let held = Mutex<Held?>(nil)

  public init(in directory: ApartDirectory) { self.directory = directory }

  deinit { held.withLock { if let held = $0 { close(held.descriptor) } } }

  public var path: String { directory.file(Self.name) }

  /// The erasures of a list, and whether a last one was cut short.
  public static func parse(_ bytes: [UInt8], path: String) throws(Fault) -> (entries: [Entry], isCutShort: Bool) {
    // Zeros at the end are room that was taken when the machine stopped.
    let bytes = bytes[..<((bytes.lastIndex { $0 != 0 } ?? -1) + 1)]
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1
    guard let text = String(validating: bytes[..<(end + 1)], as: UTF8.self) else { throw .notAList(path: path) }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.removeLast()
    guard let first = lines.first, first.hasPrefix("motcua erasures ") else { throw .notAList(path: path) }
    guard first == Self.header else { throw .newer(path: path) }
    var entries: [Entry] = []
    for (index, line) in lines.enumerated().dropFirst() {
      guard let entry = Entry(line: line) else { throw .malformed(path: path, line: index + 1) }
      entries.append(entry)
    }
    return (entries, end + 1 < bytes.count)
  }

  /// The list as text.
  public static func text(of entries: some Sequence<Entry>) -> String {
    entries.reduce(into: Self.header + "\n") { $0 += $1.line }
  }

  /// The erasures of the list; none when there is no list.
  public func entries() throws(Fault) -> [Entry] {
    let bytes: [UInt8]?
    do throws(FileError) { bytes = try directory.contents(Self.name) } catch { throw .file(error) }
    guard let bytes, !bytes.isEmpty else { return [] }
    return try Self.parse(bytes, path: path).entries
  }

  /// The erasures of all lines that can be read, whatever stands between them. Other lines are reported where the list
  /// is completed.
  public func readable() -> [Entry] {
    guard let bytes = try? directory.contents(Self.name) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      String(validating: line, as: UTF8.self).flatMap { Entry(line: $0) }
    }
  }

  /// Whether the file at the path is the one that is added to.
  ///
  /// - Returns: false when `complete` has to be called first.
  /// - Throws: when there is no room for the erasures of a group of commands.
  func isReady() throws(FileError) -> Bool {
    var failure: FileError?
    let isReady = held.withLock { held in
      guard let file = held else { return false }
      var status = stat()
      guard lstat(path, &status) == 0, status.st_dev == file.device, status.st_ino == file.inode,
        status.st_size == file.length
      else {
        close(file.descriptor)
        held = nil
        return false
      }
      // Room is taken and given back, because nothing else shows that a write will find it.
      let code = posix_fallocate(file.descriptor, off_t(file.length), 32_768)
      if code != 0 {
        failure = FileError(operation: "write", path: path, code: code)
      } else if ftruncate(file.descriptor, off_t(file.length)) != 0 {
        failure = FileError(operation: "truncate", path: path, code: errno)
      }
      return true
    }
    if let failure { throw failure }
    return isReady
  }

  /// Adds erasures, durably when it returns.
  func add(_ entries: [Entry]) throws(FileError) {
    guard !entries.isEmpty else { return }
    let bytes = Array(entries.map(\.line).joined().utf8)
    var failure: FileError?
    held.withLock { held in
      guard let file = held else {
        failure = FileError(operation: "write", path: path, code: EBADF)
        return
      }
      do throws(FileError) {
        try Files.writeAll(file.descriptor, bytes, at: file.length, path)
        if fdatasync(file.descriptor) != 0 { throw FileError(operation: "fdatasync", path: path, code: errno) }
        held?.length += bytes.count
      } catch {
        failure = error
        close(file.descriptor)
        held = nil
      }
    }
    if let failure { throw failure }
  }

  /// Makes the list hold these erasures too. It is written anew, whole, because after a flush that failed, in this
  /// process or in one before, the system shows what is not on the disk.
  public func complete(with entries: [Entry]) throws(Fault) {
    var fault: Fault?
    do throws(FileError) {
      try directory.locked { directory throws(FileError) in
        var listed: [Entry] = []
        if let bytes = try self.directory.contents(Self.name, in: directory), !bytes.isEmpty {
          do throws(Fault) { listed = try Self.parse(bytes, path: path).entries } catch {
            fault = error
            return
          }
        }
        let known = Set(listed.map(\.commitment))
        let text = Array(Self.text(of: listed + entries.filter { !known.contains($0.commitment) }).utf8)
        try self.directory.replace(Self.name, with: text, in: directory)
        guard let descriptor = try self.directory.openToAppend(Self.name, in: directory) else {
          throw FileError(operation: "open", path: path, code: ENOENT)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
          defer { close(descriptor) }
          throw FileError(operation: "stat", path: path, code: errno)
        }
        held.withLock { held in
          if let held { close(held.descriptor) }
          held = Held(descriptor: descriptor, length: text.count, device: status.st_dev, inode: status.st_ino)
        }
      }
    } catch {
      throw .file(error)
    }
    if let fault { throw fault }
  }
}
