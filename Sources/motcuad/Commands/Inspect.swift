import ArgumentParser
import Desk
import DeskRecords
import DeskService
import EventStore
import Glibc
import MerkleTree
import Varlink

/// The commands that motcuad runs itself as where reading may end the process. They are not for people.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads files that may be damaged, for motcuad itself.", shouldDisplay: false,
    subcommands: [
      InspectDirectory.self, InspectLedger.self, InspectPages.self, InspectPieces.self, InspectSegments.self,
    ])

  /// Runs the reading, and writes what damage or failure comes of it.
  static func saying(_ body: () throws -> Void) {
    // No core is dumped, because the process's memory holds what the ledger seals.
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(4), &limit)
    do {
      try body()
    } catch let damage as Damage {
      say(InspectionLine(damage: damage))
    } catch {
      let isRefused = StoreError(error).isOfSystem ? true : nil
      say(InspectionLine(failure: StartFailure.text(error), isRefused: isRefused))
    }
  }

  /// Verifies, and writes each step and the last.
  static func verifying(_ body: (@escaping Verification.Report) throws -> Verification.Step) {
    saying { say(InspectionLine(step: try body { say(InspectionLine(step: $0)) })) }
  }

  static func say(_ line: InspectionLine) { write(line.json + [UInt8(ascii: "\n")]) }

  static func write(_ text: [UInt8]) {
    var done = 0
    while done < text.count {
      let count = text[done...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      // The process that started this one has gone.
      if count <= 0, errno != EINTR { _exit(1) }
      done += max(0, count)
    }
  }

  static func say(_ salvage: SalvageLine) { say(InspectionLine(salvage: salvage)) }
}

struct InspectDirectory: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "directory", shouldDisplay: false)
  @Argument var path: String
  @Option var scratch: String

  func run() {
    Inspect.verifying { try Verification.directory(try DataDirectory.enter(path), scratch: scratch, report: $0) }
  }
}

struct InspectLedger: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ledger", shouldDisplay: false)
  @Argument var path: String

  func run() { Inspect.verifying { try Verification.ledger(try DataDirectory.enter(path), report: $0) } }
}

struct InspectPages: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "pages", shouldDisplay: false)
  @Argument var path: String

  func run() { Inspect.verifying { try Verification.pages(try DataDirectory.enter(path), report: $0) } }
}

/// Reads the events of a damaged ledger, each by itself.
struct InspectPieces: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "pieces", shouldDisplay: false)
  @Argument var path: String
  @Option var from: UInt64?
  @Option var to: UInt64?
  @Option var block: UInt64 = 500
  @Flag var downwards = false
  /// Writes each readable event as a line of an export that names this source.
  @Option var events: String?
  /// Only the last event is written: by the end of the table (`last`) or by the head (`head`).
  @Flag var last = false
  @Flag var head = false

  func run() {
    Inspect.saying {
      let path = try DataDirectory.enter(path)
      if head {
        let (size, id) = try LedgerPieces.head(path)
        return Inspect.say(SalvageLine(source: id.map { ExportLine.source(ledger: $0) }, last: size))
      }
      let pieces = try LedgerPieces(path)
      if last { return Inspect.say(SalvageLine(last: try pieces.lastPosition())) }
      guard let from, let to, from >= 1, from <= to, block >= 1 else { return }
      if downwards {
        for position in stride(from: to, through: from, by: -1) { read(pieces, position...position) }
      } else {
        for start in stride(from: from, through: to, by: Int(block)) {
          read(pieces, start...min(to, start + block - 1))
        }
      }
    }
  }

  private func read(_ pieces: LedgerPieces, _ range: ClosedRange<UInt64>) {
    Inspect.say(SalvageLine(trying: range))
    var good: ClosedRange<UInt64>?
    for position in range {
      guard let entry = pieces.entry(at: position) else {
        if let good { Inspect.say(SalvageLine(read: good)) }
        good = nil
        Inspect.say(SalvageLine(unreadable: position))
        continue
      }
      if let events, let event = try? RecordCoding.current.decode(entry.record, open: { _, _ in nil }) {
        let line = ExportLine.event(
          entry.record, at: entry.position, leaf: entry.leaf, saying: event, source: events)
        Inspect.say(SalvageLine(event: line))
      } else if events != nil {
        // The record has its hash, but this release cannot decode it.
        Inspect.say(SalvageLine(unreadable: position))
        continue
      }
      good = (good?.lowerBound ?? position)...position
    }
    if let good { Inspect.say(SalvageLine(read: good)) }
  }
}
