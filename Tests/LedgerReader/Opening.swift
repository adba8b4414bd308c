import Desk
import DeskRecords
import DeskService
import EventSourcing
import EventStore
import Foundation
import Glibc

/// What becomes of a data directory when it is started, in one line.
func opened(_ directory: String) -> String {
  do {
    let answer = try served(directory)
    let scratch = directory + "/../scratch"
    try? FileManager.default.removeItem(atPath: scratch)
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try whenClosed { _ = try Verification.directory(directory, scratch: scratch) { _ in } }
    return answer
  } catch {
    return "refused \("\(error)".replacingOccurrences(of: "\n", with: " "))"
  }
}

/// A queue of the system may keep a block of the service's, and what that holds, a little longer than the service is there.
private func whenClosed(_ body: () throws -> Void) throws {
  for _ in 0..<1000 {
    do { return try body() } catch  where "\(error)".contains("is open already in this process") { usleep(10_000) }
  }
  try body()
}

/// By a service that is gone when this returns, with everything that it had open.
private func served(_ directory: String) throws -> String {
  let actor = Actor(uid: 0, account: "root", role: .operatorRole)
  let service = try DeskService(
    directory: directory, book: nil, actor: actor, clock: DeskClock(), onFailure: { _ in })
  let ledger = service.store.ledger
  var (streams, erased, losses) = (Set<UInt64>(), Set<UInt64>(), 0)
  for entry in try ledger.records(from: .start, limit: .max) {
    let stored = try RecordCoding.current.decode(entry.record) { _, _ in nil }
    if stored.stream > 0 { streams.insert(stored.stream) }
    if case .desk(let event) = stored.body, case .erased = event.body { erased.insert(stored.stream) }
    if case .office(.restored, _) = stored.body { losses += 1 }
  }
  let closed = try streams.filter { try service.store.keys.key($0) == nil }
  let (size, root) = (try ledger.position().rawValue, try ledger.rootText())
  try service.stop()
  return "open \(size) \(root) \(losses) \(list(erased)) \(list(closed))"
}

private func list(_ numbers: Set<UInt64>) -> String {
  numbers.isEmpty ? "-" : numbers.sorted().map(String.init).joined(separator: ",")
}
