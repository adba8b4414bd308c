import Desk
import DeskInterface
import DeskService
import EventStore
import MerkleTree
import Synchronization
import VarlinkServer

/// The methods of `vn.motcua.Admin` that go through the files themselves: verify and backup.
struct FileRoutes: Sendable {
  let service: DeskService
  let backups: LastBackup
  private let verifying = Once()
  private let copying = Once()

  init(service: DeskService, backups: LastBackup) {
    self.service = service
    self.backups = backups
  }

  var routes: [Route] {
    [
      Route.work(Wire.Verify.self, .operatorRole) { _, _, report in
        try verifying.run(orThrow: WireFailure.wire(Wire.VerifyRunning())) {
          try service.requireWholeLedger()
          // The replay takes about what the views take.
          try service.requireSpace(for: service.store.views.bytesOnDisk)
          // A reader that was ended has left its places in the live environments.
          defer { _ = try? service.store.clearStaleReaders() }
          var pace = Pace()
          let inspected = try Inspector.asWire {
            try Inspector.directory(service.store.directory, into: service.store.freed) { step in
              if pace.isDue(step.phase) { try report(.init(progress: Wire.VerifyProgress(step))) }
            }
          }
          var last = Wire.VerifyProgress(inspected.step)
          last.damage = inspected.damage.map { Wire.Damage($0) }
          if last.damage == nil, last.rows == 0 {
            throw WireFailure.wire(
              Wire.InspectionFailed(
                reasonVi: "sổ còn nguyên vẹn, nhưng chưa so được các bảng tra cứu vì chúng đang được thay",
                reasonEn: "the ledger is whole, but the views could not be compared, because they are being replaced"))
          }
          return .init(progress: last)
        }
      },
      Route.work(Wire.Backup.self, .operatorRole) { call, caller, report in
        try copying.run(orThrow: WireFailure.wire(Wire.BackupRunning())) {
          try service.requireWholeLedger()
          let send = { (progress: Wire.BackupProgress) in try report(.init(progress: progress)) }
          // A list that somebody has removed is there again after the next backup, whatever is backed up.
          service.tendErasureList()
          if call.erasures == true { return .init(progress: try erasures(send)) }
          if call.keys == true {
            let backup = service.beginKeyBackup(
              by: caller.actor.uid, keep: call.keep.map { max(1, $0) }, rotation: call.rotation)
            let last = try keys(send)
            service.endKeyBackup(backup)
            return .init(progress: last)
          }
          let last = try ledger(send)
          backups.set(service.now)
          return .init(progress: last)
        }
      },
    ]
  }

  private typealias Send = (Wire.BackupProgress) throws -> Void

  private func ledger(_ send: Send) throws -> Wire.BackupProgress {
    let ledger = service.store.ledger
    try service.requireSpace(for: ledger.usedBytes)
    let scratch = try ScratchDirectory(in: service.store.directory, for: "spool", into: service.store.freed)
    return try withExtendedLifetime(scratch) {
      let spool = try Spool(scratch.path + "/data.mdb")
      try spool.fill(from: ledger) { done in
        try send(.init(phase: .copying, done: done, total: max(done, ledger.usedBytes)))
      }
      var pace = Pace()
      let inspected = try Inspector.asWire {
        try Inspector.ledger(scratch.path) { step in
          if pace.isDue(step.phase) { try send(.init(phase: .verifying, done: step.done, total: step.total)) }
        }
      }
      if let damage = inspected.damage { throw LedgerGuard.refusal(damage) }
      let total = spool.size
      var sent = 0
      while let part = try spool.next() {
        sent += part.count
        try send(.init(phase: .sending, done: sent, total: total, data: Base64.encode(part)))
      }
      return .init(
        phase: .done, done: sent, total: total, events: Int(clamping: inspected.step.position),
        root: inspected.step.root)
    }
  }

  private func erasures(_ send: Send) throws -> Wire.BackupProgress {
    let text: [UInt8]
    do { text = Array(try service.erasureList().utf8) } catch let fault as ErasureList.Fault {
      throw Self.refusal(fault, fault.path)
    } catch let error as FileError {
      throw Self.refusal(.file(error), error.path)
    }
    for start in stride(from: 0, to: text.count, by: Spool.partBytes) {
      let end = min(start + Spool.partBytes, text.count)
      try send(.init(phase: .sending, done: end, total: text.count, data: Base64.encode(Array(text[start..<end]))))
    }
    return .init(phase: .done, done: text.count, total: text.count)
  }

  /// What the office's own list says cannot be told, so it is not handed out as if it were whole.
  private static func refusal(_ fault: ErasureList.Fault, _ path: String) -> any Error {
    WireFailure.wire(Wire.ErasureListUnwritable(path: path, reasonVi: fault.text.vi, reasonEn: fault.text.en))
  }

  private func keys(_ send: Send) throws -> Wire.BackupProgress {
    let keys = service.store.keys
    let total = keys.backupBytes
    var sent = 0
    // Straight from the keys: a copy on the disk would be one more to protect.
    try keys.backup(partBytes: Spool.partBytes) { part in
      sent += part.count
      try send(.init(phase: .sending, done: sent, total: max(sent, total), data: Base64.encode(part)))
    }
    return .init(phase: .done, done: sent, total: sent)
  }
}

extension ErasureList.Fault {
  fileprivate var path: String {
    switch self {
    case .file(let error): error.path
    case .notAList(let path), .newer(let path), .malformed(let path, _): path
    }
  }
}

/// One at a time.
private final class Once: Sendable {
  private let isRunning = Atomic(false)

  func run<R>(orThrow refusal: any Error, _ body: () throws -> R) throws -> R {
    guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
      throw refusal
    }
    defer { isRunning.store(false, ordering: .releasing) }
    return try body()
  }
}

/// Lets through what is worth telling: every new phase, and otherwise ten times a second.
private struct Pace {
  private var last: (phase: Verification.Phase, at: ContinuousClock.Instant)?

  mutating func isDue(_ phase: Verification.Phase) -> Bool {
    let now = ContinuousClock.now
    if let last, last.phase == phase, now - last.at < .milliseconds(100) { return false }
    last = (phase, now)
    return true
  }
}

extension Wire.VerifyProgress {
  fileprivate init(_ step: Verification.Step) {
    let phase: Wire.VerifyPhase =
      switch step.phase {
      case .ledger: .ledger
      case .views: .views
      case .keys: .keys
      case .done: .done
      }
    self.init(
      phase: phase, done: step.done, total: step.total, position: Int(clamping: step.position), root: step.root,
      checkpoints: step.checkpoints, rows: step.rows)
  }
}

extension Wire.Damage {
  fileprivate init(_ damage: Damage) {
    self.init(
      kind: damage.kind.rawValue, position: damage.position.map { Int(clamping: $0) }, code: damage.code,
      table: damage.table, reasonVi: damage.reason.vi, reasonEn: damage.reason.en)
  }
}
