import Glibc

/// Makes a data directory, and tells an interrupted first start from a lost ledger.
///
/// The keys are made first, then the ledger, each aside and renamed into place whole; everything else is made after the
/// ledger's name is on the disk. So an interrupted first start leaves at most keys whose slots are a header and nothing
/// more. Anything else without a ledger shows that there was one.
enum FirstStart {
  /// The size of slots that have a header and no key.
  private static let emptySlotsBytes = Keys.slotBytes

  /// The names in the directory that only come after a ledger.
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
    // An interrupted start may have made the directory, and ended before its name was on the disk.
    try Files.syncParent(of: directory)
  }
}
