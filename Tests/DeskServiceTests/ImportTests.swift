import Desk
import DeskViews
import EventSourcing
import EventStore
import LMDB
import TestSupport
import Testing

@testable import DeskService

@Suite("Reading an event log")
struct EventLogTests {
  static let mapping: ImportMapping = {
    var columns = ImportMapping.Columns(code: "case", receivedAt: "start", due: "due", activity: "what", at: "when")
    columns.endedAt = "end"
    columns.subject = "subject"
    columns.channel = "channel"
    columns.actor = "who"
    return ImportMapping(
      columns: columns, channels: ["Desk": .counter, "Internet": .online], emptyWords: ["UNKNOWN"], text: "mapping 1")
  }()

  static let header = "case,start,due,end,subject,channel,what,who,when"
  static let first =
    "c1,2010-10-02T09:00:00,2010-10-05T17:00:00,2010-10-04T09:00:00,Bau,Desk,check,anna,2010-10-02T10:00:00"
  static let second =
    "c1,2010-10-02T09:00:00,2010-10-05T17:00:00,2010-10-04T09:00:00,Bau,Desk,decide,UNKNOWN,2010-10-04T09:00:00"
  static let third = "c2,2010-10-03T09:00:00Z,2010-10-05T17:00:00+07:00,,Bau,Fax,check,bert,2010-10-03 10:00:00+01:00"

  private func read(_ lines: [String], separator: String = "\n") throws -> EventLog {
    try EventLog(([Self.header] + lines).joined(separator: separator), Self.mapping, for: Fixture.importOffice)
  }

  /// The subject that a file of one row gives, whose subject field is written so.
  private func subject(_ field: String) throws -> String? {
    try read([Self.first.replacing("Bau", with: field)]).cases.first?.history.subject
  }

  @Test("rows become cases with their steps, as the mapping says")
  func mapped() throws {
    let log = try read([Self.first, Self.third, Self.second])
    #expect(log.badRows.isEmpty && log.warnings.isEmpty)
    #expect(log.cases.map(\.line) == [2, 3])
    let (one, two) = (try #require(log.cases.first).history, try #require(log.cases.last).history)
    #expect(one.code == "c1" && one.channel == .counter && one.subject == "Bau")
    #expect(one.receivedAt == Timestamp(rfc3339: "2010-10-02T09:00:00+07:00"))
    #expect(one.endedAt == Timestamp(rfc3339: "2010-10-04T09:00:00+07:00"))
    #expect(one.steps.map(\.facts) == [Progressed(step: "check", by: "anna"), Progressed(step: "decide")])
    #expect(two.receivedAt == Timestamp(rfc3339: "2010-10-03T16:00:00+07:00"))
    #expect(two.channel == .other && two.endedAt == nil)
    #expect(two.steps.first?.at == Timestamp(rfc3339: "2010-10-03T09:00:00Z"))
  }

  @Test("steps are told in the order in which they happened, those of the same instant in the order of the file")
  func sorted() throws {
    let times = ["2010-10-04T10:00:00", "2010-10-02T10:00:00", "2010-10-02T10:00:00"]
    let lines = zip(["c", "a", "b"], times).map { "c1,2010-10-02T09:00:00,2010-10-05T17:00:00,,Bau,Desk,\($0),,\($1)" }
    #expect(try read(lines).cases.first?.history.steps.map(\.facts.step) == ["a", "b", "c"])
  }

  @Test("line ends of every kind, a BOM, empty lines and no line end at the end", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(separator: String) throws {
    let log = try read([Self.first, "", Self.third, ""], separator: separator)
    #expect(log.cases.map(\.line) == [2, 4] && log.badRows.isEmpty)
    let text = "\u{FEFF}" + [Self.header, Self.first].joined(separator: separator)
    #expect(try EventLog(text, Self.mapping, for: Fixture.importOffice).cases.count == 1)
  }

  @Test("quoted fields hold commas, line ends and quotes")
  func quoted() throws {
    #expect(try subject("\"a, b\"") == "a, b")
    #expect(try subject("\"say \"\"hello\"\"\"") == "say \"hello\"")
    #expect(try subject("\"\"") == nil)
    #expect(try subject("\"\"\"\"") == "\"")
    // A subject has one line only; the row is read whole all the same, and the next one keeps its number.
    let log = try read([Self.first.replacing("Bau", with: "\"a\nb\r\nc\""), Self.third])
    #expect(log.badRows.map(\.line) == [2])
    #expect(log.cases.map(\.line) == [5])
  }

  @Test("a quotation mark that is never closed is told with the line where it opens")
  func unclosed() throws {
    let log = try read([Self.first, Self.first.replacing("Bau", with: "\"Bau"), Self.third, Self.third])
    #expect(log.badRows.map(\.line) == [2, 3])
    #expect(log.badRows.last?.reason.en == "a quotation mark is never closed")
    // Only that line is lost, and with it the case that it belongs to; what follows is read.
    #expect(log.cases.map(\.history.code) == ["c2"])
    #expect(log.cases.first?.history.steps.count == 2)
  }

  @Test("a bad row is told with its line, its case stays out whole, and the others are read")
  func badRows() throws {
    let log = try read([
      Self.first, "c3,2010", Self.third, Self.first.replacing("Bau", with: "B\"au"),
      Self.first.replacing("Bau", with: "\"B\"au"), Self.first.replacing("2010-10-05T17:00:00", with: "tomorrow"),
      Self.first.replacing("c1,", with: ","), Self.first.replacing("check", with: "UNKNOWN"),
      Self.first.replacing("c1", with: "c\u{202E}1"), Self.first + ",more", Self.second,
    ])
    #expect(log.badRows.map(\.line) == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12])
    #expect(log.badRows.first?.reason.en == "another row of this case is bad")
    #expect(log.badRows[1].reason.en == "has 2 fields, not 9")
    #expect(log.badRows.map(\.reason.en)[4] == "due: “tomorrow” is not a time")
    #expect(log.cases.map(\.history.code) == ["c2"])
  }

  @Test("contradictions are warnings with their lines, and the history is kept as it is")
  func contradictions() throws {
    let log = try read([
      "a,2010-10-05T09:00:00,2010-10-04T09:00:00,2010-10-03T09:00:00,Bau,Desk,check,,2010-10-06T09:00:00",
      "b,2010-10-05T09:00:00,2010-10-08T09:00:00,,Bau,Desk,check,,2010-10-06T09:00:00",
      "b,2010-10-05T09:00:00,2010-10-09T09:00:00,,Bau,Desk,check,,2010-10-01T09:00:00",
    ])
    #expect(log.badRows.isEmpty && log.cases.count == 2)
    #expect(
      log.warnings.map { "\($0.line) \($0.reason.en)" } == [
        "2 ends before it was received", "2 is due before it was received", "2 a step after the end",
        "4 what it says of the case differs from line 3, which is kept", "4 a step before the receipt",
      ])
    #expect(log.cases.last?.history.due == Timestamp(rfc3339: "2010-10-08T09:00:00+07:00"))
  }

  @Test("a column that is not there is named, with those that are")
  func missingColumn() throws {
    do throws(EventLog.MissingColumn) {
      _ = try EventLog("case,start\nc1,x", Self.mapping, for: Fixture.importOffice)
      Issue.record("read without its columns")
    } catch {
      #expect(error.name == "due" && error.known == ["case", "start"])
    }
    #expect(throws: EventLog.MissingColumn.self) { try EventLog("", Self.mapping, for: Fixture.importOffice) }
  }

  @Test(
    "a code of the office's own form is a bad row, by today's prefix and by earlier ones",
    arguments: ["H56.26.07-261118-0001", "h56.26.07-101002-12345", "H56.99-101002-0001"])
  func ownCodes(code: String) throws {
    let log = try read([Self.first.replacingFirst("c1", code), Self.third])
    #expect(log.badRows.map(\.line) == [2] && log.cases.map(\.history.code) == ["c2"])
    #expect(log.badRows[0].reason.en.contains("own_codes = true"), "\(log.badRows[0].reason.en)")
    // given the office's own older register, as its mapping says
    var mapping = Self.mapping
    mapping.hasOwnCodes = true
    let own = [Self.header, Self.first.replacingFirst("c1", code)].joined(separator: "\n")
    #expect(try EventLog(own, mapping, for: Fixture.importOffice).cases.map(\.history.code) == [code])
  }

  @Test("codes of another office, or of another form, are none of the office's own")
  func foreignCodes() throws {
    for code in [
      "H56.26.08-261118-0001", "H56.26.07", "H56.26.07-1-2", "H56.26.07-261118", "261118-0001", "1",
      "令和56-261118-0001",
    ] {
      #expect(try read([Self.first.replacingFirst("c1", code)]).badRows.isEmpty, "\(code)")
    }
  }

  @Test("a code that looks like one of the office's own is a bad row, also in its own older register")
  func lookAlikes() throws {
    var mapping = Self.mapping
    mapping.hasOwnCodes = true
    for code in [
      "\u{41D}56.26.07-261118-0001", "\u{397}56.26.07-261118-0001", "H56.26.07\u{2013}261118-0001",
      "H56.26.O7-261118-0001", "H56.26.07-26lll8-0001", "\u{FF28}56.26.07-261118-0001", "H56.26.07-261118-\u{FF10}001",
      "\u{1D407}56.26.07-261118-0001", "H\u{331}56.26.07-261118-OOO1",
      // Letters that stand in no table of look-alikes: of formulas, in a circle, Cherokee, Lisu, Coptic.
      "\u{210D}56.26.07-261118-0001", "\u{24BD}56.26.07-261118-0001", "\u{13BB}56.26.07-261118-0001",
      "\u{A4E7}56.26.07-261118-0001", "\u{2C8E}56.26.07-261118-0001",
    ] {
      let file = [Self.header, Self.first.replacingFirst("c1", code)].joined(separator: "\n")
      let log = try EventLog(file, mapping, for: Fixture.importOffice)
      #expect(
        log.badRows.map(\.reason.en) == ["\(code.composed) looks like one of this office's own codes, and is not"])
    }
  }

  @Test("a code of mixed scripts is a bad row that names the foreign letters")
  func mixedCodes() throws {
    let log = try read([Self.first.replacingFirst("c1", "\u{441}b1"), Self.third])
    #expect(
      log.badRows.map(\.reason.en) == [
        "\u{441}b1 has Cyrillic letters “\u{441}” (U+0441) among Latin letters, and passes for another code"
      ])
    #expect(try read([Self.first.replacingFirst("c1", "Đơn số 1/2019")]).badRows.isEmpty)
  }

  @Test("what is dated after now has not happened, and its row is bad; a date that was promised lies ahead")
  func future() throws {
    let log = try read([
      "a,2026-11-18T09:00:01,2026-11-20T17:00:00,,Bau,Desk,check,,2026-11-17T09:00:00",
      "b,2026-11-17T09:00:00,2026-11-20T17:00:00,2030-01-01T09:00:00,Bau,Desk,check,,2026-11-17T09:00:00",
      "c,2026-11-17T09:00:00,2026-11-20T17:00:00,,Bau,Desk,check,,2026-11-18T09:00:00.000001",
      "d,2026-11-18T09:00:00,2026-11-20T17:00:00,,Bau,Desk,check,,2026-11-18T09:00:00",
    ])
    #expect(log.badRows.map(\.line) == [2, 3, 4] && log.cases.map(\.history.code) == ["d"])
    #expect(
      log.badRows[1].reason.en
        == "end is 09:00:00 01/01/2030, which is yet to come: the office's clock shows 09:00:00 18/11/2026")
  }

  @Test("two spellings of one code are one case, as they are everywhere else")
  func spellings() throws {
    let log = try read([Self.first, Self.second.replacing("c1", with: "C1")])
    #expect(log.cases.map(\.history.steps.count) == [2])
    #expect(log.warnings.map(\.line) == [3])
  }
}

@Suite("Importing")
struct ImportTests {
  private let text = [
    EventLogTests.header, EventLogTests.first, EventLogTests.second, EventLogTests.third, "c3,bad",
  ].joined(separator: "\n")

  private func run(
    _ service: DeskService, _ text: String, _ mapping: ImportMapping = EventLogTests.mapping, skipping: Set<Int> = []
  ) async throws -> ImportProgress {
    let log = try EventLog(text, mapping, for: Fixture.importOffice)
    var last: ImportProgress?
    try await service.run(log, skipping: skipping, actor: Fixture.lan) { last = $0 }
    return try #require(last)
  }

  @Test("cases come in with their history, as it was")
  func imported() async throws {
    try await Desktop().during { service async throws in
      let progress = try await run(service, text)
      #expect(progress.cases == 2 && progress.events == 6 && progress.done == 2 && progress.total == 2)
      let row = try service.find("c1")
      #expect(row.state.status == .returned && row.state.reception?.isImported == true)
      let events = try service.history(of: row, from: Version(1), limit: 10)
      #expect(row.state.reception?.imported == .init(at: events[0].circumstances.recordedAt, register: nil))
      #expect(events.map(\.circumstances.occurredAt) == events.map(\.circumstances.occurredAt).sorted())
      #expect(events.count == 4)
      #expect(try service.find("c2").state.isOpen)
    }
  }

  @Test("every event says from which register it came, and the state keeps it, also after a replay")
  func named() async throws {
    var mapping = EventLogTests.mapping
    mapping.register = "Sổ một cửa 2010"
    let office = Desktop()
    let rows = try await office.during { service async throws in
      _ = try await run(service, text, mapping)
      let row = try service.find("c1")
      #expect(row.state.reception?.imported?.register == "Sổ một cửa 2010")
      let events = try service.history(of: row, from: Version(1), limit: 10)
      #expect(events.allSatisfy { $0.circumstances.register == "Sổ một cửa 2010" && $0.circumstances.isImported })
      // What is recorded at the desk later on is the desk's.
      try await service.accept(.init(.existing("c2"), .progress(Progress(step: "tra sổ"))))
      let own = try service.history(of: try service.find("c2"), from: Version(3), limit: 1)
      #expect(own.map(\.circumstances.isImported) == [false] && own[0].circumstances.register == nil)
      return try service.rows()
    }
    try await office.during { service async throws in
      try service.rebuild { _ in }
      #expect(try service.rows() == rows)
    }
  }

  @Test("the tally says how many of each count are imported, and the counts stay those of all")
  func counted() async throws {
    try await Desktop().during { service async throws in
      _ = try await run(service, text)
      try await service.accept(.receive("Hoa"))
      let tally = try service.tally(at: service.now)
      let (all, imported) = (try #require(tally.all[.cases]), try #require(tally.imported[.cases]))
      #expect(all.all.received == 3 && imported.all.received == 2)
      #expect(all.all.resolvedOnTime == 1 && imported.all.resolvedOnTime == 1)
      #expect(all.now.open == 2 && imported.now.open == 1)
      #expect(all.now.openLate == 1 && imported.now.openLate == 1)
      #expect(all.now.apologiesOwed == 1 && imported.now.apologiesOwed == 1)
      #expect(all.today.received == 1 && imported.today.received == 0)
    }
  }

  @Test("reading a log writes nothing, whatever is wrong in it")
  func nothingWritten() async throws {
    try await Desktop().during { service async throws in
      let before = service.signal.position
      let log = try EventLog(text, EventLogTests.mapping, for: Fixture.importOffice)
      #expect(log.badRows.map(\.line) == [5])
      #expect(try service.takenCodes(log, actor: Fixture.lan).isEmpty)
      #expect(service.signal.position == before)
    }
  }

  @Test("the same file again changes nothing, after a restart too")
  func again() async throws {
    let office = Desktop()
    let end = try await office.during { service async throws in
      _ = try await run(service, text)
      let (end, rows) = (service.signal.position, try service.rows())
      let progress = try await run(service, text)
      #expect(progress.repeated == 2 && progress.cases == 0 && progress.events == 0)
      #expect(service.signal.position == end)
      #expect(try service.rows() == rows)
      return end
    }
    try await office.during { service async throws in
      #expect(try await run(service, text).repeated == 2)
      #expect(service.signal.position == end)
    }
  }

  @Test("the same file by another mapping is refused, because it would say something else")
  func otherMapping() async throws {
    try await Desktop().during { service async throws in
      _ = try await run(service, text)
      var mapping = EventLogTests.mapping
      mapping.text = "mapping 2"
      let end = service.signal.position
      await #expect(throws: CommandFailure.self) { _ = try await run(service, text, mapping) }
      #expect(service.signal.position == end)
    }
  }

  @Test("codes that other cases have are told with their lines, and those left out come not in")
  func taken() async throws {
    try await Desktop().during { service async throws in
      try await service.accept(.importing("C2"))
      let log = try EventLog(text, EventLogTests.mapping, for: Fixture.importOffice)
      let taken = try service.takenCodes(log, actor: Fixture.lan)
      #expect(taken.map(\.line) == [4])
      let progress = try await run(service, text, skipping: Set(taken.map(\.line)))
      #expect(progress.cases == 1 && progress.total == 1)
      #expect(try service.takenCodes(log, actor: Fixture.lan).map(\.line) == [4])
    }
  }

  @Test("what somebody has recorded under the ids that a file gives keeps nobody from bringing it in, and again")
  func idsOfAnother() async throws {
    try await Desktop().during { service async throws in
      let log = try EventLog(text, EventLogTests.mapping, for: Fixture.importOffice)
      for item in log.cases {
        try await service.accept(.receive("Lan", by: Fixture.minh, id: log.commandID(of: item)))
      }
      #expect(try service.takenCodes(log, actor: Fixture.lan).isEmpty)
      let progress = try await run(service, text)
      #expect(progress.cases == 2 && progress.repeated == 0)
      #expect(try await run(service, text).repeated == 2)
      // Nobody else's commands get an id that the import has.
      let id = try #require(log.cases.first.map { log.commandID(of: $0) })
      #expect(
        await service.rejection(.receive("Lan", by: Actor(uid: 1002, account: "an", role: .clerk), id: id))
          == .commandReused(CommandID.text(id)))
    }
  }

  @Test("a case of more events than a case may have is told with its line, and stays out")
  func tooManyEvents() async throws {
    try await Desktop().during { service async throws in
      var settings = DeskService.Settings()
      settings.caseEventsMax = 3
      service.apply(settings)
      let log = try EventLog(text, EventLogTests.mapping, for: Fixture.importOffice)
      let left = try service.takenCodes(log, actor: Fixture.lan)
      #expect(left.map(\.line) == [2])
      #expect(left.first?.reason.en == "the case has 4 events, more than 3 (case_events_max in office.toml)")
      #expect(try await run(service, text, skipping: Set(left.map(\.line))).cases == 1)
    }
  }

  @Test("an interrupted import is taken up by running it again")
  func interrupted() async throws {
    struct Stop: Error {}
    let lines = (0..<300).map { EventLogTests.first.replacingFirst("c1", "c\($0)") }
    let text = ([EventLogTests.header] + lines).joined(separator: "\n")
    try await Desktop().during { service async throws in
      let log = try EventLog(text, EventLogTests.mapping, for: Fixture.importOffice)
      await #expect(throws: Stop.self) {
        try await service.run(log, skipping: [], actor: Fixture.lan) {
          if $0.done > 200 { throw Stop() }
        }
      }
      #expect(try service.caseCount() == 256)
      let progress = try await run(service, text)
      #expect(progress.repeated == 256 && progress.cases == 44)
      #expect(try service.caseCount() == 300)
    }
  }
}

extension String {
  /// The text with the first occurrence of a part replaced.
  func replacingFirst(_ part: String, _ replacement: String) -> String {
    replacing(part, with: replacement, maxReplacements: 1)
  }
}
