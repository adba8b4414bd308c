import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

@Suite("Being told, by a daemon", .oneAtATime)
struct NoticeTests {
  private static func daemon(notices: Bool) throws -> RunningDaemon {
    let daemon = try RunningDaemon()
    if notices { try Configuration.promiseNotices(daemon) }
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    return daemon
  }

  private static func notices(_ desk: Connection) throws -> [Wire.Promise] {
    try desk.pages(Wire.Owed()).flatMap(\.promises).filter { $0.kind == .known(.notice) }
  }

  @Test(
    "given an office with the measure, what is sent is owed still, what is delivered is settled, a repeat answers the same, and an erased case owes nothing"
  )
  func told() throws {
    // given
    let daemon = try Self.daemon(notices: true)
    let desk = try daemon.connect()
    let received = try desk.receive("Nguyễn Thị Hoa")
    let code = received.code
    #expect(received.owes.last == Wire.Duty(kind: .notice, at: "2026-11-18T17:00:00+07:00"))
    let owed = try Self.notices(desk)
    #expect(owed.map(\.madeBy) == [1] && owed.map(\.to) == ["Nguyễn Thị Hoa"] && owed.map(\.owed) == [true])
    #expect(owed.map(\.due) == ["2026-11-18T17:00:00+07:00"])
    // when it is sent
    let sent = Wire.Notify(code: code, channel: .message, outcome: .sent, receipt: "SMS 0912345678")
    #expect(try desk.ask(sent).receipt.version == 2)
    // then it is owed as before
    #expect(try Self.notices(desk) == owed)
    // when it has arrived, and the command comes twice
    let id = "018f0000-0000-7000-8000-00000000a07e"
    let delivered = Wire.Notify(
      code: code, of: 1, channel: .message, outcome: .delivered, entry: Wire.Entry(commandId: id))
    let first = try desk.ask(delivered).receipt
    let second = try desk.ask(delivered).receipt
    // then nothing is owed, and nothing was recorded again
    #expect(!first.repeated && second.repeated && first.position == second.position && first.version == 3)
    #expect(try Self.notices(desk).isEmpty && !second.owes.contains { $0.kind == .known(.notice) })
    let settled = try desk.refusal(of: sent, Wire.NoticeNotOwed.self)
    #expect(settled.code == code && settled.of == nil && settled.owed == [])
    let again = Wire.Notify(code: code, of: 1, channel: .phone, outcome: .confirmed)
    #expect(try desk.refusal(of: again, Wire.NoticeSettled.self).of == 1)
    // and next has one row a case, as before
    #expect(try desk.pages(Wire.Next()).flatMap(\.duties).count == 1)
    // when the case ends, its result is owed still
    _ = try desk.ask(Wire.Resolve(code: code))
    _ = try desk.ask(Wire.Return(code: code))
    #expect(try Self.notices(desk).map(\.madeBy) == [4])
    let client = Client(socket: daemon.socket, language: "en")
    let wrong = try client.run("notify", code, "--of", "2")
    #expect(wrong.status == 1 && wrong.errors.contains("owes no notice of v2; it owes one of v4"), "\(wrong.errors)")
    let explained = try client.run("explain", code).output
    #expect(explained.contains("Notice of v1, due 17:00 Wed 18/11/2026: owed no more"), "\(explained)")
    #expect(explained.contains("Notice of v4, due 17:00 Wed 18/11/2026: owed"), "\(explained)")
    let history = try client.run("history", code).output
    #expect(history.contains("notified: of v1 · by message · sent · SMS 0912345678"), "\(history)")
    #expect(history.contains("notified: of v1 · by message · delivered"), "\(history)")
    // and once it is erased, nobody is told any more
    _ = try desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
    #expect(try Self.notices(desk).isEmpty)
    _ = try desk.refusal(of: again, Wire.CaseErased.self)
    #expect(try !client.run("history", code).output.contains("0912345678"))
    // and the views are what a replay makes of the ledger
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test(
    "given an office without the measure, nothing is promised, notify is refused, and no word of it is in the rules")
  func off() throws {
    let daemon = try Self.daemon(notices: false)
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    #expect(try Self.notices(desk).isEmpty)
    let refused = try desk.refusal(
      of: Wire.Notify(code: code, channel: .inPerson, outcome: .handedOver), Wire.NoticeNotOwed.self)
    #expect(refused.owed.isEmpty)
    let client = Client(socket: daemon.socket, language: "vi")
    #expect(try desk.ask(Wire.Explain(code: code)).explanation.notices == nil)
    let said = try client.run("thông-báo", code)
    #expect(said.status == 1 && said.errors.contains("không nợ dân thông báo nào"), "\(said.errors)")
    let rules = try client.run("export", "--readable").output
    #expect(rules.contains("rulesAdopted") && !rules.contains("measures"), "\(rules.prefix(500))")
  }
}

extension Configuration {
  /// Turns the measure on, in a copy of the sample configuration.
  static func promiseNotices(_ daemon: RunningDaemon) throws {
    daemon.config = try copy(into: daemon.home)
    try replace(daemon.config + "/rules.toml", "notices = false", "notices = true")
  }
}
