import Foundation

/// What a reader can ask for that takes much, and the places at it. Half of the cores at the most are at work for
/// one user, and of most kinds for all, so that whoever asks for little finds one.
struct HeavyWork: Sendable {
  /// Parts of long histories.
  let pages = Turns(places: Self.halfOfTheCores)
  /// Questions with one answer. Each takes little, and one user may have all places while nobody else asks.
  let questions = Turns(places: Self.cores, placesPerUser: Self.cores)
  /// Pages of lists. Each takes little, but a user may have 64 streams of them, and the pool does first what comes first.
  let lists = Turns(places: Self.cores, placesPerUser: Self.halfOfTheCores)
  /// Parts of what relays are told. No reader makes an archive late, and no relay holds up readers.
  let records = Turns(places: Self.halfOfTheCores)
  /// Parts of proofs, and the checkpoints that they are made against. Each holds a reader of the views and one of the ledger,
  /// of which there are 126.
  let proofs = Turns(places: Self.halfOfTheCores)
  /// Answers about the past, each of which reads the whole ledger.
  let past = Turns(places: 2)
  /// Processes that read the whole ledger before the daemon does (`LedgerGuard`).
  let guards = Turns(places: 1)

  private static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }
  private static var halfOfTheCores: Int { max(1, cores / 2) }
}

/// How much of a long answer one reply holds at the most.
enum PageBounds {
  /// Of events: so many, and no more bytes of records but where one alone has more. On the wire the words take as much again.
  static let events = 200
  static let recordBytes = 128 << 10
  /// Of the page of a history that is made where connections are served: others wait meanwhile.
  static let eventsAtOnce = 16
  static let recordBytesAtOnce = 16 << 10
  /// Of proved events, whose paths come besides.
  static let provedEvents = 40
}
