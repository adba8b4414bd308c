import Desk
import DeskInterface
import DeskService
import EventStore

/// Stands before whatever reads the whole ledger in the daemon itself: a damaged page would end it for everybody, so the
/// ledger is read once before by a process that may die.
///
/// It looks for nothing else: an event that was changed is for `verify` to find, and ends nobody.
enum LedgerGuard {
  /// - Throws: the wire's `LedgerDamaged`.
  static func check(_ service: DeskService) throws {
    if let damage = try Inspector.ledger(service.store.ledger.path, isLive: true).damage, damage.isDeadly {
      throw refusal(damage)
    }
  }

  /// Before a start that replays everything.
  ///
  /// - Throws: `Damage`.
  static func checkBeforeReplay(_ data: String, form: String) throws {
    // Whatever else is wrong, the opening itself says better.
    guard (try? EventStore.willReplay(data, form: form)) == true,
      let damage = try? Inspector.ledger(data + "/ledger", isLive: true).damage, damage.isDeadly
    else { return }
    throw damage
  }

  static func refusal(_ damage: Damage) -> any Error {
    WireFailure.wire(
      Wire.LedgerDamaged(
        kind: damage.kind.rawValue, position: damage.position.map { Int(clamping: $0) },
        reasonVi: damage.sentence.vi, reasonEn: damage.sentence.en))
  }
}

extension Damage {
  /// Whether whoever reads it dies of it, or waits for ever.
  fileprivate var isDeadly: Bool {
    switch kind {
    case .pageDamaged, .readerDied, .readerStalled: true
    default: false
    }
  }
}
