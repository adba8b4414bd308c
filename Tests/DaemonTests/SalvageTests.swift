import DeskInterface
import EventStore
import Foundation
import TestSupport
import Testing
import VarlinkClient

extension FileTests {
  @Suite("Salvage")
  struct SalvageTests {
    private func stopped(cases: Int) throws -> RunningDaemon {
      let daemon = try RunningDaemon()
      try daemon.start()
      let desk = try daemon.connect()
      for number in 0..<cases { _ = try desk.receive("Người \(number)") }
      #expect(daemon.stop() == 0)
      return daemon
    }

    private func exported(_ path: String) throws -> [Int] {
      struct Line: Decodable {
        var id: String
      }
      return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
        try #require(Int(JSONDecoder().decode(Line.self, from: Data($0.utf8)).id))
      }
    }

    @Test("given a page of zeros anywhere, then salvage names what cannot be read and exports all the rest, once each")
    func zeros() throws {
      let daemon = try stopped(cases: 150)
      let ledger = daemon.data + "/ledger/data.mdb"
      let whole = try Data(contentsOf: URL(filePath: ledger))
      let out = daemon.home + "/out"
      var partly = 0
      for page in 2..<(try DiskFault.pages(of: ledger)) {
        try DiskFault.zeroPage(page, of: ledger)
        let said = try Operator.run("salvage", "--data", daemon.data, "--out", out)
        let events = (try? exported(out)) ?? []
        #expect(Set(events).count == events.count && events.allSatisfy { (1...151).contains($0) })
        if said.status == 0 {
          #expect(said.output == "events 1–151: readable\n" && events.sorted() == Array(1...151), "\(page)")
        } else {
          #expect(said.status == 65, "\(page): \(said.errors)")
          if !events.isEmpty {
            partly += 1
            #expect(said.output.contains("unreadable") && events.count > 100, "\(page): \(said.output)")
          }
        }
        try? FileManager.default.removeItem(atPath: out)
        try DiskFault.overwrite(ledger, with: whole)
      }
      #expect(partly >= 5)
    }

    @Test("a changed event is left out by its number, and the others are exported")
    func changed() throws {
      let daemon = try stopped(cases: 5)
      try DiskFault.changeRecord(4, in: daemon.data + "/ledger")
      let out = daemon.home + "/out"
      let before = try FileManager.default.contentsOfDirectory(atPath: daemon.data + "/ledger").sorted()
      let said = try Operator.run("salvage", "--data", daemon.data, "--out", out)
      #expect(said.status == 65)
      #expect(said.output == "events 1–3: readable\nevent 4: unreadable\nevents 5–6: readable\n")
      #expect(try exported(out) == [1, 2, 3, 5, 6])
      #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.data + "/ledger").sorted() == before)
      #expect(try Operator.run("salvage", "--data", daemon.data, "--out", out).errors.contains("File exists"))
    }

    @Test("while the daemon runs there is nothing to salvage")
    func running() throws {
      let daemon = try RunningDaemon()
      try daemon.start()
      let said = try Operator.run("salvage", "--data", daemon.data)
      #expect(said.status != 0 && said.errors.contains("in use"))
      let restore = try Operator.run("restore", "--keys", daemon.data + "/keys/master", "--data", daemon.data)
      #expect(restore.status != 0)
    }
  }
}
