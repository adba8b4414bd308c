import Desk
import EventStore
import Synchronization

/// What becomes of a group of commands: it is let in or refused, committed together, and answered.
extension CommandWriter {
  /// What is recorded of the office itself is a group of its own.
  static func groups(of commands: [Pending]) -> [[Pending]] {
    guard commands.contains(where: \.isOffice) else { return [commands] }
    return commands.reduce(into: [[Pending]]()) { groups, command in
      if let last = groups.last?.last, last.isOffice == command.isOffice {
        groups[groups.count - 1].append(command)
      } else {
        groups.append([command])
      }
    }
  }

  func process(_ group: [Pending], _ settle: (Duration) -> Void) {
    var duration = Duration.zero
    var results: [Result<Accepted, CommandFailure>]
    if let reason {
      results = group.map { _ in .failure(.storageFailed(reason)) }
    } else if let doubt = lookAtClock() {
      results = refuse(group, because: .clockSuspect(doubt), &duration)
    } else {
      do {
        try store.requireHolding()
        let isHeld = isHolding
        let refusal = isHeld ? CommandFailure.busy : try full()
        if !isHeld, refusal?.leavesReserve != false { try recordOwed() }
        if let refusal {
          // No command can be decided without the rules, which an import and a full disk therefore let through. They find
          // what is kept free, and nothing on a disk that takes nothing at all.
          let passes = { (pending: Pending) in
            if case .office(_, _, let byHolder) = pending.work {
              byHolder || !isHeld && refusal.leavesReserve
            } else {
              false
            }
          }
          let office = group.filter(passes)
          results = office.isEmpty ? [] : try commit(office, &duration)
          let others = refuse(group.filter { !passes($0) }, because: refusal, &duration)
          var next = others.makeIterator()
          for (index, pending) in group.enumerated() where !passes(pending) {
            results.insert(next.next() ?? .failure(refusal), at: index)
          }
        } else {
          results = try commit(group, &duration)
        }
      } catch let full as NoRoom {
        results = group.map { _ in .failure(full.failure) }
      } catch {
        let reason = latch(error)
        results = group.map { _ in .failure(.storageFailed(reason)) }
      }
    }
    settle(duration)
    for (pending, result) in zip(group, results) { pending.reply(result) }
  }

  /// Whoever repeats a command that was recorded is answered, because nothing would be less true than that it was not.
  private func refuse(
    _ group: [Pending], because refusal: CommandFailure, _ duration: inout Duration
  ) -> [Result<Accepted, CommandFailure>] {
    if isHolding { return group.map { _ in .failure(refusal) } }
    do {
      return try commit(group, at: now, leaving: ledgerTime, refusing: refusal, &duration)
    } catch is NoRoom {
      return group.map { _ in .failure(refusal) }
    } catch {
      let reason = latch(error)
      return group.map { _ in .failure(.storageFailed(reason)) }
    }
  }

  /// Before any command: it is decided under the rules that have waited, and comes after a loss that is not told yet.
  private func recordOwed() throws {
    let events = owed.withLock { $0.isEmpty ? [] : $0.take() }
    if events.isEmpty { return }
    var duration = Duration.zero
    let results: [Result<Accepted, CommandFailure>]
    do { results = try commit(events, &duration) } catch let full as NoRoom {
      for event in events { event.reply(.failure(full.failure)) }
      throw full
    } catch {
      let reason = latch(error)
      for event in events { event.reply(.failure(.storageFailed(reason))) }
      throw error
    }
    for (event, result) in zip(events, results) { event.reply(result) }
  }
}
