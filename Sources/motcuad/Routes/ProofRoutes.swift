import Desk
import DeskInterface
import DeskService
import EventSourcing
import EventStore
import MerkleTree
import Sealing
import Varlink
import VarlinkServer

/// Checkpoints and proofs: what lets somebody else check the ledger without trusting this daemon.
struct ProofRoutes: Sendable {
  let service: DeskService
  let signingKey: NoteSigningKey?
  let heavy: HeavyWork

  /// Whose calls have a new checkpoint signed, by whichever method.
  private static let signer = Role.operatorRole

  var routes: [Route] {
    [
      Route.one(Wire.Checkpoint.self, Self.signer) { [service, signingKey] _, _ in
        let issued = try await offPool { try service.checkpoint(signedBy: signingKey) }
        return .init(note: issued.note, verifierKey: issued.verifierKey.description)
      },
      Route.parts(
        Wire.Prove.self, as: Wire.Prove.Answer.self, .reader, at: .turn(heavy.proofs),
        opens: { $0.key == nil ? 0 : $0.events.count }
      ) { [service, signingKey] call, caller in
        let discloses = call.open ?? false
        // Whoever has the key reads what is personal for ever, in every copy.
        if discloses { try caller.require(.supervisor) }
        // It may wait for the writer to sign, and the pool must not. A reader who asks after each event would have each
        // checkpoint kept for ever.
        let proof = try await offPool {
          try service.proof(
            of: call.code, against: call.checkpoint, discloses: discloses, signs: caller.actor.holds(Self.signer),
            signedBy: signingKey)
        }
        return (proof: proof, next: Version(1))
      } next: { [service] state in
        let page = try service.provedEvents(
          state.proof, from: state.next, limit: PageBounds.provedEvents, bytesMax: PageBounds.recordBytes)
        state.next = Version(state.next.rawValue + UInt32(page.events.count))
        return (Wire.Prove.Answer(state.proof, page.events), isLast: page.isLast)
      },
      Route.one(Wire.ProveConsistency.self, .reader, at: .turn(heavy.questions)) { [service] call, _ in
        let (old, new, path) = try service.consistency(from: call.old, to: call.new)
        return .init(
          old: old.note, new: new.note, verifierKey: new.verifierKey.description, path: path.map(\.base64))
      },
    ]
  }
}

extension Wire.Prove.Answer {
  fileprivate init(_ proof: CaseProof, _ events: [ProvedEvent]) {
    self.init(
      code: proof.code, checkpoint: proof.checkpoint.note, verifierKey: proof.checkpoint.verifierKey.description,
      events: events.map {
        Wire.ProvedEvent(
          position: Int($0.position.rawValue), record: Base64.encode($0.record), path: $0.path.map(\.base64))
      }, key: proof.key.map { Base64.encode($0.bytes) }, keySlot: proof.key.map { _ in Int(proof.number) })
  }
}
