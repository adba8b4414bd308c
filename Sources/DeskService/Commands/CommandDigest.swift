import Desk
import EventStore

/// What tells a command from another of the same id: a digest of what it says, keyed so that it goes with what the ledger
/// seals. Else whoever has the ledger could guess what an erased case had said, for ever.
struct CommandDigest {
  let keys: Keys
  /// The stream of the office, which has no key.
  private static let office: UInt64 = 0

  /// By the keys of all streams that the command is about, one after the other: when any of them is destroyed, nobody can
  /// hold a guess against it any more.
  ///
  /// - Parameter streams: those of which it says more than that they are erased, each once, in the order in which it names
  ///   them.
  /// - Throws: `StoreError.keyClosed` when a key is not here, and the command may say something of people.
  func make(of request: CommandRequest, about streams: [UInt64]) throws -> [UInt8] {
    let text = Self.text(of: request)
    if request.erasesEverything || streams.isEmpty { return keys.officeDigest(text) }
    do { return try chained(text, streams) } catch StoreError.keyClosed
      where request.others.isEmpty && request.command.reason == nil
    {
      // What is sealed needs the key. Of what a command says of people, only a reason may be left out of what is sealed.
      return keys.officeDigest(text)
    }
  }

  /// Whether a command says what was recorded; nil when it cannot be told, because a key is not here.
  func isOf(_ request: CommandRequest, _ digest: [UInt8], about streams: [UInt64]) throws -> Bool? {
    // What the daemon does by itself has an id, too, and a digest of its cause; nobody sends it.
    if streams.contains(Self.office) { return false }
    let text = Self.text(of: request)
    if request.erasesEverything || streams.isEmpty { return keys.officeDigest(text) == digest }
    // Recorded while the key was not here.
    if request.others.isEmpty, keys.officeDigest(text) == digest { return true }
    do { return try chained(text, streams) == digest } catch StoreError.keyClosed { return nil }
  }

  /// Of one stream, the digest by its key.
  private func chained(_ text: [UInt8], _ streams: [UInt64]) throws -> [UInt8] {
    var digest = text
    for stream in streams {
      guard let next = try keys.digest(digest, slot: stream) else { throw StoreError.keyClosed(slot: stream) }
      digest = next
    }
    return digest
  }

  /// Of one part what it says; of several each after its length, so that nothing can be moved from one to the next.
  static func text(of request: CommandRequest) -> [UInt8] {
    if request.others.isEmpty { return lasting(request.target, request.command) ?? request.canonicalText }
    var text = Array("several".utf8) + [0]
    for part in request.parts {
      let said = lasting(part.target, part.command) ?? part.canonicalText
      text += bigEndian(UInt64(said.count))
      text += said
    }
    return text
  }

  /// An erasure destroys the key, and must be answered when it is repeated: what it is known by is what stays readable in
  /// the ledger, and no more.
  private static func lasting(_ target: CommandRequest.Target, _ command: CaseCommand) -> [UInt8]? {
    guard case .erase(let erase) = command.action, case .existing(let code) = target else { return nil }
    return Array("erase".utf8) + [0] + Array(code.utf8) + [0] + Array(erase.basis.utf8)
  }
}
