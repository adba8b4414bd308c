import Desk
import EventSourcing
public import EventStore
import Glibc
import Synchronization

/// Remembers when backups of the keys were handed out, because each of them still opens what was erased after it.
/// Nobody tells the daemon when one is destroyed, so it counts those that may still exist: of a rotation, as many of
/// the newest as it keeps; of the others, those that are not older than the office says that it keeps them
/// (`key_backup_days`).
///
/// Text: a header, then a line for each backup, `TIME UID KEEP POSITION ROTATION`, with `-` for one in no rotation.
public final class KeyBackups: Sendable {
  struct Entry: Hashable {
    var at: Timestamp
    /// The ledger's last event at that time. Both are kept, because a wrong clock makes times useless, and a ledger
    /// that was put back makes positions useless.
    var position: Position
    var uid: UInt32
    /// How many backups its rotation keeps; nil for a backup outside any.
    var keep: Int?
    /// The entry while the backup is under way: until it is whole it takes no place in a rotation, but may exist all
    /// the same.
    var attempt: Entry {
      var attempt = self
      (attempt.keep, attempt.rotation) = (nil, nil)
      return attempt
    }

    /// Tells the rotations of one account apart.
    var rotation: Int?

    func isBefore(_ instant: Timestamp, _ position: Position) -> Bool { at < instant || self.position < position }
  }

  private struct Rotation: Hashable {
    var uid: UInt32
    var number: Int?
  }

  public static let name = "key-backups"
  private static let header = "motcua key backups 1"
  private let directory: ApartDirectory
  /// Backups that were handed out and could not be recorded; the next `add` records them, too.
  private let unwritten = Mutex<[Entry]>([])

  public init(in directory: ApartDirectory) { self.directory = directory }

  var path: String { directory.file(Self.name) }

  /// Records a backup that is handed out, durably, and drops entries that do not count any more. An entry that cannot
  /// be written counts all the same until the process ends.
  ///
  /// - Parameters:
  ///   - attempt: the entry of the same backup while it was under way, which this one replaces.
  ///   - days: how long the office says that it keeps backups outside a rotation.
  func add(_ entry: Entry, for attempt: Entry? = nil, days: Int) throws(FileError) {
    let new = unwritten.withLock { unwritten in
      unwritten.append(entry)
      return unwritten
    }
    try directory.locked { directory throws(FileError) in
      var entries = try entries(of: self.directory.contents(Self.name, in: directory)) + new
      if let attempt, let index = entries.lastIndex(of: attempt) { entries.remove(at: index) }
      let lines = Self.kept(entries, now: entry.at, days: days).map(\.line)
      try self.directory.replace(Self.name, with: Array((Self.header + "\n" + lines.joined()).utf8), in: directory)
    }
    unwritten.withLock { $0.removeFirst(new.count) }
  }

  /// How many backups that were handed out before an event may still exist.
  func count(before instant: Timestamp, _ position: Position, now: Timestamp, days: Int) throws(FileError) -> Int {
    let all = try entries(of: directory.contents(Self.name)) + unwritten.withLock { $0 }
    return Self.kept(all, now: now, days: days).count { $0.isBefore(instant, position) }
  }

  /// When the last backup was handed out whose ledger was longer than `position`; nil when there is none.
  func latest(after position: Position) throws(FileError) -> Timestamp? {
    try entries(of: directory.contents(Self.name)).filter { $0.position > position }.map(\.at).max()
  }

  static func kept(_ entries: [Entry], now: Timestamp, days: Int) -> [Entry] {
    var room: [Rotation: Int] = [:]
    let oldest = now.adding(seconds: -Int64(days) * 86_400)
    return entries.reversed().filter { entry in
      guard let keep = entry.keep else { return entry.at >= oldest }
      // The newest entry of a rotation says how many it keeps.
      let rotation = Rotation(uid: entry.uid, number: entry.rotation)
      let left = room[rotation] ?? keep
      room[rotation] = left - 1
      return left > 0
    }.reversed()
  }

  private func entries(of bytes: [UInt8]?) throws(FileError) -> [Entry] {
    guard let bytes else { return [] }
    let malformed = FileError(operation: "read", path: directory.file(Self.name), code: EBADMSG)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.first == Self.header else { throw malformed }
    return try lines.dropFirst().map { line throws(FileError) in
      guard let entry = Entry(line: line) else { throw malformed }
      return entry
    }
  }
}

extension KeyBackups.Entry {
  var line: String {
    "\(at.rfc3339(at: .utc)) \(uid) \(keep.map(String.init) ?? "-") \(position.rawValue) \(rotation.map(String.init) ?? "-")\n"
  }

  init?(line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 5, let at = Timestamp(rfc3339: words[0]), let uid = UInt32(words[1]),
      words[2] == "-" || Int(words[2]) != nil, let position = UInt64(words[3]),
      words[4] == "-" || Int(words[4]) != nil
    else { return nil }
    self.init(at: at, position: Position(position), uid: uid, keep: Int(words[2]), rotation: Int(words[4]))
  }
}
