import Glibc

/// Goes along a path name by name, and keeps what it leads to open, and everything that it leads through. Whoever owns
/// a directory or a link on the way can make the path lead elsewhere, and root must not follow him.
struct PathWalk {
  struct Place {
    var path: String
    var status: stat

    var isLink: Bool { status.st_mode & S_IFMT == S_IFLNK }
    var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var owner: uid_t { status.st_uid }
  }

  /// The directories in which a name was looked up, and the links that were followed.
  private(set) var passed: [Place] = []
  /// What the path leads to, opened with `O_PATH`; where names are missing, the last directory that is there.
  let end: Held
  private(set) var last: Place
  /// The names that are not there.
  private(set) var missing: [String] = []

  /// `O_PATH` of Linux, which Glibc does not export.
  static let pathOnly: Int32 = 0o10_000_000
  private static let linksMax = 40

  init(_ path: String) throws(UnsafePath) {
    let isAbsolute = path.hasPrefix("/")
    var shown = isAbsolute ? "/" : "."
    var current = try Held(openat(AT_FDCWD, shown, Self.pathOnly | O_DIRECTORY | O_CLOEXEC), shown)
    if !isAbsolute { passed = try Self.above(current) }
    var names = Self.names(path)
    var links = 0
    last = Place(path: shown, status: try current.status(shown))
    while let name = names.popLast() {
      passed.append(last)
      let place = shown == "/" ? "/" + name : shown + "/" + name
      let descriptor = openat(current.descriptor, name, Self.pathOnly | O_NOFOLLOW | O_CLOEXEC)
      if descriptor < 0, errno == ENOENT {
        missing = [name] + names.reversed()
        break
      }
      let next = try Held(descriptor, place)
      let status = try next.status(place)
      guard status.st_mode & S_IFMT == S_IFLNK else {
        (current, shown, last) = (next, place, Place(path: place, status: status))
        continue
      }
      links += 1
      guard links <= Self.linksMax else { throw .system(path: place, code: ELOOP) }
      passed.append(Place(path: place, status: status))
      let target = try next.target(place)
      names += Self.names(target)
      guard target.hasPrefix("/") else { continue }
      shown = "/"
      current = try Held(openat(AT_FDCWD, "/", Self.pathOnly | O_DIRECTORY | O_CLOEXEC), "/")
      last = Place(path: "/", status: try current.status("/"))
    }
    end = current
  }

  /// The names of a path, the last one first, so that they are taken from the end.
  private static func names(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init).reversed()
  }

  /// The directories above one, up to the root.
  private static func above(_ directory: borrowing Held) throws(UnsafePath) -> [Place] {
    var places: [Place] = []
    var path = ".."
    var below = try directory.status(".")
    var current = try Held(openat(directory.descriptor, "..", pathOnly | O_DIRECTORY | O_CLOEXEC), path)
    while true {
      let status = try current.status(path)
      if status.st_dev == below.st_dev, status.st_ino == below.st_ino { return places }
      places.append(Place(path: path, status: status))
      below = status
      path += "/.."
      current = try Held(openat(current.descriptor, "..", pathOnly | O_DIRECTORY | O_CLOEXEC), path)
    }
  }

  /// Refuses a path that somebody could make lead elsewhere who is neither root nor `owner`.
  func requireControl(by owner: uid_t) throws(UnsafePath) {
    for place in passed {
      guard [0, owner].contains(place.owner) || Self.isUnknown(place.owner) else {
        throw .another(path: place.path, owner: place.owner)
      }
      // In a directory like /tmp everybody makes names, and only their owners take them away.
      if place.isLink || place.status.st_mode & S_ISVTX != 0 { continue }
      try place.requireUnwritable(alsoByGroup: owner == 0)
    }
  }

  /// Refuses links that are neither root's nor of whoever the file belongs to.
  func requireOwnLinks() throws(UnsafePath) {
    for link in passed where link.isLink && ![0, last.owner].contains(link.owner) {
      throw .another(path: link.path, owner: link.owner)
    }
  }

  /// Whether the number stands for accounts that this user namespace does not know: root in it may do nothing to what
  /// is theirs.
  private static func isUnknown(_ uid: uid_t) -> Bool { uid == 65_534 && !isWholeMachine }

  private static let isWholeMachine: Bool = {
    guard let file = fopen("/proc/self/uid_map", "r") else { return true }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return true }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.split(whereSeparator: \.isWhitespace).last == "4294967295"
  }()
}

extension PathWalk.Place {
  /// Refuses a directory in which others than its owner make and take away names.
  func requireUnwritable(alsoByGroup: Bool) throws(UnsafePath) {
    let byGroup = alsoByGroup && status.st_gid != 0 && status.st_mode & 0o020 != 0
    guard status.st_mode & 0o002 == 0, !byGroup else { throw .writableByOthers(path: path) }
  }
}

/// An open descriptor, which is closed with this object.
final class Held {
  let descriptor: Int32

  /// - Parameter descriptor: what an opening call has returned.
  init(_ descriptor: Int32, _ path: String) throws(UnsafePath) {
    guard descriptor >= 0 else { throw .system(path: path, code: errno) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func status(_ path: String) throws(UnsafePath) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path: path, code: errno) }
    return status
  }

  /// The target of a link.
  func target(_ path: String) throws(UnsafePath) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return readlinkat(descriptor, "", base.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard count >= 0 else { throw .system(path: path, code: errno) }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}

/// Why root does not work at a path.
enum UnsafePath: Error, Equatable {
  case system(path: String, code: Int32)
  case notADirectory(path: String)
  /// A directory or a link on the way that is another's.
  case another(path: String, owner: uid_t)
  case writableByOthers(path: String)
  /// In root's own data directory.
  case link(path: String)
  /// A file of root's that has more names than one, in the directory of somebody else.
  case manyNames(path: String)
  /// A file that must be there when the data directory is lost lies in it.
  case insideData(path: String, data: String)
  /// The account that the process could not become.
  case account(uid: uid_t, code: Int32)
}
