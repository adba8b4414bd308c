import DeskInterface
import Foundation
import TestSupport
import Testing
import VarlinkClient

@testable import motcua

/// The daemon under clocks that nobody can believe. The machine's own is never set.
@Suite("A clock that is not believed", .oneAtATime, .enabled(if: AttackTests.hasCompiler, "skipped: needs cc"))
struct DoubtfulClockTests {
  private static let day = AttackTests.day
  private static let newCause = """

    [[cause]]
    id = "flood"
    vi = "lũ lụt"
    en = "a flood"
    answers_for_date = false

    """

  private func doubt(_ desk: Connection) throws -> Wire.Told<Wire.ClockDoubt>? {
    try desk.ask(Wire.GetClock()).clock.doubt
  }

  private func refused(_ desk: Connection, _ code: String) throws -> Wire.Told<Wire.ClockDoubt>? {
    try desk.refusal(of: Wire.Progress(code: code, step: "Tra sổ"), Wire.ClockSuspect.self).doubt
  }

  @Test(
    "given a battery that is dead, when the machine comes up 400 days back each morning, the daemon starts, answers as of now at least, records nothing, and goes on when the clock is put right"
  )
  func deadBattery() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    for morning in 1...3 {
      #expect(daemon.stop() == 0)
      clock.boot()
      try clock.set(-400 * Self.day)
      try daemon.start()
      let desk = try daemon.connect()
      #expect(try refused(desk, code) == .known(.behindLedger))
      let status = try desk.ask(Wire.GetStatus()).status
      let last = try seconds(try #require(status.clock?.lastRecorded))
      #expect(try seconds(status.now) >= last && seconds(status.now) < last + 60)
      #expect(try desk.ask(Wire.Show(code: code)).case.version == morning)
      try clock.set(0)
      #expect(try desk.ask(Wire.Progress(code: code, step: "Tra sổ")).receipt.version == morning + 1)
      #expect(try desk.ask(Wire.GetClock()).clock.doubt == nil)
    }
    #expect(daemon.log.contains("which is before what is recorded already"), "\(daemon.log)")
    #expect(daemon.log.contains("the clock is believed again"), "\(daemon.log)")
  }

  @Test(
    "on a terminal, whoever accepts a clock sees what it shows and what is expected, and says yes; with --shown he has seen it before, and another time is refused",
    arguments: ["en", "vi"])
  func confirmed(language: String) throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    _ = try daemon.connect().receive("Hoa")
    try clock.set(40 * Self.day)
    let client = Client(socket: daemon.socket, language: language)
    func type(_ line: String, _ more: String...) throws -> (code: Int32, text: String) {
      try Child.run(
        client.program, ["clock", "--accept"] + more,
        environment: ["MOTCUA_SOCKET=\(daemon.socket)", "MOTCUA_LANG=\(language)"], typing: [line])
    }
    let now = try daemon.connect().ask(Wire.GetClock()).clock
    let (yes, no) = language == "vi" ? ("c", "k") : ("y", "n")
    for answer in ["", no, "x"] {
      let said = try type(answer)
      #expect(said.code == 1, "\(said)")
      // The year tells what it shows, and what is expected is told, too.
      #expect(said.text.contains(language == "vi" ? "lẽ ra là" : "should show"), "\(said)")
      #expect(said.text.contains(language == "vi" ? "(c/K)?" : "(y/N)?"), "\(said)")
      #expect(said.text.contains(language == "vi" ? "Chưa ghi gì" : "Nothing was recorded"), "\(said)")
    }
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.doubt != nil)
    // What the supervisor saw was another time.
    let other = try client.run("clock", "--accept", "--shown", "01/02/2026 08:00")
    #expect(other.status == 75, "\(other)")
    let unreadable = try client.run("clock", "--accept", "--shown", "+2")
    #expect(unreadable.status == 64 && unreadable.errors.contains("--shown"), "\(unreadable)")
    #expect(try client.run("clock", "--shown", now.shown).status == 64)
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.doubt != nil)
    let accepted: (code: Int32, text: String)
    if language == "vi" {
      // Nothing is asked of who has said what he saw; by the minute is near enough.
      let time = try #require(Moment(now.shown))
      accepted = try type("", "--shown", "\(time.date) \(time.clock)")
      #expect(!accepted.text.contains("(c/K)"), "\(accepted)")
    } else {
      accepted = try type(yes)
    }
    #expect(accepted.code == 0, "\(accepted)")
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.doubt == nil)
    // There is nothing to ask about a clock that is believed.
    let again = try type(yes)
    #expect(again.code == 1 && !again.text.contains("N)?") && !again.text.contains("K)?"), "\(again)")
  }

  @Test(
    "given such a clock that a supervisor accepts, the office goes by it: the records stay where they are, no reason is asked for, nothing is late, a restart changes nothing, and the next wrong clock is doubted again"
  )
  func acceptedEarlier() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let before = try daemon.connect().receive("Hoa")
    #expect(daemon.stop() == 0)
    clock.boot()
    try clock.set(-400 * Self.day)
    try daemon.start()
    let client = Client(socket: daemon.socket)
    let shown = try client.run("clock")
    #expect(shown.output.contains("does not believe it") && shown.output.contains("→"), "\(shown.output)")
    let said = try Client(socket: daemon.socket, language: "vi").run("đồng-hồ", "--accept")
    #expect(said.status == 0 && said.output.contains("Đã ghi: giờ máy"), "\(said.output) \(said.errors)")
    #expect(try client.run("clock", "--accept").errors.contains("nothing to accept"))
    #expect(try client.run("clock").output.contains("The ledger is ahead"))
    func work(_ name: String) throws -> Wire.Receipt {
      let desk = try daemon.connect()
      let receipt = try desk.receive(name)
      let events = try desk.pages(Wire.History(code: receipt.code)).flatMap(\.events)
      let event = try #require(events.last)
      let real = Date().timeIntervalSince1970 - Double(400 * Self.day)
      #expect(event.recordedAt == before.recordedAt && event.lateEntryReason == nil)
      #expect(try abs(seconds(event.occurredAt) - real) < 60 && receipt.now == event.occurredAt)
      #expect(try seconds(receipt.due) < seconds(before.due) - Double(390 * Self.day))
      #expect(try seconds(receipt.due) > real && !receipt.late)
      #expect(try abs(seconds(desk.ask(Wire.GetStatus()).status.now) - real) < 60)
      // Nobody is kept from seeing that the records say something else.
      let line = try client.run("history", receipt.code)
      #expect(line.status == 0 && line.output.contains("(recorded"), "\(line.output)")
      return receipt
    }
    let codes = try [work("Lan").code, work("Minh").code]
    // What was recorded a moment ago is found by what is typed for today, and can be voided today.
    let serial = try #require(codes[1].split(separator: "-").last)
    let desk = try daemon.connect()
    #expect(try desk.ask(Wire.Progress(code: String(serial), step: "nhầm")).receipt.code == codes[1])
    _ = try desk.ask(Wire.Correct(code: codes[1], voids: 2, reason: "nhầm"))
    _ = try desk.refusal(
      of: Wire.Progress(
        code: codes[0], step: "s",
        entry: .init(occurredAt: try desk.ask(Wire.GetStatus()).status.now)), Wire.BackdatingNeedsReason.self)
    // As of now it is all there, as of the acceptance what was there then; as of the day before it, nothing at all.
    let now = try desk.ask(Wire.GetStatus()).status.now
    #expect(try desk.ask(Wire.Tally(asOf: now)).cases.all.received == 3)
    let events = try daemon.connect().allEvents(upTo: 4).prefix(4)
    #expect(events.map(\.type) == [.rulesAdopted, .received, .clockAccepted, .received])
    #expect(try desk.ask(Wire.Tally(asOf: events[2].occurredAt)).cases.all.received == 1)
    let early = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: Double(-401 * Self.day)))
    #expect(try desk.ask(Wire.Tally(asOf: early)).cases.all.received == 0)
    for isKilled in [true, false] {
      if isKilled { daemon.kill() } else { #expect(daemon.stop() == 0) }
      try daemon.start()
      _ = try work("Mai")
    }
    // A new boot with the same clock knows from the ledger what the clock showed last.
    #expect(daemon.stop() == 0)
    clock.boot()
    try daemon.start()
    _ = try work("An")
    #expect(try daemon.connect().verify().damage == nil)
    let watched = try client.run("export", "--readable")
    #expect(watched.output.components(separatedBy: "\"vn.motcua.clockAccepted\"").count == 2)
    #expect(daemon.stop() == 0)
    // The battery is dead: the next morning it is the first one's evening again.
    clock.boot()
    try clock.set(-401 * Self.day)
    try daemon.start()
    #expect(try refused(daemon.connect(), codes[0]) == .known(.behindLedger))
    #expect(daemon.stop() == 0)
    // Put right, it is far ahead of what the office went by: the machine says that it is synchronised, and that counts.
    clock.boot()
    try clock.set(0)
    try daemon.start()
    #expect(try refused(daemon.connect(), codes[0]) == .known(.farAhead))
    try clock.say(.synchronised, of: 0)
    let after = try daemon.connect().receive("Cúc")
    #expect(try seconds(after.recordedAt) > seconds(before.recordedAt) && after.now == nil)
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.ledgerAhead == false)
    #expect(try daemon.connect().verify().damage == nil)
  }

  @Test(
    "thirty days ahead, for one command or at the start, is believed only when the machine says of that clock that it is synchronised"
  )
  func thirtyDays() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    let far = 30 * Self.day
    try clock.set(far)
    #expect(try refused(desk, code) == .known(.jumpedAhead))
    // What is said of the clock before it was set, or that it is not synchronised, is no reason to believe it.
    for (word, offset) in [(SetClock.Word.synchronised, 0), (.unsynchronised, far), (.synchronised, far - 3600)] {
      try clock.say(word, of: Int64(offset))
      #expect(try refused(desk, code) == .known(.jumpedAhead))
    }
    #expect(try desk.ask(Wire.GetClock()).clock.synchronised == nil)
    try clock.set(0)
    #expect(try desk.ask(Wire.Progress(code: code, step: "Tra sổ")).receipt.version == 2)
    #expect(daemon.stop() == 0)
    clock.boot()
    try clock.set(far)
    try daemon.start()
    #expect(try refused(daemon.connect(), code) == .known(.farAhead))
    try clock.say(.synchronised, of: far)
    let receipt = try daemon.connect().ask(Wire.Progress(code: code, step: "Ký")).receipt
    #expect(try seconds(receipt.recordedAt) > Date().timeIntervalSince1970 + Double(29 * Self.day))
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.synchronised == true)
    // Behind the ledger, no synchronisation says how its times go on: that is for a person.
    try clock.set(0)
    try clock.say(.synchronised, of: 0)
    #expect(try refused(daemon.connect(), code) == .known(.behindLedger))
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.synchronised == true)
    _ = try daemon.connect().ask(Wire.AcceptClock())
    let now = try daemon.connect().ask(Wire.Progress(code: code, step: "Trả")).receipt
    #expect(try abs(seconds(#require(now.now)) - Date().timeIntervalSince1970) < 60)
    #expect(now.recordedAt == receipt.recordedAt)
  }

  @Test(
    "a clock that NTP steps three minutes holds nobody up, and one that it steps an hour only until the machine says so"
  )
  func stepped() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    try clock.set(180)
    #expect(try desk.ask(Wire.Progress(code: code, step: "1")).receipt.version == 2)
    try clock.set(3600)
    #expect(try refused(desk, code) == .known(.jumpedAhead))
    try clock.say(.synchronised, of: 3600)
    #expect(try desk.ask(Wire.Progress(code: code, step: "2")).receipt.version == 3)
    // From there on it is measured anew, and steps of three minutes do not add up while the machine says that they are right.
    for step in 1...3 {
      try clock.set(3600 + Int64(180 * step))
      try clock.say(.synchronised, of: 3600 + Int64(180 * step))
      #expect(try desk.ask(Wire.Progress(code: code, step: "3")).receipt.version == 3 + step)
    }
    #expect(
      try eventually {
        let kept = try String(contentsOfFile: daemon.data + "/CLOCK", encoding: .utf8).split(separator: "\n").last ?? ""
        return abs((Int64(kept) ?? 0) - (Self.difference + 4_140_000_000)) < 1_000_000
      }, "what is measured from follows")
  }

  /// What the machine's clock and its time since the boot differ by, in microseconds.
  private static var difference: Int64 {
    var (boot, now) = (timespec(), timespec())
    clock_gettime(CLOCK_BOOTTIME, &boot)
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec - boot.tv_sec) * 1_000_000 + Int64(now.tv_nsec - boot.tv_nsec) / 1000
  }

  @Test(
    "what the daemon has to record itself waits for the clock, in its order and before any command, and is recorded without one"
  )
  func waiting() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    _ = try daemon.connect().receive("Hoa")
    #expect(daemon.stop() == 0)
    let old = daemon.home + "/old"
    try FileManager.default.copyItem(atPath: daemon.data + "/ledger", toPath: old)
    try daemon.start()
    for name in ["Lan", "Minh"] { _ = try daemon.connect().receive(name) }
    #expect(daemon.stop() == 0)
    try FileManager.default.removeItem(atPath: daemon.data + "/ledger")
    try FileManager.default.copyItem(atPath: old, toPath: daemon.data + "/ledger")
    try Configuration.append(daemon.config + "/rules.toml", Self.newCause)
    daemon.arguments = ["--accept-ledger"]
    try clock.set(AttackTests.year9999)
    try daemon.start()
    let desk = try daemon.connect()
    let code = try #require(try desk.pages(Wire.List()).flatMap(\.cases).first?.code)
    #expect(try refused(desk, code) == .known(.jumpedAhead))
    #expect(try desk.ask(Wire.GetClock()).clock.waiting)
    #expect(try desk.ask(Wire.GetStatus()).status.position == 2)
    // Killed meanwhile, it forgets neither.
    daemon.kill()
    daemon.arguments = []
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.GetClock()).clock.waiting)
    try clock.set(0)
    #expect(
      try eventually { try daemon.connect().ask(Wire.GetStatus()).status.position == 4 }, "recorded without a command")
    let events = try daemon.connect().allEvents(upTo: 4)
    #expect(events[2].restored?.knownSize == 4 && events[3].type == .rulesAdopted)
    #expect(events[2].recordedAt.hasPrefix("20") && events[3].recordedAt.hasPrefix("20"))
    #expect(try !daemon.connect().ask(Wire.GetClock()).clock.waiting)
    let later = try daemon.connect().receive("Mai").code
    _ = try daemon.connect().ask(Wire.Apologise(code: later, cause: "flood", text: "Xin lỗi."))
    #expect(daemon.stop() == 0)
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.position == 6)
  }

  @Test("rules that wait are in force when the clock is accepted, before the next command")
  func rulesAfterAcceptance() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    #expect(daemon.stop() == 0)
    try Configuration.append(daemon.config + "/rules.toml", Self.newCause)
    try clock.set(-AttackTests.hour)
    try daemon.start()
    let desk = try daemon.connect()
    #expect(try doubt(desk) == .known(.behindLedger))
    _ = try desk.ask(Wire.AcceptClock())
    let later = try desk.receive("Lan")
    #expect(later.number == 2)
    _ = try desk.ask(Wire.Apologise(code: later.code, cause: "flood", text: "Xin lỗi."))
    let types = try daemon.connect().allEvents(upTo: 5).prefix(5).map(\.type)
    #expect(types == [.rulesAdopted, .received, .clockAccepted, .rulesAdopted, .received])
    #expect(try desk.ask(Wire.Show(code: code)).case.version == 1)
  }

  @Test(
    "a clock by which the rules of the configuration are not in force yet stops no start that doubts it; once it is right they are loaded"
  )
  func beforeTheRules() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let code = try daemon.connect().receive("Hoa").code
    #expect(daemon.stop() == 0)
    try Configuration.append(daemon.config + "/rules.toml", Self.newCause)
    clock.boot()
    // 1970
    try clock.set(-Int64(Date().timeIntervalSince1970))
    try daemon.start()
    #expect(try refused(daemon.connect(), code) == .known(.behindLedger))
    try clock.set(0)
    #expect(try eventually { try daemon.connect().ask(Wire.GetStatus()).status.position == 3 }, "the rules are loaded")
    let later = try daemon.connect().receive("Lan").code
    _ = try daemon.connect().ask(Wire.Apologise(code: later, cause: "flood", text: "Xin lỗi."))
    #expect(daemon.stop() == 0)
    // When the clock is believed, such rules are a mistake as before.
    try Configuration.replace(daemon.config + "/rules.toml", "effective = \"2025-07-01\"", "effective = \"2999-07-01\"")
    try daemon.launch()
    #expect(daemon.waitForExit() == 78)
    #expect(daemon.log.contains("2999-07-01, which is still to come"))
  }

  @Test(
    "a command that was recorded before the clock went wrong is answered when it is sent again, and no other is done")
  func repeated() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let desk = try daemon.connect()
    let id = UUID().uuidString.lowercased()
    let before = try desk.receive("Hoa", id: id)
    for offset in [-Self.day, AttackTests.year9999] {
      try clock.set(offset)
      #expect(try refused(desk, before.code) != nil)
      let again = try desk.receive("Hoa", id: id)
      #expect(again.repeated && again.code == before.code && again.recordedAt == before.recordedAt)
      _ = try desk.refusal(
        of: Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: "Lan", entry: .init(commandId: id)),
        Wire.CommandReused.self)
    }
    #expect(try desk.ask(Wire.GetStatus()).status.position == 2)
  }

  @Test("a first start believes any clock, because nothing can be spoilt yet, and doubts the next one")
  func firstStart() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try clock.set(-100 * Self.day)
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Hoa").code
    try clock.set(0)
    #expect(try refused(desk, code) == .known(.jumpedAhead))
    _ = try desk.ask(Wire.AcceptClock())
    let receipt = try desk.ask(Wire.Progress(code: code, step: "Tra sổ")).receipt
    #expect(try abs(seconds(receipt.recordedAt) - Date().timeIntervalSince1970) < 60 && receipt.late)
  }

  @Test(
    "what is erased while the ledger is ahead of an accepted clock waits to be scrubbed by that clock, and after a scrub no more"
  )
  func scrubbed() throws {
    let clock = try SetClock()
    let daemon = clock.daemon
    try daemon.start()
    let first = try daemon.connect().receive("Hoa").code
    try clock.set(-AttackTests.day)
    _ = try daemon.connect().ask(Wire.AcceptClock())
    func erase(_ code: String) throws {
      let desk = try daemon.connect()
      _ = try desk.ask(Wire.Withdraw(code: code, reason: "rút"))
      _ = try desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
      let pending = try #require(try desk.ask(Wire.GetStatus()).status.scrubPending)
      #expect(try abs(seconds(pending) - seconds(desk.ask(Wire.GetStatus()).status.now)) < 60)
      _ = try desk.pages(Wire.Rebuild())
      #expect(try desk.isScrubbed())
    }
    try erase(first)
    try erase(daemon.connect().receive("Lan").code)
    // A start knows that it is done, too.
    #expect(daemon.stop() == 0)
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.scrubPending == nil)
  }

  @Test("a demo's clock is never doubted, and there is nothing to accept")
  func demo() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-16T08:00"]
    try daemon.start()
    let desk = try daemon.connect()
    _ = try desk.receive("Hoa")
    _ = try desk.ask(Wire.SetClock(to: "2027-11-16T08:00"))
    _ = try desk.receive("Lan")
    _ = try desk.refusal(of: Wire.AcceptClock(), Wire.ClockNotSuspect.self)
  }

  @Test("the helper says of the machine's clock what the kernel says, in a file that everybody may read")
  func helper() throws {
    let daemon = try RunningDaemon()
    let path = daemon.home + "/state"
    #expect(try Operator.run("clock-state", "--out", path).status == 0)
    #expect(try Operator.run("clock-state", "--out", path).status == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let printed = try Operator.run("clock-state").output
    #expect(text.split(separator: " ").first == printed.split(separator: " ").first)
    #expect(text.contains(/^(synchronised|unsynchronised|unknown) [0-9]+\.[0-9]{6} [0-9]+\.[0-9]{6}\n$/), "\(text)")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
    let refused = try Operator.run("clock-state", "--out", daemon.home + "/nowhere/state")
    #expect(refused.status == 74 && refused.errors.contains("nowhere"), "\(refused.errors)")
  }
}
