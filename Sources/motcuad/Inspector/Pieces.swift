import Glibc

/// Finds out what can be read of a damaged ledger, by processes that may die of it.
struct Pieces {
  /// How often a reader is started at most; each time it dies, another one goes on elsewhere.
  static let startsMax = 2000

  enum Verdict: Hashable { case readable, unreadable, untried }

  private let ledger: String
  private let wantsEvents: Bool
  private let sink: (String) throws -> Void
  /// What the lines of the export name as their source; this one when the ledger's id cannot be read.
  private var source = "urn:motcua:ledger:unknown"
  private(set) var starts = 0
  private var parts: [(range: ClosedRange<UInt64>, verdict: Verdict)] = []

  /// - Parameter sink: gets the line of an export of every readable event when it is asked for; not always in order.
  init(_ ledger: String, wantsEvents: Bool, sink: @escaping (String) throws -> Void) {
    self.ledger = ledger
    self.wantsEvents = wantsEvents
    self.sink = sink
  }

  /// The last event, by the end of the events or by what the head says, whatever can be read; nil when neither can.
  mutating func last() throws -> UInt64? {
    var last: UInt64?
    for question in ["--last", "--head"] {
      starts += 1
      _ = try InspectorProcess.run(["pieces", ledger, question]) {
        last = max(last ?? 0, $0.salvage?.last ?? 0)
        source = $0.salvage?.source ?? source
      }
    }
    // A damaged key may name any position, but an event takes at least 40 bytes of the file for its hash and its key.
    var status = stat()
    guard let last, stat(ledger + "/data.mdb", &status) == 0 else { return last }
    return min(last, UInt64(clamping: status.st_size) / 40)
  }

  /// Every range up to `last`, in order, with whether it can be read.
  mutating func walk(to last: UInt64) throws -> [(range: ClosedRange<UInt64>, verdict: Verdict)] {
    var next: UInt64 = 1
    while next <= last {
      guard starts < Self.startsMax else {
        parts.append((next...last, .untried))
        break
      }
      guard let dead = try read(next...last, block: 500, downwards: false) else { break }
      // The block in which the reader died is read again, one event at a time.
      guard let first = dead.lowerBound == dead.upperBound ? dead : try read(dead, block: 1, downwards: false) else {
        next = dead.upperBound + 1
        continue
      }
      parts.append((first, .unreadable))
      // A damaged page holds many events, and each that is tried ends a reader: go over them in growing steps …
      var failures = [first.lowerBound]
      var landed = first.lowerBound
      var step: UInt64 = 1
      while landed < last, starts < Self.startsMax {
        landed = min(last, landed + step)
        step *= 2
        guard try read(landed...landed, block: 1, downwards: false) != nil else { break }
        parts.append((landed...landed, .unreadable))
        failures.append(landed)
      }
      if failures.last != landed { failures.append(landed) }
      // … and then back from behind to where reading begins to fail.
      for (start, end) in zip(failures, failures.dropFirst()) where start + 1 < end {
        guard starts < Self.startsMax else {
          parts.append((start + 1...end - 1, .untried))
          continue
        }
        if let dead = try read(start + 1...end - 1, block: 1, downwards: true) { parts.append((dead, .unreadable)) }
      }
      next = landed + 1
    }
    return merged(to: last)
  }

  /// - Returns: what was being read when the reader died; nil when it came to the end.
  private mutating func read(
    _ range: ClosedRange<UInt64>, block: UInt64, downwards: Bool
  ) throws -> ClosedRange<UInt64>? {
    starts += 1
    var arguments = ["pieces", ledger, "--from", "\(range.lowerBound)", "--to", "\(range.upperBound)"]
    arguments +=
      ["--block", "\(block)"] + (downwards ? ["--downwards"] : []) + (wantsEvents ? ["--events", source] : [])
    var trying: ClosedRange<UInt64>?
    // Taken over when the block is finished, because a block that ends a reader is read again.
    var (found, events): ([(range: ClosedRange<UInt64>, verdict: Verdict)], [String]) = ([], [])
    func settle() throws {
      for event in events { try sink(event) }
      parts += found
      (found, events) = ([], [])
    }
    let ending = try InspectorProcess.run(arguments) { line in
      if let range = line.salvage?.trying {
        try settle()
        trying = range
      }
      if let range = line.salvage?.read { found.append((range, .readable)) }
      if let position = line.salvage?.unreadable { found.append((position...position, .unreadable)) }
      if let event = line.salvage?.event { events.append(event) }
    }
    if ending == .exited(0), trying != nil {
      try settle()
      return nil
    }
    return trying ?? range
  }

  private func merged(to last: UInt64) -> [(range: ClosedRange<UInt64>, verdict: Verdict)] {
    var merged: [(range: ClosedRange<UInt64>, verdict: Verdict)] = []
    func add(_ range: ClosedRange<UInt64>, _ verdict: Verdict) {
      if let before = merged.last, before.verdict == verdict, before.range.upperBound + 1 == range.lowerBound {
        merged[merged.count - 1].range = before.range.lowerBound...range.upperBound
      } else {
        merged.append((range, verdict))
      }
    }
    var next: UInt64 = 1
    for part in parts.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard part.range.upperBound >= next else { continue }
      // What lies between two events that cannot be read was not tried one by one.
      if part.range.lowerBound > next { add(next...part.range.lowerBound - 1, .unreadable) }
      add(max(next, part.range.lowerBound)...part.range.upperBound, part.verdict)
      next = part.range.upperBound + 1
    }
    if next <= last { add(next...last, .unreadable) }
    return merged
  }
}
