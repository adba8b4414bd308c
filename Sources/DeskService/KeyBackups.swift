import Desk
public import EventStore
import Glibc

/// Remembers when backups of the keys were handed out, because each of them still opens what was erased after it. Nobody
/// tells the daemon when one is destroyed, so that it counts those that may still be there: of a rotation that keeps so many,
/// the newest so many of that account; of the others, those that are younger than the office says it keeps them.
public final class KeyBackups: Sendable {
  struct Entry: Hashable {
    var at: Timestamp
    var uid: UInt32
    /// How many the rotation keeps that it went into; nil for a file by itself.
    var keep: Int?
  }

  public static let name = "key-backups"
  private static let header = "motcua key backups 1"
  private let directory: ApartDirectory

  public init(in directory: ApartDirectory) { self.directory = directory }

  /// Records that one is being handed out, durably; those that do not count any more are left out.
  func add(at now: Timestamp, uid: UInt32, keep: Int?, days: Int) throws(FileError) {
    try directory.locked { directory throws(FileError) in
      var entries = try entries(of: self.directory.contents(Self.name, in: directory))
      entries.append(Entry(at: now, uid: uid, keep: keep))
      let lines = Self.kept(entries, now: now, days: days).map {
        "\($0.at.rfc3339(at: .utc)) \($0.uid) \($0.keep.map(String.init) ?? "-")\n"
      }
      try self.directory.replace(Self.name, with: Array((Self.header + "\n" + lines.joined()).utf8), in: directory)
    }
  }

  /// How many that were handed out before an instant may still be there.
  func count(before instant: Timestamp, now: Timestamp, days: Int) throws(FileError) -> Int {
    Self.kept(try entries(of: directory.contents(Self.name)), now: now, days: days).count { $0.at < instant }
  }

  static func kept(_ entries: [Entry], now: Timestamp, days: Int) -> [Entry] {
    var room: [UInt32: Int] = [:]
    let oldest = now.adding(seconds: -Int64(days) * 86_400)
    return entries.reversed().filter { entry in
      guard let keep = entry.keep else { return entry.at >= oldest }
      // The newest says how many there are.
      let left = room[entry.uid] ?? keep
      room[entry.uid] = left - 1
      return left > 0
    }.reversed()
  }

  private func entries(of bytes: [UInt8]?) throws(FileError) -> [Entry] {
    guard let bytes else { return [] }
    let malformed = FileError(operation: "read", path: directory.file(Self.name), code: EBADMSG)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.first == Self.header else { throw malformed }
    var entries: [Entry] = []
    for line in lines.dropFirst() {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 3, let at = Timestamp(rfc3339: words[0]), let uid = UInt32(words[1]),
        words[2] == "-" || Int(words[2]) != nil
      else { throw malformed }
      entries.append(Entry(at: at, uid: uid, keep: Int(words[2])))
    }
    return entries
  }
}
