import Desk
import DeskInterface
import DeskService
import EventStore

/// Stands before whatever reads the whole ledger in the daemon itself: a damaged page would end it for everybody, so the
/// ledger is read once before by a process that may die.
///
/// It looks for nothing else: an event that was changed is an error to whoever reads it, and ends nobody.
enum LedgerGuard {
  /// - Throws: the wire's `LedgerDamaged` or `InspectionFailed`.
  static func check(_ service: DeskService) throws {
    // A reader that was ended has left its place in the live environment, which keeps old pages from being used again.
    defer { _ = try? service.store.clearStaleReaders() }
    let inspected = try Inspector.asWire { try Inspector.pages(service.store.ledger.path) }
    if let damage = inspected.damage { throw refusal(damage) }
  }

  /// Before a start that replays everything.
  ///
  /// - Parameter progress: told how far the reading is.
  /// - Throws: `Damage`.
  static func checkBeforeReplay(_ data: String, form: String, _ progress: (UInt64) -> Void) throws {
    // Whatever else is wrong, the opening itself says better.
    guard (try? EventStore.willReplay(data, form: form)) == true,
      let inspected = try? Inspector.pages(data + "/ledger", report: { progress($0.position) })
    else { return }
    // Of a disk that takes nothing more the reader dies, too, and the opening says that.
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
  /// Says on the wire why something could not be inspected.
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
