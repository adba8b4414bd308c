import Glibc

/// Which views are current, and whether they can be believed after the process that wrote them is gone.
///
/// The views are not flushed as they are written: a killed process loses nothing of them, a lost machine may leave them
/// torn. `STATE` tells the two apart: where the views were written in (boot, device, inode), and whether they were
/// closed in order. A mount id would tell nothing: a hardened unit gets a mount namespace of its own at every start.
struct ViewsDirectory {
  let data: String

  var current: String { data + "/CURRENT" }
  var state: String { data + "/STATE" }
  func path(_ number: Int) -> String { data + "/views-\(number)" }

  /// The number that `CURRENT` names; nil when it is missing or says anything else.
  func currentNumber() throws(FileError) -> Int? {
    guard let bytes = try Files.contents(current) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("views-"), text.hasSuffix("\n"), let number = Int(text.dropFirst(6).dropLast()), number > 0,
      Files.exists(path(number) + "/data.mdb")
    else { return nil }
    return number
  }

  func setCurrent(_ number: Int) throws(FileError) {
    try Files.replaceMark(current, with: Array("views-\(number)\n".utf8))
  }

  enum Trust {
    case trusted
    /// Whole, but with another schema version: good as a witness of what the ledger held, and for nothing else.
    case otherSchema
    case no
  }

  /// Whether the views were closed in order, or are still as the killed process left them. The line `form` names the schema
  /// versions that this release expects. A device number holds for one boot only, so views that were closed in order
  /// are known by their inode.
  func trust(_ number: Int, schemaVersion: String) throws(FileError) -> Trust {
    guard let bytes = try Files.contents(state), let identity = identity(number, schemaVersion: schemaVersion) else {
      return .no
    }
    let written = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    let expected = identity.lines
    guard written.count == expected.count else { return .no }
    let isWhole =
      switch written[0] {
      case "clean": written[2].split(separator: " ").last == expected[2].split(separator: " ").last
      case "unclean": identity.boot != nil && written[1] == expected[1] && written[2] == expected[2]
      default: false
      }
    guard isWhole, written[3].hasPrefix("form "), written[4].isEmpty else { return .no }
    return written[3] == expected[3] ? .trusted : .otherSchema
  }

  /// Whether `STATE` says that the views were closed in order, whichever views it names.
  func isMarkedClean() throws(FileError) -> Bool { try Files.contents(state)?.starts(with: "clean\n".utf8) == true }

  /// Durable when it returns: called with false before the first write, with true after the last sync.
  func mark(_ number: Int, schemaVersion: String, clean: Bool) throws(FileError) {
    guard let identity = identity(number, schemaVersion: schemaVersion) else {
      throw Files.failure("stat", path(number))
    }
    let lines = [clean ? "clean" : "unclean"] + identity.lines.dropFirst()
    let bytes = Array(lines.joined(separator: "\n").utf8)
    if try Files.contents(state) == bytes {
      // The writer of these bytes may have been killed before they were durable. Syncing them needs no room on a disk
      // that may be full.
      try Files.sync(state)
      try Files.sync(data)
    } else {
      try Files.replaceMark(state, with: bytes)
    }
  }

  /// Removes `STATE`, so that no start believes the views; durable when it returns.
  func distrust() throws(FileError) {
    if unlink(state) != 0, errno != ENOENT { throw Files.failure("unlink", state) }
    try Files.sync(data)
  }

  /// Frees all views but those of `number`: what a crash or a rebuild left behind.
  func removeOthers(than number: Int, into freed: FreedFiles) throws {
    for name in try Files.names(in: data) where name.hasPrefix("views-") && name != "views-\(number)" {
      try freed.take(data + "/" + name)
    }
  }

  func nextNumber() throws(FileError) -> Int { (try numbers().max() ?? 0) + 1 }

  /// The number of the views that take most on the disk; nil when none take anything.
  func largestNumber() throws(FileError) -> Int? {
    let sizes = try numbers().map { (number: $0, bytes: Files.allocatedBytes(path($0) + "/data.mdb")) }
    return sizes.filter { $0.bytes > 0 }.max { $0.bytes < $1.bytes }?.number
  }

  private func numbers() throws(FileError) -> [Int] {
    try Files.names(in: data).compactMap { $0.hasPrefix("views-") ? Int($0.dropFirst(6)) : nil }
  }

  private struct Identity {
    var boot: String?
    var device: UInt
    var inode: UInt
    var schemaVersion: String

    /// `clean` or `unclean` comes first and is not the identity's.
    var lines: [String] { ["", "boot \(boot ?? "unknown")", "file \(device) \(inode)", "form \(schemaVersion)", ""] }
  }

  private func identity(_ number: Int, schemaVersion: String) -> Identity? {
    var info = stat()
    guard stat(path(number) + "/data.mdb", &info) == 0 else { return nil }
    return Identity(boot: Boot.id, device: UInt(info.st_dev), inode: UInt(info.st_ino), schemaVersion: schemaVersion)
  }
}
