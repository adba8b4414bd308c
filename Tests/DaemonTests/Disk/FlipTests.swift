import DeskInterface
import DeskViews
import EventStore
import Foundation
import LMDB
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("A bit that flips in the ledger")
  struct FlipTests {
    @Test(
      "given a ledger of some thousand events, when one bit flips anywhere, then reading it whole names it, or it answers as before"
    )
    func everywhere() throws {
      let flipped = try FlippedLedger()
      let reader = LedgerReader()
      let whole = try reader.read(flipped.directory)
      guard case .whole(let right) = whole else { throw RunningDaemon.Failure(text: "\(whole)") }
      var generator = Dice(seed: 20_261_126)
      var tallies: [String: [String: Int]] = [:]
      let count = try Disk.count("MOTCUA_FLIPS", ci: 600)
      for number in 0..<count {
        let region = MappedLedger.Region.allCases[number % MappedLedger.Region.allCases.count]
        guard let place = flipped.place(in: region, &generator) else { continue }
        let outcome: String
        let verdict = try flipped.flipping(place) { try reader.read(flipped.directory) }
        switch verdict {
        case .damaged, .died: outcome = "named"
        case .whole(right): outcome = "as before"
        // An earlier head has been taken for the last one: the views, which have seen more, refuse it at the start.
        case .whole(let answers) where answers.size < right.size && answers.marks == right.marks:
          outcome = "behind"
          #expect(region == .meta && flipped.viewsReached > answers.size, "\(place)")
        case .whole(let answers):
          outcome = "wrong"
          Issue.record("\(region) \(place): other answers without an error: \(answers)")
        }
        tallies["\(region)", default: [:]][outcome, default: 0] += 1
        if region == .free || region == .pastTheEnd { #expect(verdict == whole, "\(region) \(place)") }
      }
      for region in MappedLedger.Region.allCases {
        #expect(tallies["\(region)"] != nil, "no \(region) page in the ledger")
      }
      // Of a hundred flips in such pages, a third is named at the least.
      for region in ["branch", "leaf", "overflow"] {
        #expect((tallies[region]?["named"] ?? 0) * 60 >= count, "\(region)")
      }
      print("flips: \(tallies.sorted { $0.key < $1.key }), \(reader.deaths) readers died")
    }

    @Test(
      "when a bit of the ledger's id or of its mark of a demo flips, which no event holds, then the ledger is refused")
    func identity() throws {
      let flipped = try FlippedLedger(cases: 1)
      let reader = LedgerReader()
      let id = try Ledger.alone(flipped.directory).id
      // Pages that are free now may hold them too.
      for places in [flipped.places(of: id), flipped.places(of: Array("demo".utf8) + [1]).map { $0 + 4 }] {
        #expect(!places.isEmpty)
        let verdicts = try (0..<8).flatMap { bit in
          try places.map { place in try flipped.flipping((place, bit)) { try reader.read(flipped.directory) } }
        }
        let refused = verdicts.count { if case .damaged = $0 { true } else { false } }
        #expect(refused >= 8)
        let whole = try reader.read(flipped.directory)
        #expect(verdicts.allSatisfy { if case .whole = $0 { $0 == whole } else { true } })
      }
    }

    @Test(
      "when one bit flips, then the daemon never gives another answer than before: it answers rightly, or with an error, or does not start; and verify names what it can reach"
    )
    func served() throws {
      let flipped = try FlippedLedger(cases: 40)
      let daemon = flipped.daemon
      try daemon.start()
      let right = Answers(daemon.socket, codes: flipped.codes)
      #expect(right.errors == 0)
      #expect(daemon.stop() == 0)
      try flipped.remember()
      var generator = Dice(seed: 20_261_127)
      var tallies: [String: Int] = [:]
      for number in 0..<(try Disk.count("MOTCUA_FLIPS_SERVED", ci: 24)) {
        let region = MappedLedger.Region.allCases[number % MappedLedger.Region.allCases.count]
        guard let place = flipped.place(in: region, &generator) else { continue }
        try flipped.flipping(place) {
          // Every other start replays the ledger; the others believe their views.
          if number % 2 == 1 { try? FileManager.default.removeItem(atPath: daemon.data + "/STATE") }
          let isUp = (try? daemon.start()) != nil
          guard isUp else {
            // It says so in a way that tells systemd not to try again: no restart mends it.
            let status = daemon.waitForExit()
            #expect(status == 65, "\(region) \(place): \(daemon.log.suffix(300))")
            tallies["\(region) refused with \(status)", default: 0] += 1
            return
          }
          let answers = Answers(daemon.socket, codes: flipped.codes)
          #expect(answers.wrong(right) == [], "\(region) \(place)")
          let damage = try? daemon.connect().verify().damage
          let isNamed = (damage ?? nil) != nil
          if region == .free || region == .pastTheEnd { #expect(answers.errors == 0 && !isNamed, "\(place)") }
          if answers.errors > 0 { #expect(isNamed || daemon.process?.isRunning != true, "\(region) \(place)") }
          tallies["\(region) \(isNamed ? "named" : "answers as before")", default: 0] += 1
          daemon.kill()
        }
      }
      print("flips, served: \(tallies.sorted { $0.key < $1.key })")
    }
  }
}

/// A stopped daemon's ledger, in which bits are flipped and flipped back.
private final class FlippedLedger {
  let daemon: RunningDaemon
  private(set) var codes: [String] = []
  private(set) var viewsReached = 0
  private var content: [UInt8] = []
  private var pages: [MappedLedger.Region: [Int]] = [:]
  var directory: String { daemon.data + "/ledger" }
  private var file: String { directory + "/data.mdb" }

  init(cases: Int = 400) throws {
    daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    let mapping = """
      [columns]
      case = "c"
      received_at = "r"
      due = "d"
      activity = "s"
      at = "r"
      [channels]
      """
    let rows = (0..<cases).flatMap { number in
      (0..<3).map { "\(number + 5000),2026-01-05T09:00:00Z,2026-12-06T09:00:00Z,bước \($0)" }
    }
    _ = try desk.importText("c,r,d,s\n" + rows.joined(separator: "\n") + "\n", mapping: mapping)
    for number in 0..<12 {
      let code = try desk.receive("Người \(number)").code
      codes.append(code)
      let guidance = String(repeating: "Đúng hẹn. ", count: 250)
      _ = try desk.ask(Wire.Consult(code: code, question: "Khi nào có?", guidance: guidance))
      if number % 2 == 0 { _ = try desk.ask(Wire.Resolve(code: code)) }
      // Pages of earlier versions become free.
      if number % 4 == 0 { _ = try desk.ask(Wire.Progress(code: code, step: "xử lý")) }
    }
    viewsReached = try desk.ask(Wire.GetStatus()).status.viewsPosition
    try #require(daemon.stop() == 0)
    try remember()
  }

  /// Takes the file as it is now for the undamaged one.
  func remember() throws {
    content = [UInt8](try Data(contentsOf: URL(filePath: file)))
    pages = try MappedLedger(content).pages
  }

  /// Where these bytes begin.
  func places(of bytes: [UInt8]) -> [Int] {
    (0..<(content.count - bytes.count)).filter { content[$0] == bytes[0] && content[$0...].starts(with: bytes) }
  }

  /// A bit of a region: its byte, and which of the eight.
  func place(in region: MappedLedger.Region, _ generator: inout Dice) -> (byte: Int, bit: Int)? {
    let bit = Int.random(in: 0..<8, using: &generator)
    if region == .pastTheEnd { return (content.count + Int.random(in: 0..<8192, using: &generator), bit) }
    guard let page = pages[region]?.randomElement(using: &generator) else { return nil }
    // Of the two meta pages only the beginning says anything.
    let range = region == .meta ? 0..<152 : 0..<4096
    return (page * 4096 + Int.random(in: range, using: &generator), bit)
  }

  func flipping<R>(_ place: (byte: Int, bit: Int), _ body: () throws -> R) throws -> R {
    let before = place.byte < content.count ? content[place.byte] : 0
    try DiskFault.overwrite(file, at: place.byte, with: Data([before ^ 1 << UInt8(place.bit)]))
    defer {
      try? DiskFault.overwrite(file, with: Data(content))
      try? DiskFault.truncate(file, to: content.count)
    }
    return try body()
  }
}
