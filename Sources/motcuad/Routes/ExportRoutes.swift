import Desk
import DeskInterface
import DeskService
import EventSourcing
import EventStore
import MerkleTree
import Varlink
import VarlinkServer

/// The whole ledger out, and in again.
extension AdminRoutes {
  var exporting: Route {
    Route.work(
      Wire.Export.self, .operatorRole,
      first: { [service, guards] caller in
        try service.requireWholeLedger()
        try await LedgerGuard.check(service, for: caller.actor.uid, in: guards)
      }
    ) { [service] call, caller, report in
      try service.requireWholeLedger()
      // What is said last must be the last reply, so each is held back until there is another.
      var last = Wire.Export.Answer(lines: [], done: 0, total: 0)
      let put: DeskService.PutLines = { lines, done, total in
        if !last.lines.isEmpty { try report(last) }
        last = .init(lines: lines, done: Int(clamping: done.rawValue), total: Int(clamping: total.rawValue))
      }
      if call.readable == true {
        try service.exportReadable(
          json: {
            let event = Wire.Event($0)
            if event.isOpened { caller.isGiven(1) }
            return event.sortedJSON
          }, put)
      } else {
        try service.export(put)
      }
      return last
    }
  }

  var importingLedger: Route {
    Route.work(Wire.ImportLedger.self, .operatorRole) { [service, uploads] call, caller, report in
      let spool = try uploads.takeSpool(call.upload, uid: caller.peer.uid)
      let keys = try call.keys.map { try Self.keys(try uploads.take($0, uid: caller.peer.uid)) }
      do {
        let ledger = try service.importLedger(spool, keys: keys) {
          try report(.init(progress: Wire.LedgerImportProgress($0)))
        }
        let size = Int(clamping: ledger.size)
        return .init(
          progress: .init(
            phase: .done, done: size, total: size, position: size, root: ledger.root.base64, cases: ledger.cases,
            closed: ledger.closed))
      } catch let error as ExportError {
        throw WireFailure.wire(
          Wire.ExportUnreadable(line: error.line, reasonVi: error.reason.vi, reasonEn: error.reason.en))
      } catch let error as LedgerNotEmpty {
        throw WireFailure.wire(Wire.LedgerNotEmpty(cases: error.cases))
      } catch is KeysOfAnotherLedger {
        throw WireFailure.wire(
          Wire.KeysUnreadable(
            reasonVi: "các khóa là của một sổ khác", reasonEn: "the keys are those of another ledger"))
      } catch is RebuildRunning {
        throw WireFailure.wire(Wire.RebuildRunning())
      }
    }
  }

  private static func keys(_ text: String) throws -> KeysBackup {
    do {
      guard let bytes = Base64.decode(text) else { throw KeysBackup.Fault.notABackup }
      return try KeysBackup(bytes)
    } catch let fault as KeysBackup.Fault {
      throw WireFailure.wire(Wire.KeysUnreadable(reasonVi: fault.text.vi, reasonEn: fault.text.en))
    }
  }
}

extension Wire.LedgerImportProgress {
  fileprivate init(_ progress: LedgerImportProgress) {
    let phase: Wire.LedgerImportPhase =
      switch progress.phase {
      case .checking: .checking
      case .writing: .writing
      case .building: .building
      }
    self.init(phase: phase, done: progress.done, total: progress.total)
  }
}
