import DeskInterface
import Foundation
import Testing
import VarlinkClient

extension DiskTests {
  @Suite("Views that are lost or torn")
  struct LostViewsTests {
    /// A desk that has stopped, with what it answers.
    private func stopped() throws -> (daemon: RunningDaemon, codes: [String], right: Answers) {
      let daemon = try RunningDaemon()
      daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
      try daemon.start()
      let desk = try daemon.connect()
      var codes: [String] = []
      for number in 0..<30 {
        let code = try desk.receive("Người \(number)").code
        codes.append(code)
        if number % 3 == 0 { _ = try desk.ask(Wire.Resolve(code: code)) }
        if number % 5 == 0 { _ = try desk.ask(Wire.Progress(code: code, step: "xử lý")) }
      }
      let right = Answers(daemon.socket, codes: codes)
      #expect(right.errors == 0)
      #expect(daemon.stop() == 0)
      return (daemon, codes, right)
    }

    @Test(
      "when any page of views that were closed in order is zeroed, then no answer is wrong, and where one is refused the next start replays"
    )
    func everyPage() throws {
      var (daemon, codes, right) = try stopped()
      var (page, refused, named, replayed) = (0, 0, 0, 0)
      while true {
        let number = try viewsNumber(daemon)
        let path = daemon.data + "/views-\(number)/data.mdb"
        guard page < (try DiskFault.pages(of: path)) else { break }
        try DiskFault.zeroPage(page, of: path)
        var isRefused = true
        if (try? daemon.start()) != nil {
          let answers = Answers(daemon.socket, codes: codes)
          #expect(answers.wrong(right) == [], "page \(page)")
          // Somebody writes, too.
          let written = try? daemon.connect().ask(Wire.Progress(code: codes[page % codes.count], step: "xử lý"))
          isRefused = answers.errors > 0 || written == nil
        }
        if isRefused {
          refused += 1
          let status = daemon.waitForExit()
          #expect(status != 0, "page \(page): the daemon goes on with views that it cannot read")
        } else {
          #expect(daemon.stop() == 0)
        }
        try daemon.start()
        if !isRefused, try daemon.connect().verify().damage != nil {
          // Nobody asked for what was there, but verify did.
          named += 1
          _ = try daemon.connect().pages(Wire.Rebuild())
        }
        #expect(try daemon.connect().verify().damage == nil, "page \(page)")
        right = Answers(daemon.socket, codes: codes)
        #expect(right.errors == 0, "page \(page)")
        #expect(daemon.stop() == 0)
        if try viewsNumber(daemon) > number { replayed += 1 }
        page += 1
      }
      print("views: \(page) pages zeroed, \(refused) refused, \(named) named by verify, \(replayed) built anew")
    }

    @Test(
      "when CURRENT or STATE is missing or lies, or the boot is another, then the views are replayed and every answer is as before",
      arguments: Lie.allCases)
    func lies(lie: Lie) throws {
      let (daemon, codes, right) = try stopped()
      let number = try viewsNumber(daemon)
      let (current, state) = (daemon.data + "/CURRENT", daemon.data + "/STATE")
      switch lie {
      case .noCurrent: try FileManager.default.removeItem(atPath: current)
      case .otherCurrent: try "views-77\n".write(toFile: current, atomically: true, encoding: .utf8)
      case .noState: try FileManager.default.removeItem(atPath: state)
      case .tornState: try DiskFault.overwrite(state, with: Data(repeating: 0, count: 20))
      case .otherBoot:
        try daemon.start()
        daemon.kill()
        daemon.environment = ["MOTCUA_BOOT_ID": "another"]
      case .noViews: try FileManager.default.removeItem(atPath: daemon.data + "/views-\(number)/data.mdb")
      case .emptyViews: try DiskFault.truncate(daemon.data + "/views-\(number)/data.mdb", to: 0)
      case .tornViews: try DiskFault.truncate(daemon.data + "/views-\(number)/data.mdb", to: 3 * 4096 + 100)
      }
      // Of views that end before their pages do, a reader dies; the start after that builds them anew.
      if (try? daemon.start()) == nil { try daemon.start() }
      var answers = Answers(daemon.socket, codes: codes)
      if answers.errors > 0 {
        #expect(lie == .tornViews && answers.wrong(right) == [])
        daemon.waitForExit()
        try daemon.start()
        answers = Answers(daemon.socket, codes: codes)
      }
      #expect(answers.errors == 0 && answers.wrong(right) == [])
      #expect(try daemon.connect().verify().damage == nil)
      #expect(daemon.stop() == 0)
      // LMDB takes an empty file for a new environment, which is then filled where it is.
      if lie != .emptyViews { #expect(try viewsNumber(daemon) > number) }
    }

    enum Lie: CaseIterable {
      case noCurrent, otherCurrent, noState, tornState, otherBoot, noViews, emptyViews, tornViews
    }

    @Test(
      "when the ledger ends before what the views saw, then the start is refused, clean or killed, and again, and the whole ledger is taken back",
      arguments: [true, false])
    func shorterLedger(isClean: Bool) throws {
      let (daemon, codes, _) = try stopped()
      let (path, old) = (daemon.data + "/ledger/data.mdb", daemon.home + "/old")
      try FileManager.default.copyItem(atPath: path, toPath: old)
      try daemon.start()
      let told = try daemon.connect().receive("Sau đó").code
      if isClean { #expect(daemon.stop() == 0) } else { daemon.kill() }
      let whole = try Data(contentsOf: URL(filePath: path))
      try DiskFault.overwrite(path, with: try Data(contentsOf: URL(filePath: old)))
      for _ in 0..<2 {
        try daemon.launch()
        #expect(daemon.waitForExit() == 65)
      }
      #expect(daemon.log.contains("acknowledged events are missing"))
      try DiskFault.overwrite(path, with: whole)
      try daemon.start()
      for code in codes + [told] { _ = try daemon.connect().ask(Wire.Show(code: code)) }
      #expect(daemon.stop() == 0)
    }

    private func viewsNumber(_ daemon: RunningDaemon) throws -> Int {
      let current = try String(contentsOfFile: daemon.data + "/CURRENT", encoding: .utf8)
      return try #require(Int(current.dropFirst("views-".count).dropLast()))
    }
  }
}
