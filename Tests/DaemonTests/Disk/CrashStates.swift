/// What a disk may hold after a crash: everything that was durable then, and any part of what was only asked for.
struct CrashStates {
  let trace: Trace

  struct State {
    var ledger: [UInt8]
    var slots: [UInt8]
    /// The last event of which a client may have been told.
    var told: Int
  }

  /// What the disk did with the writes that were under way.
  enum Fate: CaseIterable {
    case lost, kept, wholeWrites, wholePages, tornSectors

    var pieceBytes: Int { self == .tornSectors ? 512 : self == .wholePages ? 4096 : .max }
  }

  /// Hands over as many different states as are asked for, in the order of the trace and spread over it; the same ones
  /// for the same trace and seed.
  ///
  /// - Returns: how many there were.
  func forEach(_ count: Int, seed: UInt64, _ body: (State) throws -> Void) rethrows -> Int {
    var generator = SeededGenerator(seed: seed)
    let moments = moments()
    let rich = moments.filter { $0.pending > 0 }.map(\.index)
    // More of the moments at which there is something to lose.
    let places = [rich.isEmpty ? moments.map(\.index) : rich, moments.map(\.index)]
    guard !places[1].isEmpty else { return 0 }
    var wanted: [Int: Int] = [:]
    // A few more, because the last moments may not have as many as they owe.
    for number in 0..<(count + count / 20 + 5) {
      let places = places[number % 10 == 0 ? 1 : 0]
      wanted[places[Int.random(in: 0..<places.count, using: &generator)], default: 0] += 1
    }
    var (disk, done, owed, seen) = (CrashingDisk(trace), 0, 0, Set<Int>())
    for (index, event) in trace.events.enumerated() {
      disk.follow(event)
      guard let here = wanted[index] else { continue }
      owed += here
      // Where there are not so many different ones, later moments make up for it.
      for _ in 0..<(owed * 4) where owed > 0 && done < count {
        let fate = Fate.allCases[Int.random(in: 0..<Fate.allCases.count, using: &generator)]
        let kept = disk.pieces(fate.pieceBytes).filter { _ in
          fate == .kept || fate != .lost && Bool.random(using: &generator)
        }
        var hasher = Hasher()
        hasher.combine(disk.told)
        hasher.combine(disk.durableCount)
        hasher.combine(kept)
        guard seen.insert(hasher.finalize()).inserted else { continue }
        try body(disk.state(keeping: kept))
        (done, owed) = (done + 1, owed - 1)
      }
    }
    return done
  }

  /// What there is when nothing was lost: the files themselves, if the trace is whole.
  var end: State {
    var disk = CrashingDisk(trace)
    for event in trace.events { disk.follow(event) }
    return disk.state(keeping: disk.pieces(.max))
  }

  /// The events after which there is a ledger, with how many writes are under way then.
  private func moments() -> [(index: Int, pending: Int)] {
    var (disk, moments) = (CrashingDisk(trace), [(index: Int, pending: Int)]())
    for (index, event) in trace.events.enumerated() {
      disk.follow(event)
      if disk.isNamed { moments.append((index, disk.pending.count)) }
    }
    return moments
  }
}

/// The disk in the course of a trace.
private struct CrashingDisk {
  struct Piece: Hashable {
    var write: Int
    var range: Range<Int>
  }

  private let writes: [Trace.Write]
  private var durable: [Trace.File: [UInt8]] = [.ledger: [], .slots: []]
  private(set) var durableCount = 0
  private(set) var pending: [Int] = []
  private(set) var told = 0
  private(set) var isNamed = false

  init(_ trace: Trace) { writes = trace.writes }

  mutating func follow(_ event: Trace.Event) {
    switch event {
    case .asked(let number): pending.append(number)
    case .durable(let numbers):
      for number in numbers {
        put(Piece(write: number, range: 0..<writes[number].bytes.count), &durable[writes[number].file, default: []])
      }
      pending.removeAll { numbers.contains($0) }
      durableCount += numbers.count
    case .named: isNamed = true
    case .told(let position): told = max(told, position)
    }
  }

  /// What is under way, cut where the disk may cut it.
  func pieces(_ bytes: Int) -> [Piece] {
    pending.flatMap { number in
      let write = writes[number]
      guard bytes < .max else { return [Piece(write: number, range: 0..<write.bytes.count)] }
      var (pieces, start) = ([Piece](), 0)
      while start < write.bytes.count {
        let end = min(write.bytes.count, start + bytes - (write.offset + start) % bytes)
        pieces.append(Piece(write: number, range: start..<end))
        start = end
      }
      return pieces
    }
  }

  func state(keeping pieces: [Piece]) -> CrashStates.State {
    var files = durable
    for piece in pieces { put(piece, &files[writes[piece.write].file, default: []]) }
    return CrashStates.State(ledger: files[.ledger] ?? [], slots: files[.slots] ?? [], told: told)
  }

  private func put(_ piece: Piece, _ file: inout [UInt8]) {
    let write = writes[piece.write]
    let range = (write.offset + piece.range.lowerBound)..<(write.offset + piece.range.upperBound)
    if file.count < range.upperBound { file += Array(repeating: 0, count: range.upperBound - file.count) }
    file.replaceSubrange(range, with: write.bytes[piece.range])
  }
}
