import Desk
import DeskInterface
import DeskRecords
import DeskService
import EventSourcing
import Foundation
import Glibc
import MerkleTree
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension DiskTests {
  @Suite("An import that does not come to its end")
  struct BrokenImportTests {
    @Test("killed while it writes, the next start is an empty ledger that says so, and the import can be repeated")
    func killed() throws {
      let text = try Self.large.get()
      let daemon = try RunningDaemon()
      try daemon.start()
      do {
        let desk = try daemon.connect()
        _ = try desk.importLedger(text) { progress in
          if progress.phase == .writing { daemon.kill() }
        }
        Issue.record("the import outlived its daemon")
      } catch is CallError {
        // The connection broke, as it must.
      }
      try daemon.start()
      let desk = try daemon.connect()
      let status = try desk.ask(Wire.GetStatus()).status
      #expect(status.position == 1 && status.cases == 0 && status.viewsPosition == 1)
      #expect(daemon.log.contains("interrupted"), "\(daemon.log)")
      let progress = try desk.importLedger(text)
      #expect(progress.position == 11_001 && progress.cases == 11_000 && progress.closed == 11_000)
      #expect(try desk.ask(Wire.GetStatus()).status.root == progress.root)
    }

    @Test("left by whoever asked, the ledger is empty again at once; meanwhile clerks are told to try again")
    func left() async throws {
      let text = try Self.large.get()
      let daemon = try RunningDaemon()
      try daemon.start()
      let desk = try daemon.connect()
      let call = Wire.ImportLedger(upload: try desk.upload(text, spool: true))
      var busy = 0
      try desk.stream(call) { page in
        guard page.progress.phase != .checking else { return true }
        _ = try daemon.connect().refusal(
          of: Wire.Receive(kind: .procedure, procedure: "cai-chinh", applicant: "Hoa"), Wire.Busy.self)
        busy += 1
        return false
      }
      desk.close()
      #expect(busy == 1)
      let other = try daemon.connect()
      let deadline = Date(timeIntervalSinceNow: 30)
      var receipt: Wire.Receipt?
      while receipt == nil, Date() < deadline {
        receipt = try? other.receive("Hoa")
        usleep(50_000)
      }
      #expect(receipt?.number == 1)
      #expect(try other.ask(Wire.GetStatus()).status.cases == 1)
      #expect(daemon.stop() == 0)
      try Rebuild.expectEqual(daemon.data)
    }

    @Test(
      "given a disk that fills while it writes, the ledger is empty again, the desk goes on, and the import can be repeated",
      .enabled(if: getuid() == 0, "skipped: needs root to mount"))
    func fullDisk() throws {
      let text = try Self.large.get()
      let daemon = try RunningDaemon()
      let disk = try SmallDisk(daemon.data, bytes: 224 << 20)
      daemon.config = try Configuration.copy(into: daemon.home)
      try Configuration.replace(daemon.config + "/motcuad.toml", "reserve_mib = 64", "reserve_mib = 48")
      try daemon.start()
      let filler = daemon.data + "/filler"
      do {
        _ = try daemon.connect().importLedger(text) { progress in
          guard progress.phase == .writing, !FileManager.default.fileExists(atPath: filler) else { return }
          Self.fill(filler, leaving: 40 << 20, of: daemon.data)
        }
        Issue.record("it was written on a full disk")
      } catch CallError.varlink(let error) {
        #expect(error.name == Wire.StorageFull.error, "\(error)")
      }
      try FileManager.default.removeItem(atPath: filler)
      let desk = try daemon.connect()
      let status = try desk.ask(Wire.GetStatus()).status
      #expect(status.cases == 0 && status.position == 1 && status.viewsPosition == 1)
      #expect(try desk.importLedger(text).cases == 11_000)
      #expect(try desk.receive("Hoa").number == 11_001)
      #expect(daemon.stop() == 0)
      _ = disk
    }

    /// Takes what is left of a small disk but for less than the reserve, which an import that is thrown away may use.
    private static func fill(_ path: String, leaving bytes: UInt64, of directory: String) {
      guard let file = fopen(path, "w") else { return }
      let block = [UInt8](repeating: 1, count: 1 << 20)
      var state = statvfs()
      while statvfs(directory, &state) == 0, UInt64(state.f_bavail) * UInt64(state.f_frsize) > bytes,
        fwrite(block, 1, block.count, file) == block.count, fflush(file) == 0
      {}
      fclose(file)
    }

    /// Of three blocks as an import writes them, so that it is not over when the first is reported.
    private static let large = Result { try largeExport(11_000) }

    /// An export of rules and so many cases, made up here; its keys are nowhere.
    private static func largeExport(_ cases: Int) throws -> String {
      let small = try Office().text().split(separator: "\n").map(String.init)
      let id = [UInt8](repeating: 5, count: 16)
      let source = ExportLine.source(ledger: id)
      var tree = Frontier()
      var lines = [ExportLine.begin(ledger: id, isDemo: false)]
      func add(_ record: [UInt8], _ event: StoredEvent) {
        let leaf = MerkleTree.leafHash(record)
        tree.append(leaf)
        lines.append(
          ExportLine.event(record, at: Position(tree.size), leaf: leaf, saying: event, source: source))
      }
      let rules = try #require(
        try StrictJSON.parse(Array(small[1].utf8))["data_base64"]?.string.flatMap { Base64.decode($0) })
      let adopted = try RecordCoding.current.decode(rules) { _, _ in nil }
      add(rules, adopted)
      let at = adopted.circumstances.recordedAt
      for number in 1...cases {
        let event = StoredEvent(
          stream: UInt64(number), version: Version(1),
          command: .init(
            id: bigEndian(UInt64(number)) + bigEndian(UInt64(0)), digest: [UInt8](repeating: 1, count: 16)),
          body: .desk(
            CaseEvent(
              .received(Received(code: "C-\(number)", kind: .enquiry, applicant: "Hoa", term: .atOnce, due: at)),
              .init(
                recordedAt: at, occurredAt: at, offset: .utc, actor: Actor(uid: 0, account: "lan"), rules: Position(1)))
          ))
        add(try RecordCoding.encode(event, slot: UInt64(number), keyCommitment: []) { plain, _ in plain }, event)
      }
      lines.append(ExportLine.end(size: tree.size, root: tree.root, source: source))
      return lines.map { $0 + "\n" }.joined()
    }

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }
  }
}
