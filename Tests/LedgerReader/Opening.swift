import Desk
import DeskRecords
import DeskService
import EventSourcing
import EventStore
import Foundation
import Glibc
import MerkleTree

/// What a data directory was when it was started.
struct Opened: Codable {
  var size: Int
  var root: String
  /// How often the ledger says that something of it is lost, and that a clock was accepted.
  var losses: Int
  var acceptedClocks: Int
  var isClockDoubted: Bool
  /// The cases whose erasure stands in the ledger, and those whose key opens nothing.
  var erased: [UInt64]
  var closed: [UInt64]
  /// What the key beside the ledger has signed then, or why it has signed nothing.
  var signed: Signed?
  var refusal: String?

  struct Signed: Codable {
    var size: UInt64
    var root: String
  }
}

/// What becomes of a data directory when it is started, with what lies apart from it, in one line.
func opened(_ directory: String) -> String {
  do {
    let answer = try served(directory)
    let scratch = directory + "/../scratch"
    try? FileManager.default.removeItem(atPath: scratch)
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try whenClosed { _ = try Verification.directory(directory, scratch: scratch) { _ in } }
    return "open " + String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
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
private func served(_ directory: String) throws -> Opened {
  let actor = Actor(uid: 0, account: "root", role: .operatorRole)
  let place = ApartDirectory(nil, data: directory)
  let service = try DeskService(
    directory: directory, book: nil, actor: actor, clock: DeskClock(), apart: Apart(heads: place, erasures: place),
    onFailure: { _ in })
  let ledger = service.store.ledger
  var (streams, erased, losses, acceptedClocks) = (Set<UInt64>(), Set<UInt64>(), 0, 0)
  for entry in try ledger.records(from: .start, limit: .max) {
    let stored = try RecordCoding.current.decode(entry.record) { _, _ in nil }
    if stored.stream > 0 { streams.insert(stored.stream) }
    switch stored.body {
    case .desk(let event): if case .erased = event.body { erased.insert(stored.stream) }
    case .office(.restored, _): losses += 1
    case .office(.clockAccepted, _): acceptedClocks += 1
    default: break
    }
  }
  let closed = try streams.filter { try service.store.keys.key($0) == nil }
  var opened = Opened(
    size: Int(try ledger.position().rawValue), root: try ledger.rootText(), losses: losses,
    acceptedClocks: acceptedClocks, isClockDoubted: service.clockState.doubt != nil, erased: erased.sorted(),
    closed: closed.sorted())
  if let key = try signingKey(directory) {
    do {
      let issued = try service.checkpoint(signedBy: key).checkpoint
      opened.signed = .init(size: issued.size, root: issued.root.base64)
    } catch let refusal as CheckpointRefusal {
      opened.refusal = "\(refusal)"
    }
  }
  try service.stop()
  return opened
}

private func signingKey(_ directory: String) throws -> NoteSigningKey? {
  guard let text = try? String(contentsOfFile: directory + "/keys/signing", encoding: .utf8) else { return nil }
  return try NoteSigningKey(parsing: String(text.dropLast()))
}
