import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("Whoever is given much that tells about people", .oneAtATime)
struct OpenedTests {
  private static let mapping = """
    [columns]
    case = "case"
    received_at = "received"
    due = "due"
    activity = "step"
    at = "at"
    subject = "subject"
    """

  /// An office with so many open cases of one register.
  private static func office(of count: Int) throws -> RunningDaemon {
    let daemon = try RunningDaemon()
    try daemon.start()
    let rows = (1...count).map {
      "R-\($0),2026-01-05T09:00:00Z,2026-01-06T17:00:00Z,Nhận,2026-01-05T09:30:00Z,Chuyện của bà Quắc\n"
    }
    _ = try daemon.connect().importText(
      "case,received,due,step,at,subject\n" + rows.joined(), mapping: Self.mapping)
    return daemon
  }

  private static func told(_ daemon: RunningDaemon, _ words: String) -> [Substring] {
    daemon.log.split(separator: "\n").filter { $0.contains(words) }
  }

  private static let begun = "is being given much that tells about people"
  private static let over = "was given much that tells about people"

  /// What somebody does to take out what the office has.
  enum Way: String, CaseIterable {
    case list, watch, export, shows
  }

  @Test("at once or case by case, he is in the log with his account and how much it was", arguments: Way.allCases)
  func told(way: Way) throws {
    let daemon = try Self.office(of: 520)
    let desk = try daemon.connect()
    #expect(Self.told(daemon, Self.begun).isEmpty)
    let (method, count): (String, Int)
    switch way {
    case .list:
      #expect(try desk.pages(Wire.List()).flatMap(\.cases).count == 520)
      (method, count) = ("List", 520)
    case .watch:
      var events = 0
      try desk.stream(Wire.Watch(after: 0)) { page in
        events += page.events.count
        return events < 1041
      }
      #expect(events == 1041)
      // The first event is the office's.
      (method, count) = ("Watch", 1040)
    case .export:
      _ = try desk.pages(Wire.Export(readable: true))
      (method, count) = ("Export", 1040)
    case .shows:
      // Over connections of his own, too.
      for number in 1...520 { _ = try daemon.connect().ask(Wire.Show(code: "R-\(number)")) }
      (method, count) = ("Show", 520)
    }
    let begun = Self.told(daemon, Self.begun)
    #expect(begun.count == 1 && begun[0].contains("account=root"), "\(daemon.log)")
    #expect(daemon.stop() == 0)
    let over = Self.told(daemon, Self.over)
    #expect(over.count == 1, "\(daemon.log)")
    #expect(over.first?.contains("account=root") == true && over.first?.contains("count=\(count)") == true, "\(over)")
    #expect(over.first?.contains("\(method)=\(count)") == true, "\(over)")
    #expect(!daemon.log.contains("Quắc"))
  }

  @Test(
    "a day's work is not told, nor what opens nothing: counts, backups, exports that are not readable, erased cases")
  func untold() throws {
    let daemon = try Self.office(of: 520)
    let desk = try daemon.connect()
    for number in 1...400 { _ = try desk.ask(Wire.Show(code: "R-\(number)")) }
    for _ in 0..<600 { _ = try desk.ask(Wire.Tally()) }
    _ = try desk.pages(Wire.Export())
    _ = try desk.pages(Wire.Backup())
    #expect(daemon.stop() == 0)
    #expect(Self.told(daemon, Self.begun).isEmpty && Self.told(daemon, Self.over).isEmpty, "\(daemon.log)")
  }

  @Test("who takes it out in pieces, each less than much, is in the log for the day")
  func pieces() throws {
    let daemon = try Self.office(of: 480)
    let desk = try daemon.connect()
    let day = Self.begun + " within a day"
    for _ in 0..<10 { _ = try desk.pages(Wire.List()) }
    #expect(Self.told(daemon, day).isEmpty)
    _ = try desk.pages(Wire.List())
    #expect(Self.told(daemon, day).first?.contains("account=root") == true, "\(daemon.log)")
  }

  @Test("who asks when so many people were to be told of something is in the log, because the answer names them")
  func explained() throws {
    let daemon = try RunningDaemon()
    try Configuration.promiseNotices(daemon)
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Bà Quắc").code
    let names = try desk.ask(Wire.Explain(code: code)).explanation.notices?.count { $0.to == "Bà Quắc" } ?? 0
    #expect(names > 0)
    for _ in 1..<500 { _ = try desk.ask(Wire.Explain(code: code)) }
    #expect(Self.told(daemon, Self.begun).count == 1, "\(daemon.log)")
    #expect(daemon.stop() == 0)
    #expect(Self.told(daemon, Self.over).first?.contains("Explain=\(500 * names)") == true, "\(daemon.log)")
    #expect(!daemon.log.contains("Quắc"))
  }
}
