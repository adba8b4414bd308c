import Desk
import DeskInterface
import DeskService
import EventSourcing
import EventStore
import MerkleTree
import Varlink
import VarlinkServer

/// `vn.motcua.Ledger`: the ledger as it is stored, for who copies it elsewhere.
struct LedgerRoutes: Sendable {
  /// What a page holds at the most, but where one record alone has more bytes.
  private static let pageRecords = 1000
  private static let pageBytes = 256 << 10
  /// Who asks for more than so many has them read by a process that may die, before the daemon itself reads them.
  private static let recordsUnguarded: UInt64 = 10_000

  let service: DeskService
  let copies: LedgerCopies
  let signingKey: NoteSigningKey?
  let heavy: HeavyWork

  var routes: [Route] {
    [
      Route.one(Wire.GetHead.self, .relay) { [service] _, _ in
        try service.requireWholeLedger()
        let ledger = service.store.ledger
        let tree = try Self.refusing { try service.committedTree(ofSize: service.applied.rawValue) }
        return .init(
          ledger: Hex.encode(ledger.id), origin: origin, demo: ledger.isDemo, size: Int(clamping: tree.size),
          root: tree.root.base64)
      },
      // What is sealed tells nothing of anybody.
      Route.pages(
        Wire.Records.self, .relay, first: .turn(heavy.records), opens: { _ in 0 },
        end: .init(first: 0, records: [], size: 0, root: "")
      ) { [service] call, caller in
        guard let after = UInt64(exactly: call.after) else { throw VarlinkError.invalidParameter("after") }
        if let limit = call.limit, limit < 1 { throw VarlinkError.invalidParameter("limit") }
        try service.requireWholeLedger()
        let ledger = service.store.ledger.id
        let tree = try Self.refusing { try service.committedTree(ofSize: after) }
        return Reading(tree: tree, left: call.limit, ledger: ledger, caller: caller)
      } ready: { [service, heavy] reading in
        // Only now, because who leaves ends what his stream waits for, and not what his call does.
        if !reading.isBegun {
          // Another ledger that is brought in meanwhile may be shorter.
          let end = max(service.signal.position.rawValue, reading.tree.size)
          let asked = min(end - reading.tree.size, reading.left.map { UInt64($0) } ?? .max)
          if asked > Self.recordsUnguarded {
            try await LedgerGuard.check(service, for: reading.caller.actor.uid, in: heavy.guards)
          }
          reading.isBegun = true
        }
        try await wait(for: reading)
      } isOver: {
        $0.left == 0
      } next: { [service] reading in
        let limit = min(reading.left ?? .max, Self.pageRecords)
        let page = try ofOneLedger(reading) {
          try service.storedRecords(after: reading.tree, limit: limit, bytesMax: Self.pageBytes)
        }
        let first = Int(clamping: reading.tree.size + 1)
        reading.tree = page.tree
        reading.left = reading.left.map { $0 - page.records.count }
        return .init(
          first: first, records: page.records.map { Base64.encode($0) }, size: Int(clamping: page.tree.size),
          root: page.tree.root.base64)
      },
      Route.one(Wire.Archived.self, .relay) { [service, copies] call, _ in
        guard let size = UInt64(exactly: call.size) else { throw VarlinkError.invalidParameter("size") }
        try service.requireWholeLedger()
        // What is no root is not this ledger's.
        try Self.refusing { try service.note(copyOf: size, root: Hash(base64: call.root), in: copies) }
        return .init()
      },
    ]
  }

  /// How far somebody has come who reads.
  private struct Reading: Sendable {
    /// The tree that ends with the last record that was told.
    var tree: Frontier
    /// How many records are still to come; nil for all there will ever be.
    var left: Int?
    var isBegun = false
    let ledger: [UInt8]
    let caller: Caller
  }

  /// Reads something of the ledger that the reading is of. Another one may be brought in before, or meanwhile: what is read
  /// then is of neither, or missing.
  private func ofOneLedger<R>(_ reading: Reading, _ read: () throws -> R) throws -> R {
    func check() throws {
      try service.requireWholeLedger()
      guard service.store.ledger.id == reading.ledger else { throw WireFailure.wire(Wire.LedgerExchanged()) }
    }
    try check()
    let outcome = Result { try Self.refusing(read) }
    try check()
    return try outcome.get()
  }

  /// Returns when there is a record that was not told.
  private func wait(for reading: Reading) async throws {
    while true {
      let wakening = await service.signal.wakening(beyond: Position(reading.tree.size))
      if wakening == .over { throw CancellationError() }
      if wakening == .committed { return }
      // Nothing has happened, and he is told all the same when he may read no more.
      try await reading.caller.again().require(.relay)
    }
  }

  /// The name of the key, or what `motcuad keygen` would call it.
  private var origin: String { signingKey?.name ?? "motcua/" + (service.book?.office.codePrefix ?? "") }

  /// Names what is wrong with what is asked, or with the ledger: a relay that is told nothing would ask again and again.
  private static func refusing<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let refusal as CopyRefusal {
      switch refusal {
      case .beyond(let asked, let size):
        throw WireFailure.wire(Wire.BeyondLedger(asked: Int(clamping: asked), size: Int(clamping: size)))
      case .anotherHistory(let size): throw WireFailure.wire(Wire.AnotherHistory(size: Int(clamping: size)))
      }
    } catch let error as StoreError {
      guard let damage = Damage(ofLedger: error) else { throw error }
      throw LedgerGuard.refusal(damage)
    }
  }
}
