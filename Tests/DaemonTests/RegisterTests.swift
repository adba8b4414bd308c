import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

/// The real register lies beside the project and is not part of it.
enum Register {
  static var path: String {
    Project.folder.deletingLastPathComponent().path + "/shared/data/municipal-receipts.csv"
  }
  static var isHere: Bool { FileManager.default.fileExists(atPath: path) }

  /// What the file itself says, worked out here and not by the code under test: instants are compared, not dates.
  struct Expected {
    var onTime: Set<String> = []
    var late: Set<String> = []
    var open: Set<String> = []

    init() throws {
      let formatter = ISO8601DateFormatter()
      formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
      let plain = ISO8601DateFormatter()
      func instant(_ text: String) throws -> Date {
        let iso = text.replacingOccurrences(of: " ", with: "T")
        // The formatter keeps milliseconds, which is all that the file has.
        let short = iso.replacingOccurrences(of: #"(\.\d{3})\d*"#, with: "$1", options: .regularExpression)
        return try #require(formatter.date(from: short) ?? plain.date(from: short), "\(text)")
      }
      let lines = try String(contentsOfFile: Register.path, encoding: .utf8).split(separator: "\n")
      let header = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      func column(_ name: String) throws -> Int { try #require(header.firstIndex(of: name)) }
      let (code, deadline, end) = (
        try column("case:concept:name"), try column("case:deadline"), try column("case:enddate")
      )
      for line in lines.dropFirst() {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if fields[end].isEmpty {
          open.insert(fields[code])
        } else if try instant(fields[end]) <= instant(fields[deadline]) {
          onTime.insert(fields[code])
        } else {
          late.insert(fields[code])
        }
      }
    }
  }
}

@Suite(
  "A real municipality's register", .oneAtATime,
  .enabled(if: Register.isHere, "skipped: ../shared/data/municipal-receipts.csv is not here"))
struct RegisterTests {
  private static let mapping = RunningDaemon.sampleConfiguration + "/mappings/municipal-receipts.toml"

  @Test("imported, it answers as the file itself does, case by case; imported again, nothing changes")
  func imported() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let first = try desk.importFile(Register.path, mapping: Self.mapping)
    #expect(first.cases == 1434 && first.badRows.isEmpty && first.repeated == 0)
    #expect(first.events == 1434 + 8577 + 1329)
    try expectFigures(desk)
    let before = try desk.ask(Wire.GetStatus()).status
    let second = try desk.importFile(Register.path, mapping: Self.mapping)
    #expect(second.cases == 0 && second.events == 0 && second.repeated == 1434)
    let after = try desk.ask(Wire.GetStatus()).status
    #expect(before.position == after.position && before.root == after.root)
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test("killed in the middle and run again, it ends at the same figures")
  func killedInTheMiddle() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    do {
      let desk = try daemon.connect()
      _ = try desk.importFile(Register.path, mapping: Self.mapping) { progress in
        if progress.cases >= 300 { daemon.kill() }
      }
      Issue.record("the import outlived its daemon")
    } catch is CallError {
      // The connection broke, as it must.
    }
    try daemon.start()
    let desk = try daemon.connect()
    let position = try desk.ask(Wire.GetStatus()).status.position
    #expect(position > 300 && position < 11_341)
    let again = try desk.importFile(Register.path, mapping: Self.mapping)
    #expect(again.repeated >= 300 && again.cases + again.repeated == 1434)
    try expectFigures(desk)
  }

  private func expectFigures(_ desk: Connection) throws {
    let expected = try Register.Expected()
    #expect((expected.onTime.count, expected.late.count, expected.open.count) == (952, 377, 105))
    let all = try desk.ask(Wire.Tally()).cases.all
    #expect(all.received == 1434 && all.resolvedOnTime == 952 && all.resolvedLate == 377 && all.open == 105)
    #expect(
      all.withdrawn == 0 && all.received == all.resolvedOnTime + all.resolvedLate + all.withdrawn + (all.open ?? 0))
    let late = try desk.pages(Wire.List(late: true)).flatMap(\.cases)
    #expect(late.count == 482 && Set(late.map(\.code)) == expected.late.union(expected.open))
    let lateOpen = try desk.pages(Wire.List(open: true, late: true)).flatMap(\.cases)
    #expect(lateOpen.count == 105 && Set(lateOpen.map(\.code)) == expected.open)
    let returned = try desk.pages(Wire.List(status: .returned)).flatMap(\.cases)
    #expect(Set(returned.map(\.code)) == expected.onTime.union(expected.late))
    #expect(Set(returned.filter(\.late).map(\.code)) == expected.late)
  }
}

@Suite("Bringing in a file", .oneAtATime)
struct ImportFileTests {
  static let header = "case,received,due,end,step,at\n"
  static let mapping = """
    [columns]
    case = "case"
    received_at = "received"
    due = "due"
    resolved_at = "end"
    activity = "step"
    at = "at"
    [channels]
    """

  @Test("a bad row is reported with its line and reason, and nothing is written; with --skip-bad-rows the others are")
  func badRows() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let text =
      Self.header + "a,2026-01-05T09:00:00Z,2026-01-06T09:00:00Z,,s1,2026-01-05T09:00:00Z\n"
      + "b,yesterday,2026-01-06T09:00:00Z,,s1,2026-01-05T09:00:00Z\n" + "c,2026-01-05T09:00:00Z\n"
    let refused = try desk.refusedImport(text, Self.mapping, Wire.ImportRefused.self)
    #expect(refused.total == 2 && refused.badRows.map(\.line) == [3, 4])
    #expect(refused.badRows[0].reasonEn.contains("yesterday"))
    #expect(try desk.ask(Wire.GetStatus()).status.position == 1)
    let progress = try desk.importText(text, mapping: Self.mapping, skipBadRows: true)
    #expect(progress.cases == 1 && progress.badRows.count == 2)
  }

  @Test("a mapping with a mistake is refused with its line, one that names a missing column with the columns there are")
  func badMapping() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let unknownKey = try desk.refusedImport(Self.header, Self.mapping + "\ncolour = \"x\"", Wire.MappingInvalid.self)
    #expect(unknownKey.line > 0)
    let missing = try desk.refusedImport("a,b\n1,2\n", Self.mapping, Wire.MappingInvalid.self)
    #expect(missing.reasonEn.contains("case") && missing.line == 2)
    let composedAndNot = "\n\"b\u{FA}t\" = \"counter\"\n\"bu\u{301}t\" = \"online\"\n"
    let twice = try desk.refusedImport(Self.header, Self.mapping + composedAndNot, Wire.MappingInvalid.self)
    #expect(twice.line == 9 && twice.reasonEn.contains("twice"), "\(twice)")
  }

  @Test("a code that another case has already refuses the file")
  func takenCode() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    let text = Self.header + "\(code),2026-01-05T09:00:00Z,2026-01-06T09:00:00Z,,s1,2026-01-05T09:00:00Z\n"
    let refused = try desk.refusedImport(text, Self.mapping, Wire.ImportRefused.self)
    #expect(refused.badRows.map(\.line) == [2])
  }
}

extension Connection {
  func importFile(
    _ path: String, mapping: String, _ each: (Wire.ImportProgress) -> Void = { _ in }
  ) throws -> Wire.ImportProgress {
    try importText(
      try String(contentsOfFile: path, encoding: .utf8), mapping: try String(contentsOfFile: mapping, encoding: .utf8),
      each: each)
  }

  func importText(
    _ text: String, mapping: String, skipBadRows: Bool? = nil, each: (Wire.ImportProgress) -> Void = { _ in }
  ) throws -> Wire.ImportProgress {
    var upload: String?
    var rest = text[...]
    while !rest.isEmpty {
      let part = rest.prefix(300_000)
      rest = rest.dropFirst(300_000)
      upload = try ask(Wire.Upload(upload: upload, text: String(part))).upload
    }
    var last: Wire.ImportProgress?
    var notes: (bad: [Wire.RowNote], warnings: [Wire.RowNote]) = ([], [])
    try stream(Wire.Import(upload: upload ?? "", mapping: mapping, skipBadRows: skipBadRows)) { page in
      last = page.progress
      notes.bad += page.progress.badRows
      notes.warnings += page.progress.warnings
      each(page.progress)
      return true
    }
    last?.badRows = notes.bad
    last?.warnings = notes.warnings
    return try #require(last)
  }

  func refusedImport<Refusal: WireError>(_ text: String, _ mapping: String, _: Refusal.Type) throws -> Refusal {
    do {
      let progress = try importText(text, mapping: mapping)
      throw RunningDaemon.Failure(text: "imported: \(progress)")
    } catch CallError.varlink(let error) where error.name == Refusal.error {
      return try Refusal(json: error.parameters)
    }
  }
}
