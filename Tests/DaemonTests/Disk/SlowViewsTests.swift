import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import VarlinkClient

extension DiskTests {
  /// Every write of the views takes long here: what was acknowledged is not in them when somebody asks.
  @Suite("Views that are slow to be written", .enabled(if: Strace.isHere, Strace.comment))
  struct SlowViewsTests {
    private static let calls = "pwrite64,pwritev,writev"

    /// A daemon whose views take so long for each write.
    private func slow(by milliseconds: Int) throws -> (daemon: RunningDaemon, tracer: Process) {
      let daemon = try RunningDaemon()
      try daemon.start()
      _ = try daemon.connect().receive("Người đầu tiên")
      _ = try daemon.connect().ask(Wire.GetStatus())
      let delay = ["-e", "trace=\(Self.calls)", "-e", "inject=\(Self.calls):delay_enter=\(milliseconds * 1000)"]
      let tracer = try Strace.attach(
        to: daemon.process, ["-P", daemon.data + "/views-1/data.mdb"] + delay, log: daemon.home + "/trace")
      return (daemon, tracer)
    }

    /// What is asked after a command, and whether the answer has it.
    private static var questions: [(name: String, shows: (Connection, Wire.Receipt, String) throws -> Bool)] {
      [
        ("show", { desk, receipt, _ in try desk.ask(Wire.Show(code: receipt.code)).case.version == receipt.version }),
        (
          "history",
          { desk, receipt, _ in
            try desk.pages(Wire.History(code: receipt.code)).flatMap(\.events).last?.position == receipt.position
          }
        ),
        (
          "explain",
          { desk, receipt, _ in try desk.ask(Wire.Explain(code: receipt.code)).explanation.code == receipt.code }
        ),
        (
          "list",
          { desk, receipt, _ in
            try desk.pages(Wire.List(open: true)).flatMap(\.cases).contains { $0.code == receipt.code }
          }
        ),
        (
          "owed",
          { desk, receipt, _ in try desk.pages(Wire.Owed()).flatMap(\.promises).contains { $0.code == receipt.code } }
        ),
        (
          "search",
          { desk, receipt, name in
            try desk.pages(Wire.Search(words: name)).flatMap(\.cases).map(\.code) == [receipt.code]
          }
        ),
        ("tally", { desk, receipt, _ in try desk.ask(Wire.Tally()).cases.all.received == receipt.number }),
        ("head", { desk, receipt, _ in try desk.ask(Wire.GetHead()).size == receipt.position }),
        (
          "watch", { desk, receipt, _ in try desk.allEvents(upTo: receipt.position).last?.code == receipt.code }
        ),
      ]
    }

    @Test("whoever asks anything after a command is told of it, though the views do not have it yet when he asks")
    func asked() throws {
      let (daemon, tracer) = try slow(by: 20)
      let (clerk, other) = (try daemon.connect(), { try daemon.connect() })
      for (number, question) in Self.questions.enumerated() {
        let name = "Người thứ \(number)"
        let receipt = try clerk.receive(name)
        #expect(try question.shows(other(), receipt, name), "\(question.name)")
      }
      #expect(daemon.stop() == 0)
      tracer.waitUntilExit()
      try Rebuild.expectEqual(daemon.data)
    }

    @Test(
      "given a disk that hangs while the views are written, then status and figures are told all the same, with every case that is recorded, and say that the views are late; other questions wait"
    )
    func hanging() throws {
      // given
      let (daemon, tracer) = try slow(by: 600_000)
      let receipts = try (1...3).map { number in
        // The first block may be under way by then, and hold up the thread that would answer.
        let desk = try Connection(path: daemon.socket, timeout: .seconds(number == 1 ? 30 : 1))
        return try? desk.receive("Người \(number)")
      }.compactMap(\.self)
      let last = try #require(receipts.last)
      // when
      let status = try daemon.connect().ask(Wire.GetStatus()).status
      let metrics = try daemon.connect().ask(Wire.GetMetrics()).text
      // then
      #expect(status.position == last.position && status.cases == last.number)
      #expect(status.viewsPosition < status.position && status.viewsLag == status.position - status.viewsPosition)
      #expect(status.viewsLate == true && status.oldestOpen == nil)
      for line in ["motcua_views_late 1", "motcua_cases \(last.number)", "motcua_views_lag_events \(receipts.count)"] {
        #expect(metrics.contains("\n\(line)\n"), "\(line)")
      }
      #expect(!metrics.contains("motcua_oldest_open"))
      let client = Client(socket: daemon.socket)
      #expect(try client.run(["status"]).output.contains("BEHIND, because the disk holds them up"))
      #expect(try client.run(["status", "--lang", "vi"]).output.contains("vì đĩa chưa ghi xong"))
      // What is answered from the views alone is not answered by less.
      let asker = try Connection(path: daemon.socket, timeout: .seconds(1))
      #expect(throws: CallError.self) { try asker.ask(Wire.Show(code: last.code)) }
      // Before the daemon, which is not gone for as long as somebody holds it up.
      kill(tracer.processIdentifier, SIGKILL)
      tracer.waitUntilExit()
      daemon.kill()
      try daemon.start()
      let after = try daemon.connect().ask(Wire.GetStatus()).status
      #expect(after.viewsLate == nil && after.viewsLag == 0 && after.oldestOpen != nil)
      for receipt in receipts { #expect(try daemon.connect().ask(Wire.Show(code: receipt.code)).case.version == 1) }
      #expect(daemon.stop() == 0)
    }
  }
}
