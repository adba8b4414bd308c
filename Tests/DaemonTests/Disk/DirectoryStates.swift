import Foundation
import Glibc
import TestSupport

/// What a disk may hold of a directory after a crash: everything that was durable then, and any part of what was only
/// asked for, names included.
struct DirectoryStates {
  let trace: DirectoryTrace
  /// The files whose content is followed, by what they are at the end; nil when all are.
  private let followed: Set<DirectoryTrace.Node>?
  /// What no flush makes durable, to see whether that is found out.
  var unflushed: Unflushed?

  /// - Parameter paths: the files that are followed; all that there are, if nothing else is said.
  init(trace: DirectoryTrace, only paths: [String]? = nil, unflushed: Unflushed? = nil) {
    (self.trace, self.unflushed) = (trace, unflushed)
    followed = paths.map { paths in Set(paths.compactMap { trace.node($0) }) }
  }

  enum Unflushed: CaseIterable { case names, contents, apart }

  struct State {
    fileprivate var files: [DirectoryTrace.Node: [UInt8]]
    fileprivate var entries: [DirectoryTrace.Entry: DirectoryTrace.Node]
    fileprivate var said: Said

    /// The last event of which a client may have been told.
    var told: Int { said.position }
    /// What was handed out of what the key has signed, and of backups of the keys.
    var heads: [LedgerReader.Head] { said.heads }
    var keyBackups: Int { said.keyBackups }
    var isFinished: Bool { said.isFinished }

    /// What lies at a path below the directory; nil when nothing does, or a directory.
    func content(_ path: String) -> [UInt8]? { node(path).flatMap { files[$0] } }

    /// Whether these bytes are anywhere, in blocks that are free again, too.
    func holds(_ bytes: [UInt8]) -> Bool { files.values.contains { Data($0).firstRange(of: Data(bytes)) != nil } }

    private func node(_ path: String) -> DirectoryTrace.Node? {
      var node = DirectoryTrace.root
      for name in path.split(separator: "/") {
        guard let next = entries[DirectoryTrace.Entry(directory: node, name: String(name))] else { return nil }
        node = next
      }
      return node
    }
  }

  /// What anybody may have been told.
  fileprivate struct Said: Hashable {
    var position = 0
    var heads: [LedgerReader.Head] = []
    var keyBackups = 0
    var isFinished = false
  }

  /// Files that are only ever replaced whole.
  static let marks = [
    "data/STATE", "data/CURRENT", "data/CLOCK", "data/ACCEPTED", "data/keys/signing", "data-apart/signed-heads",
    "data-apart/key-backups",
  ]

  /// What each of the marks ever held in the course of the trace, nothing included.
  func versions() -> [String: Set<[UInt8]?>] {
    var (disk, versions) = (Disk(self), [String: Set<[UInt8]?>]())
    func look() {
      let state = disk.state(keeping: disk.pieces(.max))
      for mark in Self.marks { versions[mark, default: []].insert(state.content(mark)) }
    }
    look()
    for event in trace.events {
      disk.follow(event)
      if case .asked(let number) = event, case .name = trace.changes[number] { look() }
      if case .asked(let number) = event, case .unname = trace.changes[number] { look() }
    }
    return versions
  }

  /// What the disk did with the writes that were under way.
  enum Fate: CaseIterable {
    case lost, kept, wholeWrites, wholePages, tornSectors

    var pieceBytes: Int { self == .tornSectors ? 512 : self == .wholePages ? 4096 : .max }
  }

  /// Hands over as many different states as are asked for, in the order of the trace and spread over it, and at the end
  /// the one that has nothing but what is durable; the same ones for the same trace and seed.
  ///
  /// - Returns: how many there were.
  func forEach(_ count: Int, seed: UInt64, _ body: (State) throws -> Void) rethrows -> Int {
    var generator = Dice(seed: seed)
    var wanted: [Int: Int] = [:]
    let places = moments()
    guard !places.isEmpty else { return 0 }
    // A few more, because the last moments may not have as many as they owe.
    for _ in 0..<(count + count / 20 + 5) {
      wanted[places[Int.random(in: 0..<places.count, using: &generator)], default: 0] += 1
    }
    var (disk, done, owed, seen) = (Disk(self), 0, 0, Set<Int>())
    for (index, event) in trace.events.enumerated() {
      disk.follow(event)
      owed += wanted[index] ?? 0
      // Where there are not so many different ones, later moments make up for it.
      for _ in 0..<(owed * 4) where owed > 0 && done < count {
        let fate = Fate.allCases[Int.random(in: 0..<Fate.allCases.count, using: &generator)]
        let kept = disk.pieces(fate.pieceBytes).filter { _ in
          fate == .kept || fate != .lost && Bool.random(using: &generator)
        }
        var hasher = Hasher()
        hasher.combine(disk.said)
        hasher.combine(disk.durableCount)
        hasher.combine(kept)
        guard seen.insert(hasher.finalize()).inserted else { continue }
        try body(disk.state(keeping: kept))
        (done, owed) = (done + 1, owed - 1)
      }
    }
    for kept in [[], disk.pieces(.max)] {
      try body(disk.state(keeping: kept))
      done += 1
    }
    return done
  }

  /// What there is when nothing was lost, and nothing came of what failed: the files themselves, if the trace is whole.
  var end: State {
    var disk = Disk(self)
    for event in trace.events { disk.follow(event) }
    return disk.state(keeping: disk.pieces(.max).filter { !trace.failed.contains($0.change) })
  }

  /// The events after which something may be lost.
  private func moments() -> [Int] {
    var (disk, moments) = (Disk(self), [Int]())
    for (index, event) in trace.events.enumerated() {
      disk.follow(event)
      if !disk.pending.isEmpty { moments.append(index) }
    }
    return moments
  }

  /// Puts a state into a directory, and has `STATE` speak of the files there.
  func lay(_ state: State, in top: String) throws {
    var paths: [DirectoryTrace.Node: String] = [:]
    for name in ["data", "data-apart"] { try? FileManager.default.removeItem(atPath: top + "/" + name) }
    try lay(state, DirectoryTrace.root, at: top, &paths)
    let path = top + "/data/STATE"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
    var lines = text.components(separatedBy: "\n")
    var info = stat()
    guard lines.count == 5, let inode = lines[2].split(separator: " ").last.flatMap({ UInt($0) }),
      let views = trace.inodes[inode].flatMap({ paths[$0] }), stat(views, &info) == 0
    else { return }
    lines[2] = "file \(info.st_dev) \(info.st_ino)"
    try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
  }

  private func lay(
    _ state: State, _ directory: DirectoryTrace.Node, at path: String, _ paths: inout [DirectoryTrace.Node: String]
  ) throws {
    for (entry, node) in state.entries where entry.directory == directory {
      let path = path + "/" + entry.name
      paths[node] = path
      if trace.isDirectory(node) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw RunningDaemon.Failure(text: "mkdir \(path)") }
        try lay(state, node, at: path, &paths)
      } else {
        try Data(state.files[node] ?? []).write(to: URL(filePath: path))
        chmod(path, 0o600)
      }
    }
  }

  /// The disk in the course of a trace.
  private struct Disk {
    struct Piece: Hashable {
      var change: Int
      /// Of what is written; nil for a change that comes whole.
      var range: Range<Int>?
    }

    private let trace: DirectoryTrace
    private let unflushed: Unflushed?
    private let followed: Set<DirectoryTrace.Node>?
    private var files: [DirectoryTrace.Node: [UInt8]]
    private var entries: [DirectoryTrace.Entry: DirectoryTrace.Node]
    private(set) var durableCount = 0
    private(set) var pending: [Piece] = []
    private(set) var said = Said()

    init(_ states: DirectoryStates) {
      (trace, unflushed, followed) = (states.trace, states.unflushed, states.followed)
      (files, entries) = (trace.files, trace.entries)
    }

    mutating func follow(_ event: DirectoryTrace.Event) {
      switch event {
      case .asked(let number): if isFollowed(number) { pending.append(Piece(change: number)) }
      case .durable(let flushed):
        let numbers = flushed.filter { isFollowed($0) && !isUnflushed($0) }
        for number in numbers { Self.apply(Piece(change: number), trace, &files, &entries) }
        pending.removeAll { numbers.contains($0.change) }
        // What was written over since is nowhere any more: memory holds each byte once.
        for number in numbers {
          pending = pending.flatMap { $0.change < number ? rest(of: $0, under: number) : [$0] }
        }
        durableCount += numbers.count
      case .told(.position(let position)): said.position = max(said.position, position)
      case .told(.signed(let head)): said.heads.append(head)
      case .told(.keys): said.keyBackups += 1
      case .finished: said.isFinished = true
      }
    }

    private func isFollowed(_ number: Int) -> Bool {
      guard let followed else { return true }
      switch trace.changes[number] {
      case .write(let node, _, _), .resize(let node, _), .grow(let node, _): return followed.contains(node)
      case .name, .unname: return true
      }
    }

    private func isUnflushed(_ number: Int) -> Bool {
      switch (trace.changes[number], unflushed) {
      case (_, nil): false
      case (.name, .names), (.unname, .names): true
      case (.write, .contents), (.resize, .contents), (.grow, .contents): true
      case (.write(let node, _, _), .apart): trace.apart.contains(node)
      case (.name(let entry, _, _), .apart), (.unname(let entry), .apart): trace.apart.contains(entry.directory)
      default: false
      }
    }

    /// What is left of an older write when a newer one is on the disk.
    private func rest(of old: Piece, under new: Int) -> [Piece] {
      guard case .write(let node, let start, let bytes) = trace.changes[old.change],
        case .write(node, let newStart, let newBytes) = trace.changes[new]
      else { return [old] }
      let range = old.range ?? 0..<bytes.count
      let over = (newStart - start)..<(newStart - start + newBytes.count)
      guard over.overlaps(range) else { return [old] }
      return [
        range.lowerBound..<max(range.lowerBound, over.lowerBound),
        min(range.upperBound, over.upperBound)..<range.upperBound,
      ]
      .filter { !$0.isEmpty }.map { Piece(change: old.change, range: $0) }
    }

    /// What is under way, cut where the disk may cut it.
    func pieces(_ bytes: Int) -> [Piece] {
      pending.flatMap { piece -> [Piece] in
        guard case .write(_, let offset, let content) = trace.changes[piece.change], bytes < .max else {
          return [piece]
        }
        let range = piece.range ?? 0..<content.count
        var (pieces, start) = ([Piece](), range.lowerBound)
        while start < range.upperBound {
          let end = min(range.upperBound, start + bytes - (offset + start) % bytes)
          pieces.append(Piece(change: piece.change, range: start..<end))
          start = end
        }
        return pieces
      }
    }

    func state(keeping pieces: [Piece]) -> State {
      var (files, entries) = (files, entries)
      for piece in pieces { Self.apply(piece, trace, &files, &entries) }
      return State(files: files, entries: entries, said: said)
    }

    private static func apply(
      _ piece: Piece, _ trace: DirectoryTrace, _ files: inout [DirectoryTrace.Node: [UInt8]],
      _ entries: inout [DirectoryTrace.Entry: DirectoryTrace.Node]
    ) {
      switch trace.changes[piece.change] {
      case .write(let node, let offset, let bytes):
        let part = piece.range ?? 0..<bytes.count
        let range = (offset + part.lowerBound)..<(offset + part.upperBound)
        var file = files.removeValue(forKey: node) ?? []
        if file.count < range.upperBound { file += Array(repeating: 0, count: range.upperBound - file.count) }
        file.replaceSubrange(range, with: bytes[part])
        files[node] = file
      case .resize(let node, let length):
        let file = files[node] ?? []
        files[node] = file.prefix(length) + Array(repeating: 0, count: max(0, length - file.count))
      case .grow(let node, let length):
        files[node, default: []] += Array(repeating: 0, count: max(0, length - (files[node]?.count ?? 0)))
      case .name(let entry, let node, let was):
        if let was, entries[was] == node { entries[was] = nil }
        entries[entry] = node
      case .unname(let entry): entries[entry] = nil
      }
    }
  }
}
