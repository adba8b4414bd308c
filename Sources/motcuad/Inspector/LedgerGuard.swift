import Desk
import DeskInterface
import DeskService
import EventStore

/// Has the ledger read once by a process that may die, before anything in the daemon itself reads the whole of it: a
/// damaged page would end the daemon for everybody.
///
/// It looks for nothing else: an event that was changed is an error to its reader, and ends no process.
enum LedgerGuard {
  /// Checks it when it is the user's turn, and no longer than somebody waits for it.
  ///
  /// - Throws: the wire's `LedgerDamaged` or `InspectionFailed`; `CancellationError` when the task is cancelled.
  static func check(_ service: DeskService, for uid: UInt32, in turns: Turns) async throws {
    try await turns.run(of: uid) {
      try await offPool(whileWanted: { isWanted in
        // A reader that died has left its slot in the live environment, which keeps old pages from being used again.
        defer { _ = try? service.store.clearStaleReaders() }
        let inspected = try Inspector.asWire {
          try Inspector.pages(service.store.ledger.path) { _ in if !isWanted() { throw CancellationError() } }
        }
        if let damage = inspected.damage { throw refusal(damage) }
      })
    }
  }

  /// Checks the ledger before a start that replays all of it.
  ///
  /// - Parameter progress: told the position that is read next.
  /// - Throws: `Damage`.
  static func checkBeforeReplay(_ data: String, schemaVersion: String, _ progress: (UInt64) -> Void) throws {
    // Whatever else is wrong, opening the store reports better.
    guard (try? EventStore.willReplay(data, schemaVersion: schemaVersion)) == true,
      let inspected = try? Inspector.pages(data + "/ledger", report: { progress($0.position) })
    else { return }
    // On a disk that takes no write the reader dies, too; opening the store reports that.
    if let damage = inspected.damage, EventStore.lockFault(data + "/ledger") == nil { throw damage }
  }

  static func refusal(_ damage: Damage) -> any Error {
    WireFailure.wire(
      Wire.LedgerDamaged(
        kind: damage.kind.rawValue, position: damage.position.map { Int(clamping: $0) },
        reasonVi: damage.sentence.vi, reasonEn: damage.sentence.en))
  }
}

extension Inspector {
  /// Runs `body`, and throws as an error of the wire why something could not be inspected.
  static func asWire<R>(_ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let failure as InspectionFailure {
      throw WireFailure.wire(Wire.InspectionFailed(reasonVi: failure.reason.vi, reasonEn: failure.reason.en))
    } catch let failure as InspectorProcess.SpawnFailure {
      let text = StartFailure.text(failure)
      throw WireFailure.wire(Wire.InspectionFailed(reasonVi: text.vi, reasonEn: text.en))
    }
  }
}
