import DeskInterface
import EventStore
import Foundation
import TestSupport
import Testing
import VarlinkClient

@Suite("Keys of earlier releases are changed before they serve", .oneAtATime)
struct KeysRenewalTests {
  private static func master(_ data: String) throws -> Data {
    try Data(contentsOf: URL(filePath: data + "/keys/master"))
  }

  /// Nothing that 0.2.0 keyed a digest with is there any more, and what is personal still opens.
  private func expectRenewed(_ daemon: RunningDaemon, _ files: ReleasedFiles) throws {
    #expect(try !KeysOfBefore.are(in: daemon.data))
    #expect(try Self.master(daemon.data) != Data(contentsOf: URL(filePath: files.path("data/keys/master"))))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: daemon.data + "/keys").filter { $0 != "signing" }.sorted()
        == ["master", "slots"])
    #expect(try !daemon.connect().pages(Wire.Search(words: "nguyen thi hoa")).flatMap(\.cases).isEmpty)
    #expect(try daemon.connect().verify().damage == nil)
  }

  @Test(
    "given the data of an earlier release, when it is opened, then the master key is a new one, the log says what is to be destroyed, and a repeat of a command is refused as one from before",
    arguments: ReleasedFiles.all)
  func opened(files: ReleasedFiles) throws {
    let daemon = try files.opened()
    try daemon.start()
    try expectRenewed(daemon, files)
    #expect(daemon.log.contains("are to be destroyed") && daemon.log.contains("no way back to 0.2.0"))
    let commands = try #require(try files.answers()["commands"] as? [[String: Any]])
    var refused = 0
    for command in commands {
      let (id, arguments) = (try #require(command["id"] as? String), try #require(command["arguments"] as? [String]))
      let said = try Client(socket: daemon.socket).run(arguments + ["--id", id, "--lang", "en"])
      #expect(said.status != 0, "\(arguments): \(said.output)")
      if said.errors.contains("before release 0.3.0") { refused += 1 }
    }
    #expect(refused == commands.count, "\(refused) of \(commands.count)")
    #expect(daemon.stop() == 0)
    try daemon.start()
    try expectRenewed(daemon, files)
  }

  @Test("a start that is refused has changed nothing of them: there is no way back", arguments: ReleasedFiles.all)
  func refused(files: ReleasedFiles) throws {
    let daemon = try files.opened()
    let master = try Self.master(daemon.data)
    daemon.arguments = ["--demo"]
    try daemon.launch()
    #expect(daemon.waitForExit() == 65 && daemon.log.contains("holds a real ledger"), "\(daemon.log)")
    #expect(try KeysOfBefore.are(in: daemon.data) && Self.master(daemon.data) == master)
  }

  @Test("restored, imported or brought, keys of before come as keys of today", arguments: ReleasedFiles.whole)
  func broughtIn(files: ReleasedFiles) throws {
    let (ledger, keys) = (files.path("ledger.backup"), files.path("keys.backup"))
    let restored = try files.daemon()
    let said = try Operator.restore(ledger, "--keys", keys, "--data", restored.data)
    #expect(said.status == 0, "\(said.errors)")
    #expect(try !KeysOfBefore.are(in: restored.data))
    try restored.start()
    try expectRenewed(restored, files)
    #expect(restored.stop() == 0)

    let imported = try files.daemon()
    try imported.start()
    let client = Client(socket: imported.socket)
    let into = try client.run("import", "--format", "cloudevents", files.path("export.jsonl"), "--keys", keys)
    #expect(into.status == 0, "\(into.errors)")
    try expectRenewed(imported, files)
    #expect(imported.stop() == 0)

    let brought = try files.daemon()
    let closed = try Operator.restore(ledger, "--without-keys", "--data", brought.data)
    #expect(closed.status == 0, "\(closed.errors)")
    // As 0.2.0 would have left it.
    try KeysOfBefore.make(in: brought.data)
    let came = try Operator.run("restore", "--keys", keys, "--data", brought.data)
    #expect(came.status == 0, "\(came.errors)")
    #expect(try !KeysOfBefore.are(in: brought.data))
    try brought.start()
    try expectRenewed(brought, files)
  }
}
