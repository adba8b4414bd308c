import Desk
import EventStore
import Foundation
import Glibc
import Synchronization
import Wording

/// Has root work in a data directory as the account that owns it. That account may put a link at any name in it at any
/// time, which root would follow to any file of the machine. So root opens what he was given first, and then becomes
/// that account for good: it cannot have root do for it what it may not do itself.
enum DataDirectory {
  private struct Entered {
    /// Who started the process.
    var startedBy: uid_t?
    /// What the working directory was called when it was given.
    var name: String?
    /// The directories that were made for a command that may still fail, the innermost last.
    var made: [String] = []
  }

  private static let entered = Mutex(Entered())

  /// A path to the working directory, whatever its name becomes. It ends in `/.`, so that the path without its last
  /// part leads to the directory itself and not into /proc.
  private static let here = "/proc/self/cwd/."

  /// Who started the process, whoever it is now.
  static var startedBy: uid_t { entered.withLock { $0.startedBy } ?? getuid() }
  /// Whether root has become another account.
  static var hasLeftRoot: Bool { startedBy == 0 && getuid() != 0 }

  /// Enters a data directory. Call it before anything in the directory is touched, and after everything else was
  /// opened. For anybody but root it does nothing.
  ///
  /// A path that somebody besides root and the directory's owner can make lead elsewhere is refused. When another
  /// account owns the directory, the process becomes that account and goes there. A directory of root's own is refused,
  /// too, when somebody else can change a name in it, or a link is in it.
  ///
  /// - Parameter makes: makes a directory that is missing; `withdraw` takes it back.
  /// - Returns: what the directory is to be called from now on.
  static func enter(_ path: String, makes: Bool = false) throws(UnsafePath) -> String {
    entered.withLock { $0.startedBy = $0.startedBy ?? getuid() }
    guard geteuid() == 0 else { return path }
    let walk = try PathWalk(path)
    let owner = walk.last.owner
    guard walk.last.isDirectory else { throw .notADirectory(path: walk.last.path) }
    try walk.requireControl(by: owner)
    guard owner == 0 else {
      guard fchdir(walk.end.descriptor) == 0 else { throw .system(path: walk.last.path, code: errno) }
      try become(walk.last.status)
      entered.withLock { $0.name = walk.missing.isEmpty ? path : walk.last.path }
      return ([here] + walk.missing).joined(separator: "/")
    }
    if walk.missing.isEmpty {
      try walk.last.requireUnwritable(alsoByGroup: true)
      try requireOwn(in: walk.end.descriptor, path, only: prefixes)
    } else if makes {
      try make(walk)
    }
    return path
  }

  /// Makes a directory outside the data directory for the data directory's owner, where only root may make one. Call it
  /// while the process is still root. In a directory that is not root's nothing is made: the owner does that himself.
  ///
  /// - Throws: `UnsafePath.insideData` for a place that would be lost with the data directory.
  static func prepare(_ path: String, for data: String) throws(UnsafePath) {
    if Paths.isInside(path, data) { throw .insideData(path: path, data: data) }
    guard geteuid() == 0 else { return }
    let walk = try PathWalk(path)
    // The owner of the data directory, when that is there already.
    let inside = try PathWalk(data)
    let owner = inside.missing.isEmpty ? inside.last.status : stat()
    if walk.missing.isEmpty, ![0, inside.last.owner].contains(walk.last.owner) {
      throw .another(path: walk.last.path, owner: walk.last.owner)
    }
    guard !walk.missing.isEmpty, walk.last.isDirectory, walk.last.owner == 0 else { return }
    try walk.requireControl(by: 0)
    var (directory, place) = (walk.end, walk.last.path)
    for (index, name) in walk.missing.enumerated() {
      place = place == "/" ? "/" + name : place + "/" + name
      guard mkdirat(directory.descriptor, name, 0o700) == 0 else { throw .system(path: place, code: errno) }
      try sync(above: place)
      let made = place
      entered.withLock { $0.made.append(made) }
      directory = try Held(openat(directory.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), place)
      guard index == walk.missing.count - 1, owner.st_uid != 0 else { continue }
      guard fchown(directory.descriptor, owner.st_uid, owner.st_gid) == 0 else {
        throw .system(path: place, code: errno)
      }
    }
  }

  /// Refuses a path that somebody but root can make lead elsewhere, before root works there as root.
  static func requireSafe(_ path: String) throws(UnsafePath) {
    guard geteuid() == 0 else { return }
    try PathWalk(path).requireControl(by: 0)
  }

  /// Opens the directory of a file that is to be made, through no link of anybody but root or its owner.
  static func parent(of path: String) throws(UnsafePath) -> Held {
    let parent = Files.parent(of: path)
    guard geteuid() == 0 else { return try Held(open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC), parent) }
    let walk = try PathWalk(parent)
    guard walk.missing.isEmpty else { throw .system(path: parent, code: ENOENT) }
    try walk.requireOwnLinks()
    return walk.end
  }

  /// Goes to the directory in which a file is to be made, without becoming another account.
  /// - Returns: what the directory is to be called from now on.
  static func stand(in path: String) throws(UnsafePath) -> String {
    let directory = try parent(of: path + "/.")
    guard fchdir(directory.descriptor) == 0 else { throw .system(path: path, code: errno) }
    entered.withLock { $0.name = path }
    return here
  }

  /// Removes the directories that `prepare` and `enter` have made, unless there is more in them than a lock.
  static func withdraw() {
    let made = entered.withLock { entered in
      defer { entered.made = [] }
      return entered.made
    }
    for path in made.reversed() {
      unlink(path + "/lock")
      rmdir(path)
    }
  }

  /// A text for people, in which the directory is called what they called it.
  static func named(_ text: String) -> String {
    guard let name = entered.withLock({ $0.name }) else { return text }
    return text.replacingOccurrences(of: here, with: name)
  }

  /// Makes the name of a new directory durable.
  private static func sync(above path: String) throws(UnsafePath) {
    let above = Files.parent(of: path)
    do throws(FileError) { try Files.sync(above) } catch { throw .system(path: above, code: error.code) }
  }

  /// Makes the missing directories one after the other, each held before the next is made in it, so that nobody slips
  /// another in.
  private static func make(_ walk: PathWalk) throws(UnsafePath) {
    var directory = walk.end
    var path = walk.last.path
    for name in walk.missing {
      path = path == "/" ? "/" + name : path + "/" + name
      guard mkdirat(directory.descriptor, name, 0o700) == 0 else { throw .system(path: path, code: errno) }
      try sync(above: path)
      let flags = PathWalk.pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
      directory = try Held(openat(directory.descriptor, name, flags), path)
      let owner = try directory.status(path).st_uid
      guard owner == 0 else { throw .another(path: path, owner: owner) }
      entered.withLock { $0.made.append(path) }
    }
  }

  /// How the names of motcua's own files in a data directory begin.
  private static let prefixes = [
    "ACCEPTED", "CLOCK", "CURRENT", "STATE", "freed", "keys", "ledger", "lock", "restore", "spool", "verify", "views",
  ]

  /// Refuses links, and what is not root's, because its owner may make it a link the next moment.
  private static func requireOwn(
    in directory: Int32, _ path: String, only prefixes: [String]? = nil
  ) throws(UnsafePath) {
    let descriptor = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, let handle = fdopendir(descriptor) else { throw .system(path: path, code: errno) }
    defer { closedir(handle) }
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name == "." || name == ".." || prefixes?.contains(where: { name.hasPrefix($0) }) == false { continue }
      var place = PathWalk.Place(path: path + "/" + name, status: stat())
      guard fstatat(descriptor, name, &place.status, AT_SYMLINK_NOFOLLOW) == 0 else {
        if errno == ENOENT { continue }
        throw .system(path: place.path, code: errno)
      }
      if place.isLink { throw .link(path: place.path) }
      guard place.owner == 0 else { throw .another(path: place.path, owner: place.owner) }
      guard place.isDirectory else { continue }
      try place.requireUnwritable(alsoByGroup: true)
      let flags = PathWalk.pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
      let inner = try Held(openat(descriptor, name, flags), place.path)
      try requireOwn(in: inner.descriptor, place.path)
    }
  }

  /// Makes the process the account, with its own groups; it can never be root again.
  private static func become(_ directory: stat) throws(UnsafePath) {
    let uid = directory.st_uid
    let user = try? UserDatabase.user(uid: uid)
    let groups = user.map { UserDatabase.groups(of: $0) } ?? []
    // The directory's group is taken where it is one of the account's. An unknown account has no groups to compare
    // with, and gets any group but root's.
    let gid =
      switch user {
      case let user? where !groups.contains(directory.st_gid): user.gid
      case nil where directory.st_gid == 0: gid_t(65_534)
      default: directory.st_gid
      }
    guard setgroups(groups.count, groups) == 0, setgid(gid) == 0, setuid(uid) == 0 else {
      throw .account(uid: uid, code: errno)
    }
    guard getuid() == uid, geteuid() == uid, setuid(0) != 0 else { throw .account(uid: uid, code: EPERM) }
  }
}

extension UnsafePath {
  var text: Text {
    switch self {
    case .system(let path, let code):
      let reason = SystemErrorText(code)
      return Text(vi: "\(path): \(reason.vi)", en: "\(path): \(reason.en)")
    case .notADirectory(let path): return Text(vi: "\(path) không phải thư mục", en: "\(path) is no directory")
    case .another(let path, let owner):
      let name = Self.account(owner)
      return Text(
        vi: "\(path) là của \(name), người có thể biến nó thành liên kết tới nơi khác: root không đi qua đó; "
          + "hãy chỉ một thư mục khác, hoặc giao cả thư mục cho một tài khoản bằng chown -R",
        en: "\(path) belongs to \(name), who could make it a link to elsewhere: root does not go through it; "
          + "name another directory, or give all of it to one account with chown -R")
    case .writableByOthers(let path):
      return Text(
        vi: "người khác ghi được vào \(path), nên root không làm việc ở đó; hãy chạy chmod go-w \(path)",
        en: "others can write in \(path), so root does not work there; run chmod go-w \(path)")
    case .link(let path):
      return Text(
        vi: "\(path) là liên kết, root không đi theo; hãy thay nó bằng thư mục hoặc tệp thật",
        en: "\(path) is a link, which root does not follow; put a real file or directory there")
    case .manyNames(let path):
      return Text(
        vi: "\(path) là tệp của root có nhiều tên, nằm trong thư mục của người khác; hãy chép nó về thư mục của root",
        en:
          "\(path) is a file of root's with several names, in the directory of somebody else; copy it to one of root's")
    case .insideData(let path, let data):
      return Text(
        vi:
          "\(path) nằm trong thư mục dữ liệu \(data), nên sẽ mất hoặc cũ đi cùng nó: hãy đặt signed_heads và erasures "
          + "trong motcuad.toml ở ngoài",
        en: "\(path) lies in the data directory \(data), and would be lost or put back with it: set signed_heads and "
          + "erasures in motcuad.toml to a place outside")
    case .account(let uid, let code):
      let reason = SystemErrorText(code)
      return Text(
        vi: "không chuyển sang được \(Self.account(uid)), chủ của thư mục dữ liệu: \(reason.vi)",
        en: "cannot become \(Self.account(uid)), whose data directory it is: \(reason.en)")
    }
  }

  private static func account(_ uid: uid_t) -> String { (try? UserDatabase.account(of: uid)) ?? "uid \(uid)" }
}
