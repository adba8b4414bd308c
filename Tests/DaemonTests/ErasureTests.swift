import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("A citizen is forgotten", .oneAtATime)
struct ErasureTests {
  private static let basis = "Luật 91/2025/QH15, điều 14"
  /// Words that nothing else in the office says, in the spellings that files may hold: as typed, folded, a phone number.
  private static let traces = ["Quắc Thị Xuyến", "quac", "xuyen", "0987654321", "Xóm Vạc Nước", "giấy nợ họ Quắc"]

  @Test(
    "given a case whose person is in views and search, when it is erased and scrubbed, then no byte of the data directory or of a new backup tells of the person, the ledger verifies, the counts are the same, and the case says when and by what right"
  )
  func forgotten() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    for index in 0..<30 { _ = try desk.receive("Người \(index)") }
    let code = try desk.quac()
    let tally = try desk.ask(Wire.Tally())
    for trace in Self.traces {
      #expect(try Self.isFound(trace, in: daemon.data), "\(trace): the search finds what is there")
    }
    #expect(try desk.pages(Wire.Search(words: "quac xuyen")).flatMap(\.cases).map(\.code) == [code])
    let position = try desk.ask(Wire.GetStatus()).status.position

    _ = try desk.ask(Wire.Erase(code: code, basis: Self.basis))

    let shown = try desk.ask(Wire.Show(code: code)).case
    #expect(shown.erasedUnder == Self.basis && shown.erasedAt?.hasPrefix("2026-11-18") == true)
    #expect(shown.applicant == nil && shown.phone == nil && shown.place == nil && shown.returnedTo == nil)
    #expect(try desk.pages(Wire.Search(words: "quac")).flatMap(\.cases).isEmpty)
    let events = try desk.pages(Wire.History(code: code)).flatMap(\.events)
    #expect(events.map(\.type) == [.received, .consulted, .resolved, .returned, .erased])
    #expect(events.dropLast().allSatisfy { $0.closed == true } && events.last?.erased?.basis == Self.basis)
    #expect(events.first?.received?.applicant == nil && events[1].consulted?.question == "")
    let after = try desk.ask(Wire.Tally())
    #expect(after.cases == tally.cases && after.enquiries == tally.enquiries && after.complaints == tally.complaints)
    #expect(try desk.ask(Wire.GetStatus()).status.scrubPending != nil)

    let rebuilt = try desk.pages(Wire.Rebuild()).last?.progress
    #expect(rebuilt?.reached == position + 1)
    #expect(try desk.isScrubbed())
    for trace in Self.traces { #expect(try !Self.isFound(trace, in: daemon.data), "\(trace) is still there") }
    #expect(try desk.ask(Wire.Show(code: code)).case == shown)
    let client = Client(socket: daemon.socket)
    let copies = daemon.home + "/copies"
    try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
    #expect(try client.run("backup", copies + "/ledger", "--keys", copies + "/keys").status == 0)
    for trace in Self.traces { #expect(try !Self.isFound(trace, in: copies), "\(trace) is in the backup") }
    let verified = try client.run("verify")
    #expect(verified.status == 0, "\(verified.errors)")

    // After a restart, and after a replay of everything, it is the same.
    #expect(daemon.stop() == 0)
    for trace in Self.traces { #expect(try !Self.isFound(trace, in: daemon.data), "\(trace) is still there") }
    try FileManager.default.removeItem(atPath: daemon.data + "/CURRENT")
    try daemon.start()
    #expect(try daemon.connect().ask(Wire.Show(code: code)).case == shown)
    #expect(daemon.stop() == 0)
    try Rebuild.expectEqual(daemon.data)
  }

  @Test("the daemon scrubs by itself when the oldest erasure has waited as long as the settings allow")
  func scrubsByItself() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try Configuration.replace(daemon.config + "/motcuad.toml", "scrub_hours = 12", "scrub_hours = 0")
    try daemon.start()
    var desk = try daemon.connect()
    let code = try desk.quac()
    _ = try desk.ask(Wire.Erase(code: code, basis: Self.basis))
    // It looks when it starts, and then every half minute.
    #expect(daemon.stop() == 0)
    try daemon.start()
    desk = try daemon.connect()
    let deadline = Date(timeIntervalSinceNow: 20)
    while try desk.ask(Wire.GetStatus()).status.scrubPending != nil, Date() < deadline { usleep(20_000) }
    #expect(try desk.ask(Wire.GetStatus()).status.scrubPending == nil)
    for trace in Self.traces { #expect(try !Self.isFound(trace, in: daemon.data), "\(trace) is still there") }
  }

  @Test("an erased case that is asked to act refuses, with when and by what right; so does a second erasure")
  func refusesToAct() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.quac()
    let id = "018f0000-0000-7000-8000-00000000e4a5"
    let erase = Wire.Erase(code: code, basis: Self.basis, entry: Wire.Entry(commandId: id))
    #expect(try desk.ask(erase).receipt.repeated == false)
    let refused = try desk.refusal(of: Wire.Correct(code: code, reason: "Nhầm"), Wire.CaseErased.self)
    #expect(refused.code == code && refused.basis == Self.basis)
    _ = try desk.refusal(of: Wire.Erase(code: code, basis: "khác"), Wire.CaseErased.self)
    #expect(try desk.ask(erase).receipt.repeated == true)
  }

  @Test("a legal hold in the rules refuses the erasure with its reason and source; an open case does too")
  func held() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    let rules = daemon.config + "/rules.toml"
    let hold = """

      [[hold]]
      procedures = ["cai-chinh"]
      vi = "tòa án đang cần"
      en = "a court needs it"
      source = "Quyết định 7/2026"
      """
    try (String(contentsOfFile: rules, encoding: .utf8) + hold).write(toFile: rules, atomically: true, encoding: .utf8)
    try daemon.start()
    let desk = try daemon.connect()
    let open = try desk.ask(Wire.Receive(kind: .complaint, applicant: "Lê Văn An")).receipt.code
    #expect(
      try desk.refusal(of: Wire.Erase(code: open, basis: "x"), Wire.ErasureHeld.self).reasonEn
        == "the case is not ended")
    let code = try desk.quac()
    let refused = try desk.refusal(of: Wire.Erase(code: code, basis: Self.basis), Wire.ErasureHeld.self)
    #expect(refused.reasonVi == "tòa án đang cần" && refused.source == "Quyết định 7/2026")
    #expect(try desk.ask(Wire.Show(code: code)).case.applicant == Self.traces[0])
  }

  @Test("killed between the event and the end of its key, the daemon ends the key at its next start, and scrubs again")
  func keyOutlivesItsEvent() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    var desk = try daemon.connect()
    let code = try desk.quac()
    let number = try desk.ask(Wire.Show(code: code)).case.number
    let slots = daemon.data + "/keys/slots"
    let before = try Data(contentsOf: URL(filePath: slots))
    _ = try desk.ask(Wire.Erase(code: code, basis: Self.basis))
    _ = try desk.pages(Wire.Rebuild())
    daemon.kill()
    // The slot as it was before: what a crash right after the commit leaves.
    let handle = try FileHandle(forWritingTo: URL(filePath: slots))
    try handle.seek(toOffset: UInt64(number * 64))
    try handle.write(contentsOf: before[(number * 64)..<(number * 64 + 64)])
    try handle.close()
    try daemon.start()
    desk = try daemon.connect()
    #expect(try Data(contentsOf: URL(filePath: slots))[(number * 64)..<(number * 64 + 60)].allSatisfy { $0 == 0 })
    #expect(try desk.pages(Wire.History(code: code)).flatMap(\.events).first?.closed == true)
    #expect(try desk.ask(Wire.GetStatus()).status.scrubPending != nil)
  }

  @Test(
    "given a start that replays a case whose erasure was not finished, when it is killed while it ends the key, then the list of erasures has the case already, and the next start knows that the views are to be scrubbed",
    .enabled(if: Strace.isHere, Strace.comment))
  func killedWhileItEndsTheKey() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let code = try daemon.connect().quac()
    let number = try daemon.connect().ask(Wire.Show(code: code)).case.number
    let (slots, list) = (daemon.data + "/keys/slots", daemon.data + "-apart/erasures")
    let before = try Data(contentsOf: URL(filePath: slots))
    _ = try daemon.connect().ask(Wire.Erase(code: code, basis: Self.basis))
    daemon.kill()
    // What the machine has when it stops between the event and all that comes after it.
    try FileManager.default.removeItem(atPath: list)
    try FileManager.default.removeItem(atPath: daemon.data + "/STATE")
    let handle = try FileHandle(forWritingTo: URL(filePath: slots))
    try handle.seek(toOffset: UInt64(number * 64))
    try handle.write(contentsOf: before[(number * 64)..<(number * 64 + 64)])
    try handle.close()

    daemon.tracer = Strace.around(
      ["-P", slots, "-e", "trace=fdatasync", "-e", "inject=fdatasync:signal=SIGKILL:when=1"],
      log: daemon.home + "/trace")
    try daemon.launch()
    #expect(daemon.waitForExit() == SIGKILL)
    daemon.tracer = []
    #expect(try Data(contentsOf: URL(filePath: slots))[(number * 64)..<(number * 64 + 60)].allSatisfy { $0 == 0 })
    let listed = (try? String(contentsOfFile: list, encoding: .utf8)) ?? ""
    #expect(listed.split(separator: "\n").dropFirst().map { $0.prefix { $0 != " " } } == ["\(number)"], "\(listed)")

    try daemon.start()
    #expect(try daemon.connect().ask(Wire.GetStatus()).status.scrubPending != nil)
    _ = try daemon.connect().pages(Wire.Rebuild())
    #expect(try daemon.connect().isScrubbed())
    for trace in Self.traces { #expect(try !Self.isFound(trace, in: daemon.data), "\(trace) is still there") }
  }

  @Test(
    "what a supervisor does is refused to everybody else: by the kernel's word, not the caller's",
    .enabled(if: getuid() == 0, "skipped: needs root to be somebody else"))
  func forSupervisors() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let code = try daemon.connect().quac()
    chmod(daemon.home, 0o755)
    chmod(daemon.home + "/run", 0o755)
    chmod(daemon.socket, 0o666)
    let refused = try Program.run([
      "/usr/bin/setpriv", "--reuid=65534", "--clear-groups", Project.program("motcua"), "erase", code, "--basis",
      Self.basis, "--socket", daemon.socket, "--lang", "en",
    ])
    #expect(refused.status == 77, "\(refused.errors)")
    #expect(try daemon.connect().ask(Wire.Show(code: code)).case.erasedAt == nil)
  }

  /// Whether a text stands in any file below a folder.
  private static func isFound(_ text: String, in folder: String) throws -> Bool {
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let needle = Data(text.utf8)
    for name in names {
      guard let bytes = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
      if bytes.range(of: needle) != nil { return true }
    }
    return false
  }
}

extension Connection {
  /// Waits until nothing that was erased lies anywhere any more; false when it takes too long.
  func isScrubbed() throws -> Bool {
    try eventually { try ask(Wire.GetStatus()).status.scrubPending == nil }
  }

  /// A case with a person whom nothing else in the office names, received, advised, refused and handed over.
  func quac() throws -> String {
    let code = try ask(
      Wire.Receive(
        kind: .procedure, procedure: "cai-chinh", applicant: "Quắc Thị Xuyến", phone: "0987654321",
        place: "Xóm Vạc Nước", papers: ["giấy nợ họ Quắc"])
    ).receipt.code
    _ = try ask(Wire.Consult(code: code, question: "Bà Quắc Thị Xuyến hỏi?", guidance: "Đợi."))
    _ = try ask(Wire.Resolve(code: code, outcome: .refused, reason: "giấy nợ họ Quắc chưa đủ"))
    _ = try ask(Wire.Return(code: code))
    return code
  }
}
