import Glibc

/// How a data directory comes to be, and what tells a first start that was interrupted from a ledger that is lost.
///
/// The keys are made first, then the ledger, each aside and named whole, and everything else comes after the ledger has
/// its name on the disk. So an interrupted first start leaves keys that have sealed nothing, their slots a header and
/// no more; whatever else is there without a ledger, had one.
enum FirstStart {
  /// Where a slot would be that was made for a case.
  private static let emptySlotsBytes = Keys.slotBytes

  /// What is there that only comes after a ledger, by its names in the directory.
  static func traces(of directory: String) throws(FileError) -> [String] {
    var traces = try Files.names(in: directory).filter { name in
      ["CURRENT", "STATE", "ACCEPTED"].contains(name) || name.hasPrefix("views-")
    }
    if Files.size(directory + "/keys/slots") > emptySlotsBytes { traces.append("keys/slots") }
    return traces.sorted()
  }

  /// Makes keys and ledger where there are none, durably, or goes on where an earlier start was interrupted.
  ///
  /// - Throws: `StoreError.ledgerMissing` when there was a ledger; nothing is changed then.
  static func make(_ directory: String, isDemo: Bool) throws {
    let traces = try traces(of: directory)
    guard traces.isEmpty else { throw StoreError.ledgerMissing(path: directory + "/ledger", there: traces) }
    try Keys.create(directory + "/keys")
    try Ledger.create(directory + "/ledger", isDemo: isDemo)
    // The directory itself may be of a start that was interrupted before its name was on the disk.
    try Files.syncParent(of: directory)
  }
}
