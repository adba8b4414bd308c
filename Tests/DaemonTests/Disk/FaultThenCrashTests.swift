import DeskInterface
import Foundation
import Testing
import VarlinkClient

extension DiskTests {
  @Suite(
    "When any call has failed in the middle, and the daemon is started then, a power cut finds everything right",
    .enabled(if: Strace.isHere, Strace.comment))
  struct FaultThenCrashTests {
    /// Has a share of the faults met, one after the other.
    ///
    /// - Parameters:
    ///   - always: those that are met in any case, each of the few that are the most telling.
    ///   - body: from a new beginning lets the fault come and the daemon be started then; nil when it came to
    ///   nothing, because threads do not divide their calls alike each time.
    private func afterEach(
      of every: [CallFault], always: [CallFault], in what: String, seed: UInt64,
      _ body: (CallFault) throws -> (DirectoryRecording, DirectoryRecording.Expectation)?
    ) throws {
      let chosen = try always + Disk.sample(every, "MOTCUA_CRASH_FAULTS", ci: 2).filter { !always.contains($0) }
      let count = max(10, try DirectoryCrashTests.count(75) / max(1, chosen.count))
      var unmet = chosen
      for fault in chosen {
        for _ in 0..<5 where unmet.contains(fault) {
          guard let (recording, expectation) = try body(fault) else { continue }
          try recording.expectRight(count, seed: seed, after: "\(what), \(fault.injection)", expectation)
          unmet.removeAll { $0 == fault }
        }
      }
      let told = "\(what), \(chosen.count) of \(every.count), not met: \(unmet.map(\.injection))"
      #expect(unmet.count * 2 <= chosen.count && unmet.count < chosen.count, "\(told)")
      print("faults before a crash: \(told)")
    }

    /// What a running daemon asks of its files while it does something.
    private func every(_ daemon: RunningDaemon, _ body: () throws -> Void) throws -> [CallFault] {
      let log = daemon.home + "/counted"
      let tracer = try Strace.attach(to: daemon.process, CallFault.counting, log: log)
      try body()
      // What the stop asks for is no part of it.
      daemon.kill()
      tracer.waitUntilExit()
      return try CallFault.all(in: log, about: daemon.data)
    }

    @Test(
      "an erasure that is repeated then: nothing is left of the key that was acknowledged as destroyed, and it is listed"
    )
    func erasing() throws {
      func made() throws -> (daemon: RunningDaemon, erase: Wire.Erase) {
        let daemon = try RunningDaemon()
        try daemon.start()
        let code = try daemon.connect().receive("Nguyễn Thị Hoa").code
        _ = try daemon.connect().ask(Wire.Withdraw(code: code, reason: "đổi ý"))
        let erase = Wire.Erase(
          code: code, basis: "Luật 91/2025/QH15",
          entry: Wire.Entry(commandId: "01990000-0000-7000-8000-000000000001"))
        return (daemon, erase)
      }
      let (counted, erase) = try made()
      let every = try every(counted) { _ = try counted.connect().ask(erase) }
      try afterEach(of: every, always: Array(every.filter(\.isFlush).suffix(1)), in: "erasure", seed: 5) { fault in
        let (daemon, erase) = try made()
        let recording = try DirectoryRecording(of: daemon)
        let isMet = try recording.attach(to: daemon, injecting: fault) { _ = try? daemon.connect().ask(erase) }
        guard isMet else { return nil }
        try recording.run(daemon) { _ = try daemon.connect().ask(erase) }
        let whole = try History(daemon.data)
        return (
          recording,
          .init { state, opened in
            // The erasure whose end nobody knew may be on the disk, and then it is the one.
            if opened.size == whole.size, state.told < whole.size {
              return opened.closed == opened.erased ? nil : "\(opened)"
            }
            return whole.fault(of: opened, told: state.told)
              ?? state.fault(ofErased: whole.erased(by: state.told >= whole.size ? whole.size : 0))
          }
        )
      }
    }

    @Test("an import that is sent again then: it is there whole, with its keys, or it is not there")
    func importing() throws {
      let (ledger, keys) = try Composition.exported()
      let counted = try RunningDaemon()
      try counted.start()
      let every = try every(counted) { _ = try counted.connect().importLedger(ledger, keys: keys) }
      try afterEach(of: every, always: Array(every.filter(\.isFlush).suffix(1)), in: "import", seed: 8) { fault in
        let daemon = try RunningDaemon()
        try daemon.start()
        let recording = try DirectoryRecording(of: daemon)
        let isMet = try recording.attach(to: daemon, injecting: fault) {
          _ = try? daemon.connect().importLedger(ledger, keys: keys)
        }
        guard isMet else { return nil }
        try recording.run(daemon) {
          // It may have been there already when the call failed.
          _ = try daemon.connect().failure { _ = try $0.importLedger(ledger, keys: keys) }
          _ = try daemon.connect().ask(Wire.GetStatus())
        }
        return (recording, Composition.ofImport(try History(daemon.data)))
      }
    }

    @Test("keys of an earlier release: they open what is not erased, and nothing else")
    func renewingKeys() throws {
      let counted = try Composition.ofBefore()
      let log = counted.home + "/counted"
      counted.tracer = Strace.around(CallFault.counting, log: log)
      try counted.start()
      #expect(counted.stop() == 0)
      let every = try CallFault.all(in: log, about: counted.data + "/keys")
      let names = try CallFault.all(in: log, about: counted.data + "/keys>").filter(\.isFlush)
      try afterEach(of: every, always: names.suffix(1), in: "rekey", seed: 9) { fault in
        let daemon = try Composition.ofBefore()
        let old = try Composition.master(daemon)
        let recording = try DirectoryRecording(of: daemon)
        guard try recording.run(daemon, injecting: fault, {}) else { return nil }
        try recording.run(daemon) {}
        return (recording, Composition.ofRenewal(try History(daemon.data), old))
      }
    }

    @Test("a restore: the directory is new, or has the backup whole, and has it when the command says so")
    func restoring() throws {
      let source = try RunningDaemon()
      let (file, keys) = (source.home + "/ledger.backup", source.home + "/keys.backup")
      try source.start()
      try Composition.work(source.connect())
      try source.connect().backup().file.write(to: URL(filePath: file))
      try source.connect().backup(keys: true).file.write(to: URL(filePath: keys))
      #expect(source.stop() == 0)
      func restore(_ data: String) -> [String] {
        ["restore", file, "--keys", keys] + Operator.denied([]) + ["--data", data]
      }
      let counted = try RunningDaemon()
      let log = counted.home + "/counted"
      #expect(try DirectoryRecording.run(restore(counted.data), around: CallFault.counting, log: log) == 0)
      let every = try CallFault.all(in: log, about: counted.data)
      // When they come all seems to be done, and nothing need be on the disk.
      let names = try CallFault.all(in: log, about: counted.data + "/keys>").filter(\.isFlush)
      try afterEach(of: every, always: names, in: "restore", seed: 10) { fault in
        let daemon = try RunningDaemon()
        let recording = try DirectoryRecording(of: daemon)
        let (status, isMet) = try recording.run(restore(daemon.data), injecting: fault)
        guard isMet else { return nil }
        // A directory of a restore that was given up is a new one, or goes on where it was.
        if status != 0 { try recording.run(daemon) {} }
        return (recording, Composition.ofRestore(try History(daemon.data)))
      }
    }
  }
}

/// What both kinds of crashes happen to.
enum Composition {
  /// A few cases, one of them erased.
  static func work(_ desk: Connection) throws {
    var codes: [String] = []
    for number in 0..<5 { codes.append(try desk.receive("Người \(number)").code) }
    _ = try desk.ask(Wire.Withdraw(code: codes[2], reason: "đổi ý"))
    _ = try desk.ask(Wire.Erase(code: codes[2], basis: "Luật 91/2025/QH15"))
  }

  static func exported() throws -> (text: String, keys: [UInt8]) {
    let daemon = try RunningDaemon()
    try daemon.start()
    try work(daemon.connect())
    let desk = try daemon.connect()
    let exported = (text: try desk.exportText(), keys: [UInt8](try desk.backup(keys: true).file))
    #expect(daemon.stop() == 0)
    return exported
  }

  static func ofImport(_ whole: History) -> DirectoryRecording.Expectation {
    .init { state, opened in
      // What a new ledger records of the office, or nothing, as after an import that was given up.
      opened.size <= 1 && state.told <= 1 ? nil : whole.fault(of: opened, told: state.told)
    }
  }

  /// What 0.2.0 left, with the rules of its configuration.
  static func ofBefore() throws -> RunningDaemon {
    let files = try #require(ReleasedFiles.all.first { $0.version == "0.2.0" })
    return try files.opened()
  }

  static func master(_ daemon: RunningDaemon) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: daemon.data + "/keys/master")))
  }

  /// - Parameter old: the master key of before.
  static func ofRenewal(_ whole: History, _ old: [UInt8]) -> DirectoryRecording.Expectation {
    .init(mayRefuseToSign: true) { state, opened in
      if let fault = whole.fault(of: opened, told: state.told) { return fault }
      guard state.told > 0 else { return nil }
      guard state.content("data/keys/slots")?.starts(with: "motcua keys 2\n".utf8) == true else {
        return "served with keys of before"
      }
      return state.holds(old)
        ? "the old master key is on the disk" : state.fault(ofErased: whole.erased(by: state.told))
    }
  }

  static func ofRestore(_ whole: History) -> DirectoryRecording.Expectation {
    .init(
      mayRefuseToSign: true,
      refused: { state, why in
        // Before the ledger has its name there is nothing, and whatever a start says of that is right.
        state.isFinished || state.told > 0 || state.content("data/ledger/data.mdb") != nil ? "refused: \(why)" : nil
      },
      opened: { state, opened in
        // Then a start makes a new one.
        if !state.isFinished, opened.size <= 1 { return nil }
        return whole.fault(of: opened, told: state.isFinished ? whole.size : state.told)
      })
  }
}
