import Desk
import EventStore

/// What tells a command from another of the same id: a digest of what it says, keyed so that it goes with what the ledger
/// seals. Else whoever has the ledger could guess what an erased case had said, for ever.
struct CommandDigest {
  let keys: Keys

  /// By the key of the case that the command is about.
  ///
  /// - Throws: `StoreError.keyClosed` when that key is not here, and the command may say something of people.
  func make(of request: CommandRequest, about number: UInt64) throws -> [UInt8] {
    if let text = Self.lasting(request) { return keys.officeDigest(text) }
    if let digest = try keys.digest(request.canonicalText, slot: number) { return digest }
    // What is sealed needs the key. Of what a command says of people, only a reason may be left out of what is sealed.
    guard request.command.reason == nil else { throw StoreError.keyClosed(slot: number) }
    return keys.officeDigest(request.canonicalText)
  }

  /// Whether a command says what was recorded; nil when it cannot be told, because the key is not here.
  func isOf(_ request: CommandRequest, _ digest: [UInt8], about number: UInt64) throws -> Bool? {
    if let text = Self.lasting(request) { return keys.officeDigest(text) == digest }
    // Recorded while the key was not here.
    if keys.officeDigest(request.canonicalText) == digest { return true }
    return try keys.digest(request.canonicalText, slot: number).map { $0 == digest }
  }

  /// An erasure destroys the key, and must be answered when it is repeated: what it is known by is what stays readable in
  /// the ledger, and no more.
  private static func lasting(_ request: CommandRequest) -> [UInt8]? {
    guard request.others.isEmpty, case .erase(let erase) = request.command.action,
      case .existing(let code) = request.target
    else { return nil }
    return Array("erase".utf8) + [0] + Array(code.utf8) + [0] + Array(erase.basis.utf8)
  }
}
