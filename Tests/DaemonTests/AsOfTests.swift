import DeskInterface
import Foundation
import TestSupport
import Testing
import Varlink
import VarlinkClient

@Suite("What stood then", .oneAtATime)
struct AsOfTests {
  @Test("who leaves while his question about the past waits has taken no place: nobody answers it any more")
  func left() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    for number in 1...20 { _ = try desk.receive("Người \(number)") }
    // An answer takes so long that the daemon sees who has left before it is made.
    try desk.consult(800)
    let moment = try desk.ask(Wire.GetStatus()).status.now
    let question = Wire.Tally(asOf: moment)
    let call = #"{"method":"\#(Wire.Tally.method)","parameters":\#(String(decoding: question.json, as: UTF8.self))}"#
    // All of them have asked and are gone when the daemon looks.
    let id = try #require(daemon.process?.processIdentifier)
    kill(id, SIGSTOP)
    for _ in 0..<40 {
      let socket = try RawSocket(daemon.socket)
      socket.write(Array(call.utf8) + [0])
      socket.close()
    }
    kill(id, SIGCONT)
    func isOver() throws -> Bool {
      let status = try desk.ask(Wire.GetStatus()).status
      return status.connections == 1 && status.pastWaiting == 0 && status.pastAnswers == 0
    }
    #expect(try eventually { try isOver() })
    // One's own is answered, and of those who have left at most some who had not to wait.
    #expect(try desk.ask(question).cases.all.received == 20)
    let metrics = try desk.ask(Wire.GetMetrics()).text
    let answers = metrics.firstMatch(of: /motcua_query_duration_seconds_count\{method="Tally"\} (\d+)\n/)
    #expect(try Int(#require(answers).1).map { 1...10 ~= $0 } == true, "\(metrics)")
    #expect(!metrics.contains("motcua_errors_total{method=\"vn.motcua.Views.Tally\""), "\(metrics)")
  }

  @Test(
    "given what the desk answered at each moment of a fortnight, when it is asked later as of that moment, then it answers the same"
  )
  func recorded() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-16T08:00"]
    try daemon.start()
    let desk = try daemon.connect()
    var generator = Dice(seed: 7)
    var codes: [String] = []
    var told: [(at: String, tally: Wire.Tally.Answer, lists: [[String]])] = []
    for hour in 1...60 {
      let day = 16 + hour / 6
      _ = try desk.ask(Wire.SetClock(to: "2026-11-\(day)T\(String(8 + hour % 6 + 10).suffix(2)):\(10 + hour % 50)"))
      for _ in 0..<3 {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0...1: codes.append(try desk.receive("Người \(hour)").code)
        case 2: if let code = codes.randomElement(using: &generator) { _ = try? desk.ask(Wire.Resolve(code: code)) }
        case 3: if let code = codes.randomElement(using: &generator) { _ = try? desk.ask(Wire.Return(code: code)) }
        default:
          if let code = codes.randomElement(using: &generator) {
            _ = try? desk.ask(Wire.Apologise(code: code, cause: "late", text: "Xin lỗi.", newDue: "+2"))
          }
        }
      }
      let tally = try desk.ask(Wire.Tally())
      told.append((tally.at, tally, try lists(desk, asOf: nil)))
    }
    #expect(codes.count > 40 && told.contains { ($0.tally.cases.all.openLate ?? 0) > 0 })
    for moment in told {
      let tally = try desk.ask(Wire.Tally(asOf: moment.at))
      #expect(tally.cases == moment.tally.cases && tally.enquiries == moment.tally.enquiries)
      #expect(try lists(desk, asOf: moment.at) == moment.lists, "as of \(moment.at)")
    }
  }

  /// The open, the late, the handed-over ones and somebody's, in their order, each with what is said of it.
  private func lists(_ desk: Connection, asOf: String?) throws -> [[String]] {
    try [
      Wire.List(asOf: asOf), Wire.List(late: true, asOf: asOf), Wire.List(status: .returned, asOf: asOf),
      Wire.List(mine: true, asOf: asOf),
      Wire.List(open: false, asOf: asOf),
    ].map { query in
      try desk.pages(query).flatMap(\.cases).map { "\($0.code) v\($0.version) \($0.status) \($0.late) \($0.due)" }
    }
  }

  @Test("what was recorded late counts from when it was recorded, and with `occurred` from when it happened")
  func occurred() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.receive("Nguyễn Thị Hoa").code
    _ = try desk.ask(Wire.SetClock(to: "2026-11-18T15:00"))
    _ = try desk.ask(
      Wire.Resolve(code: code, entry: Wire.Entry(occurredAt: "2026-11-18T10:00", reason: "mất điện")))
    _ = try desk.ask(Wire.SetClock(to: "2026-11-18T16:00"))
    func open(_ asOf: String, _ occurred: Bool?) throws -> Int? {
      try desk.ask(Wire.Tally(asOf: asOf, occurred: occurred)).cases.all.open
    }
    #expect(try open("2026-11-18T12:00", nil) == 1)
    #expect(try open("2026-11-18T12:00", true) == 0)
    #expect(try open("2026-11-18T09:30", true) == 1)
    #expect(try open("2026-11-18T15:30", nil) == 0)
    #expect(try open("2026-11-18T08:00", nil) == 0 && open("2026-11-18T08:00", true) == 0)
    #expect(try desk.pages(Wire.List(asOf: "2026-11-18T08:00")).flatMap(\.cases).isEmpty)
  }

  @Test("what was erased since stays erased, and what is yet to come is refused")
  func erasedAndFuture() throws {
    let daemon = try RunningDaemon()
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    let code = try desk.quac()
    _ = try desk.ask(Wire.SetClock(to: "2026-11-19T09:00"))
    let yesterday = Wire.List(status: .returned, asOf: "2026-11-18T12:00")
    #expect(try desk.pages(yesterday).flatMap(\.cases).map(\.applicant) == ["Quắc Thị Xuyến"])
    _ = try desk.ask(Wire.Erase(code: code, basis: "Luật 91/2025/QH15"))
    let after = try desk.pages(yesterday).flatMap(\.cases)
    #expect(after.map(\.code) == [code] && after.first?.applicant == nil && after.first?.phone == nil)
    _ = try desk.refusal(of: Wire.Tally(asOf: "2026-11-20T09:00"), Wire.InFuture.self)
  }
}
