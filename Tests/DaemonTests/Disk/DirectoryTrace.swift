import DeskInterface
import Foundation
import Glibc
import MerkleTree
import Varlink

/// What was asked of everything in a directory, names included, and when it was on the disk, as `strace` saw it.
///
/// The disk is taken to promise no more than it must: a write is there for certain when a flush of its file has returned
/// that was called after it, a name when a flush of its directory has. A flush of a file that failed promises nothing, now
/// or later: what it was to write is forgotten, and the next flush goes well without it. Names are not forgotten so: they go
/// through the journal of a file system, which never goes on without one of them.
struct DirectoryTrace {
  /// A file or directory, whatever its name.
  typealias Node = Int

  enum Change {
    case write(Node, offset: Int, bytes: [UInt8])
    case resize(Node, to: Int)
    /// So long at least, with zeros at the end.
    case grow(Node, to: Int)
    /// A name, and the one that it had before, if it is a rename.
    case name(Entry, Node, was: Entry?)
    case unname(Entry)
  }

  struct Entry: Hashable {
    var directory: Node
    var name: String
  }

  enum Event {
    /// The change of that number was asked for.
    case asked(Int)
    /// The changes of those numbers are on the disk.
    case durable([Int])
    /// A client may have been told this.
    case told(Told)
    /// Somebody was told that all is done.
    case finished
  }

  enum Told {
    /// The last event of an answer.
    case position(Int)
    case signed(LedgerReader.Head)
    /// The beginning of a backup of the keys.
    case keys
  }

  static let calls =
    "trace=openat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,ftruncate,fallocate,lseek,"
    + "pwrite64,pwritev,writev,write,fdatasync,fsync,sendto,sendmsg,newfstatat"
  /// With the path of every descriptor, every byte and every field in full.
  static let options = ["-y", "-xx", "-v", "-s", "4000000", "-e", calls]

  static let root: Node = 0
  private(set) var changes: [Change] = []
  private(set) var events: [Event] = []
  /// Writes that failed: what of them is there nobody knows.
  private(set) var failed: Set<Int> = []
  /// What there was before, all of it on the disk.
  private(set) var files: [Node: [UInt8]] = [:]
  private(set) var entries: [Entry: Node] = [:]
  /// By the number that the file system knows it by.
  private(set) var inodes: [UInt: Node] = [:]

  /// What lies apart from the data directory.
  private(set) var apart: Set<Node> = []

  private let top: String
  private var now: [Entry: Node] = [:]
  private var directories: Set<Node> = [root]
  private var nodes = 1
  /// What a flush would make durable: changes that have returned.
  private var returned: [Node: [Int]] = [:]
  private var durableDescriptors: Set<String> = []
  private var places: [String: Int] = [:]
  private var underWay: [Int: Call] = [:]
  private var sent: [String: [UInt8]] = [:]

  /// - Parameters:
  ///   - top: the directory, as it stands before anything is traced, all of it taken to be on the disk. What lies beside
  ///     `data` and `data-apart` is left out.
  ///   - process: one that has files there open already, and stands still.
  init(of top: String, heldBy process: pid_t? = nil) throws {
    self.top = top
    for name in ["data", "data-apart"] { try take(name, in: Self.root, at: top + "/" + name) }
    now = entries
    guard let process else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd") {
      guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(name)"),
        let info = try? String(contentsOfFile: "/proc/\(process)/fdinfo/\(name)", encoding: .utf8),
        let flags = info.split(separator: "\n").first(where: { $0.hasPrefix("flags:") })?.split(separator: "\t").last,
        let bits = Int32(flags, radix: 8), bits & O_DSYNC != 0
      else { continue }
      durableDescriptors.insert("\(name) \(path)")
    }
  }

  private mutating func take(_ name: String, in directory: Node, at path: String) throws {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    let node = makeNode(isDirectory: info.st_mode & S_IFMT == S_IFDIR)
    entries[Entry(directory: directory, name: name)] = node
    noteApart(Entry(directory: directory, name: name), node)
    inodes[UInt(info.st_ino)] = node
    if directories.contains(node) {
      for name in try FileManager.default.contentsOfDirectory(atPath: path) {
        try take(name, in: node, at: path + "/" + name)
      }
    } else {
      files[node] = [UInt8](try Data(contentsOf: URL(filePath: path)))
    }
  }

  private mutating func makeNode(isDirectory: Bool) -> Node {
    defer { nodes += 1 }
    if isDirectory { directories.insert(nodes) }
    return nodes
  }

  /// What lies at a path below the directory at the end.
  func node(_ path: String) -> Node? {
    path.split(separator: "/").reduce(Self.root) { node, name in
      node.flatMap { now[Entry(directory: $0, name: String(name))] }
    }
  }

  private mutating func noteApart(_ entry: Entry, _ node: Node) {
    if entry == Entry(directory: Self.root, name: "data-apart") || apart.contains(entry.directory) {
      apart.insert(node)
    }
  }

  func isDirectory(_ node: Node) -> Bool { directories.contains(node) }

  // MARK: Reading

  /// What is left to be done when a call returns.
  private enum Call {
    case write(Int, Node, isDurable: Bool)
    case sync(Node, [Int])
    case open(Entry, path: String, flags: String)
    case seek(String)
    case make(Entry)
    case rename(Entry, Entry)
    case link(Entry, Entry)
    case unname(Entry)
    case resize(Change)
    case stat(Entry)
    case other
  }

  mutating func read(_ log: Data) throws {
    underWay = [:]
    sent = [:]
    try log.withUnsafeBytes { bytes in
      var rest = bytes
      while let end = rest.first(UInt8(ascii: "\n")) {
        var line = StraceLine(UnsafeRawBufferPointer(rebasing: rest[..<end]))
        try read(&line)
        rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
      }
    }
  }

  mutating func finish() { events.append(.finished) }

  private mutating func read(_ line: inout StraceLine) throws {
    let thread = line.number()
    line.skip(" ")
    if line.has("<... ") {
      guard let call = underWay.removeValue(forKey: thread) else { return }
      return try end(call, line)
    }
    // Before it is read, because reading uses the line up.
    let isUnfinished = line.isUnfinished
    let call = try begin(&line)
    if isUnfinished { underWay[thread] = call } else { try end(call, line) }
  }

  private mutating func begin(_ line: inout StraceLine) throws -> Call {
    let name = line.word(upTo: "(")
    switch name {
    case "openat":
      let (directory, file) = (line.directory(), line.string())
      guard let entry = entry(file, in: directory) else { return .other }
      return .open(entry, path: absolute(file, in: directory), flags: line.word(upTo: ")"))
    case "newfstatat":
      let directory = line.directory()
      return entry(line.string(), in: directory).map { .stat($0) } ?? .other
    case "mkdir": return entry(line.string(), in: "").map { .make($0) } ?? .other
    case "mkdirat":
      let directory = line.directory()
      return entry(line.string(), in: directory).map { .make($0) } ?? .other
    case "unlink", "rmdir": return entry(line.string(), in: "").map { .unname($0) } ?? .other
    case "unlinkat":
      let directory = line.directory()
      return entry(line.string(), in: directory).map { .unname($0) } ?? .other
    case "rename":
      let (old, new) = (entry(line.string(), in: ""), entry(line.string(), in: ""))
      if let old, let new { return .rename(old, new) }
      return .other
    case "link":
      let (old, new) = (entry(line.string(), in: ""), entry(line.string(), in: ""))
      if let old, let new { return .link(old, new) }
      return .other
    case "renameat", "renameat2", "linkat":
      let directory = line.directory()
      let old = entry(line.string(), in: directory)
      let target = line.directory()
      guard let old, let new = entry(line.string(), in: target) else { return .other }
      return name == "linkat" ? .link(old, new) : .rename(old, new)
    case "lseek", "pwrite64", "pwritev", "writev", "write", "sendto", "sendmsg", "fdatasync", "fsync", "ftruncate",
      "fallocate":
      break
    default: return .other
    }
    let descriptor = line.number()
    let path = line.path()
    if path.hasPrefix("socket:") {
      if name != "lseek" { try tell(line.strings(), on: "\(descriptor) \(path)") }
      return .other
    }
    guard let node = path == top ? Self.root : entry(path, in: "").flatMap({ now[$0] }) else {
      // What is not known of cannot be lost; a file that has no name any more is nowhere after a crash.
      if path.hasPrefix(top + "/data"), !path.hasSuffix(" (deleted)"), name != "lseek" { throw unknown(path) }
      return .other
    }
    let key = "\(descriptor) \(path)"
    switch name {
    case "lseek": return .seek(key)
    case "fdatasync", "fsync": return .sync(node, returned[node] ?? [])
    case "ftruncate": return .resize(.resize(node, to: line.lastNumber()))
    case "fallocate": return .resize(.grow(node, to: line.lastNumbers(2).reduce(0, +)))
    default:
      let bytes = line.strings().reduce([], +)
      let isPlaced = name.hasPrefix("pwrite")
      let offset = isPlaced ? line.lastNumber() : places[key] ?? 0
      if !isPlaced { places[key] = offset + bytes.count }
      return .write(ask(.write(node, offset: offset, bytes: bytes)), node, isDurable: durableDescriptors.contains(key))
    }
  }

  private mutating func end(_ call: Call, _ line: StraceLine) throws {
    if case .other = call { return }
    let isDone = line.result().map { $0 >= 0 } ?? false
    switch call {
    case .write(let number, let node, let isDurable):
      if !isDone { failed.insert(number) }
      guard isDone, case .write(_, _, let bytes) = changes[number] else { return }
      guard line.result() == bytes.count else { throw RunningDaemon.Failure(text: "a short write is not modelled") }
      if isDurable { events.append(.durable([number])) } else { returned[node, default: []].append(number) }
    case .sync(let node, let numbers):
      if !isDone, isDirectory(node) { return }
      returned[node]?.removeAll { numbers.contains($0) }
      // Else they may be there or not, for ever.
      if isDone { events.append(.durable(numbers)) }
    case .open(let entry, let path, let flags):
      guard isDone, let descriptor = line.result(), !flags.contains("O_RDONLY") else { return }
      let key = "\(descriptor) \(path)"
      places[key] = 0
      if flags.contains("O_DSYNC") { durableDescriptors.insert(key) } else { durableDescriptors.remove(key) }
      if now[entry] == nil {
        guard flags.contains("O_CREAT") else { return }
        name(entry, makeNode(isDirectory: false), was: nil)
      } else if flags.contains("O_TRUNC"), let node = now[entry] {
        returned[node, default: []].append(ask(.resize(node, to: 0)))
      }
    case .seek(let key): if let place = line.result(), isDone { places[key] = place }
    case .make(let entry): if isDone { name(entry, makeNode(isDirectory: true), was: nil) }
    case .rename(let old, let new): if isDone { name(new, try node(old), was: old) }
    case .link(let old, let new): if isDone { name(new, try node(old), was: nil) }
    case .unname(let entry):
      guard isDone else { return }
      now[entry] = nil
      returned[entry.directory, default: []].append(ask(.unname(entry)))
    case .resize(let change):
      guard isDone else { return }
      switch change {
      case .resize(let node, _), .grow(let node, _): returned[node, default: []].append(ask(change))
      case .write, .name, .unname: break
      }
    case .stat(let entry):
      if isDone, let inode = line.number(after: "st_ino="), let node = now[entry] { inodes[inode] = node }
    case .other: break
    }
  }

  private mutating func ask(_ change: Change) -> Int {
    changes.append(change)
    events.append(.asked(changes.count - 1))
    return changes.count - 1
  }

  private mutating func name(_ entry: Entry, _ node: Node, was: Entry?) {
    if let was { now[was] = nil }
    now[entry] = node
    noteApart(entry, node)
    let number = ask(.name(entry, node, was: was))
    // A rename is one thing, whichever of its two directories is flushed.
    for directory in Set([entry.directory, was?.directory ?? entry.directory]) {
      returned[directory, default: []].append(number)
    }
  }

  private func node(_ entry: Entry) throws -> Node {
    guard let node = now[entry] else { throw unknown(entry.name) }
    return node
  }

  private func unknown(_ name: String) -> RunningDaemon.Failure {
    RunningDaemon.Failure(text: "the trace is not whole: nothing is known of \(name)")
  }

  private func absolute(_ path: String, in directory: String) -> String {
    path.hasPrefix("/") ? path : directory + "/" + path
  }

  /// Where a path leads, in directories that are there; nil outside of what is traced.
  private func entry(_ path: String, in directory: String) -> Entry? {
    let path = absolute(path, in: directory)
    guard path.hasPrefix(top + "/data") else { return nil }
    var names = path.dropFirst(top.count).split(separator: "/").map(String.init)
    guard let last = names.popLast() else { return nil }
    var node = Self.root
    for name in names {
      guard let next = now[Entry(directory: node, name: name)], directories.contains(next) else { return nil }
      node = next
    }
    return Entry(directory: node, name: last)
  }

  private mutating func tell(_ parts: [[UInt8]], on connection: String) throws {
    var bytes = (sent[connection] ?? []) + parts.reduce([], +)
    while let end = bytes.firstIndex(of: 0) {
      let reply = String(decoding: bytes[..<end], as: UTF8.self)
      events += try Self.told(by: reply).map { .told($0) }
      bytes.removeSubrange(...end)
    }
    sent[connection] = bytes
  }
}

extension DirectoryTrace {
  /// How a backup of the keys begins, in base64.
  private static let keys = Data("motcua keybacku".utf8).base64EncodedString()

  private static func told(by reply: String) throws -> [Told] {
    var told: [Told] = []
    let position = reply.range(of: "\"position\":").map { reply[$0.upperBound...].prefix { $0.isNumber } }
    if let position = position.flatMap({ Int($0) }) { told.append(.position(position)) }
    if reply.contains("\"\(keys)") { told.append(.keys) }
    if reply.contains("\"verifierKey\":") {
      let answer = try Reply.parse(Array(reply.utf8)).read(Wire.Checkpoint.Answer.self)
      let checkpoint = try Checkpoint(text: SignedNote(parsing: answer.note).text)
      told.append(.signed(.init(size: Int(checkpoint.size), root: checkpoint.root.base64)))
    }
    return told
  }
}

extension UnsafeRawBufferPointer {
  /// Where the first such byte is; quick, because the lines are long.
  func first(_ byte: UInt8) -> Int? {
    guard let base = baseAddress, let found = memchr(base, Int32(byte), count) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
