import EventSourcing
import EventStore
import Glibc
import MerkleTree

// Reads ledgers that a disk may have left behind, one after the other, for tests that try thousands of them: a line on
// standard input names a ledger's directory, or, after `open`, a data directory that is started as the daemon starts it.
// The answer is a line on standard output. It may die of one, which is an answer too.

var limit = rlimit(rlim_cur: 0, rlim_max: 0)
setrlimit(__rlimit_resource_t(4), &limit)

while let line = readLine() {
  if line.hasPrefix("open ") {
    print(opened(String(line.dropFirst("open ".count))))
  } else {
    do { print("whole " + (try answers(of: Ledger.alone(line)))) } catch { print("damaged \(error)") }
  }
  fflush(nil)
}

/// Everything that a ledger answers: its events in order, each by itself, its tree and its marks.
func answers(of ledger: Ledger) throws -> String {
  let walk = try LedgerWalk(ledger)
  while true {
    let block = try walk.next { _ in }
    if block.isEmpty { break }
    for checked in block where try ledger.record(at: checked.entry.position) != checked.entry.record {
      throw LedgerFault(checked.entry.position, .changed)
    }
  }
  guard try ledger.record(at: walk.position.next) == nil else { throw LedgerFault(walk.position, .head) }
  let marks = MerkleTree.leafHash(ledger.id + [ledger.isDemo ? 1 : 0])
  return "\(walk.tree.size) \(walk.tree.root.base64) \(marks.base64)"
}
