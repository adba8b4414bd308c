import DeskInterface
import Foundation
import Glibc
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("A map that is full")
  struct MapFullTests {
    @Test(
      "when the ledger or the views have grown to map_mib_max, then commands are refused by that name, questions go on, also after a restart, and a greater setting lets commands go on",
      arguments: [Wire.StorageLimit.ledgerMap, .viewsMap])
    func full(limit: Wire.StorageLimit) throws {
      // given
      let daemon = try RunningDaemon()
      try setMap(daemon, mebibytes: 2)
      try daemon.start()
      let desk = try daemon.connect()
      var codes: [String] = []
      var refusal: Wire.StorageFull?
      while refusal == nil, codes.count < 20_000 {
        do { codes.append(try load(limit, desk, codes.count)) } catch CallError.varlink(let error)
          where error.name == Wire.StorageFull.error
        {
          refusal = try Wire.StorageFull(json: error.parameters)
        }
      }
      // then
      let full = try #require(refusal)
      #expect(full.limit == .known(limit) && full.freeBytes < full.reserveBytes && codes.count > 10)
      try expect(daemon, codes, isFull: limit)
      for _ in 0..<2 {
        #expect(daemon.stop() == 0)
        try daemon.start()
        try expect(daemon, codes, isFull: limit)
      }
      daemon.kill()
      try daemon.start()
      try expect(daemon, codes, isFull: limit)
      #expect(daemon.stop() == 0)
      try setMap(daemon, mebibytes: 32)
      try daemon.start()
      _ = try daemon.connect().receive("Sau khi nới rộng")
      _ = try daemon.connect().pages(Wire.Rebuild())
      try expect(daemon, codes, isFull: nil)
      #expect(daemon.stop() == 0)
    }

    @Test(
      "when views must be built that the map has no room for, then the start says which setting to raise, and serves when it is raised"
    )
    func noRoomToRebuild() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let desk = try daemon.connect()
      var codes: [String] = []
      for number in 0..<1500 { codes.append(try load(.viewsMap, desk, number)) }
      #expect(daemon.stop() == 0)
      try FileManager.default.removeItem(atPath: daemon.data + "/STATE")
      try setMap(daemon, mebibytes: 2)
      try daemon.launch()
      #expect(daemon.waitForExit() == 78)
      #expect(daemon.log.contains("map of the views") && daemon.log.contains("map_mib_max"), "\(daemon.log)")
      try setMap(daemon, mebibytes: 64)
      try daemon.start()
      try expect(daemon, codes, isFull: nil)
      #expect(daemon.stop() == 0)
    }

    /// What fills one map long before the other.
    private func load(_ limit: Wire.StorageLimit, _ desk: Connection, _ number: Int) throws -> String {
      guard limit == .viewsMap else {
        let guidance = String(repeating: "Đúng hẹn. ", count: 250)
        return try desk.ask(Wire.Consult(question: "Hỏi?", guidance: guidance)).receipt.code
      }
      // Each word of a name is a row of its own.
      let words = (0..<12).map { "w\(UInt64(number * 12 + $0 + 1) &* 0x9E37_79B9_7F4A_7C15)" }
      return try desk.receive(words.joined(separator: " ")).code
    }

    private func setMap(_ daemon: RunningDaemon, mebibytes: Int) throws {
      let copy = daemon.home + "/map-\(mebibytes)"
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
      daemon.config = try Configuration.copy(into: copy)
      try Configuration.replace(
        daemon.config + "/motcuad.toml", "map_mib_max = 65536", "map_mib_max = \(mebibytes)")
    }

    private func expect(_ daemon: RunningDaemon, _ codes: [String], isFull limit: Wire.StorageLimit?) throws {
      let desk = try daemon.connect()
      for code in [codes[0], codes[codes.count / 2], codes[codes.count - 1]] {
        #expect(try desk.ask(Wire.Show(code: code)).case.code == code)
        #expect(try !desk.pages(Wire.History(code: code)).flatMap(\.events).isEmpty)
      }
      if let limit {
        // What was freed since may take a few more.
        let refused = try (0..<200).lazy.compactMap { number in
          try desk.failure {
            _ = try load(limit, $0, 50_000 + Int(try $0.ask(Wire.GetStatus()).status.position) + number)
          }
        }.first
        #expect(refused == Wire.StorageFull.error)
      } else {
        _ = try desk.ask(Wire.Consult(question: "Hỏi?", guidance: "Đúng hẹn."))
      }
      #expect(try desk.verify().damage == nil)
    }
  }
}
