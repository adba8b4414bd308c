import Desk
import DeskRecords
import EventSourcing
import Fuzzing
import Glibc

/// Bytes as they may stand in a ledger: they are an error or an event, and an event is written and read again as itself.
@main
enum FuzzRecord {
  static func main() {
    exit(
      fuzz { start, count in
        check(input: Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
      })
  }
}

private func check(input bytes: [UInt8]) {
  let seal = try? RecordCoding.seal(of: bytes)
  guard let event = try? RecordCoding.current.decode(bytes, open: open) else { return }
  guard let seal else { fail("what is read has a seal or none") }
  if case .desk(let body) = event.body {
    let state = CaseDecider.fold([body, body])
    _ = Standing(of: state, at: body.circumstances.recordedAt)
    _ = state.status
  }
  let written = write(event, seal)
  guard var again = try? RecordCoding.current.decode(written, open: open) else { fail("what is written can be read") }
  // What nothing was sealed in has nothing to be closed.
  again.isClosed = event.isClosed
  if again != event { fail("what is written says the same\n\(event)\n\(again)") }
  if write(again, seal) != written { fail("the same event is the same bytes") }
}

private func write(_ event: StoredEvent, _ seal: RecordSeal) -> [UInt8] {
  let written = try? RecordCoding.encode(event, slot: seal.slot ?? 1, keyCommitment: seal.keyCommitment ?? []) {
    plain, part in part.additionalData + plain.map { ~$0 }
  }
  guard let written else { fail("what is read can be written") }
  return written
}

/// The seal of the golden records: what binds it, then every bit turned over. Every fifth key is not here.
private func open(_ sealed: [UInt8], _ part: SealedPart) -> [UInt8]? {
  part.slot % 5 == 4 ? nil : sealed.dropFirst(part.additionalData.count).map { ~$0 }
}
