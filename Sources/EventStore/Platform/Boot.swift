import Glibc

/// What tells one boot of the machine from the next.
enum Boot {
  /// Nil when nobody says. The unit hands it over, because a hardened one hides /proc.
  static var id: String? {
    if let given = getenv("MOTCUA_BOOT_ID") { return String(cString: given).filter { $0 != "-" } }
    guard let bytes = try? Files.contents("/proc/sys/kernel/random/boot_id") else { return nil }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "-") }, as: UTF8.self)
  }
}

extension EventStore {
  /// What the machine's clock and its time since the boot differed by when the clock was last believed in this boot, in
  /// microseconds. It says something of the machine and nothing of the ledger, so that whatever happens to that, a stop
  /// in order, a restore or an accepted loss, leaves it; nil when nothing is known of this boot.
  public func knownClock() throws(StoreError) -> Int64? {
    guard let boot = Boot.id else { return nil }
    let written = try asStoreError { try Files.contents(clockPath) }.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let parts = written.split(separator: "\n")
    guard parts.count == 2, parts[0] == "boot \(boot)", let known = Int64(parts[1]) else { return nil }
    // Not even the years to 9999 take more.
    return known.magnitude < 1 << 59 ? known : nil
  }

  /// Keeps that for whoever comes next in this boot; durable when it returns.
  public func keepClock(_ difference: Int64) throws(StoreError) {
    guard let boot = Boot.id else { return }
    try asStoreError {
      do throws(FileError) {
        try Files.replaceMark(clockPath, with: Array("boot \(boot)\n\(difference)\n".utf8))
      } catch {
        // Without it the next start has nothing to measure from, which is less than it might, and no reason not to answer.
        if !error.refusesGrowth { throw error }
      }
    }
  }

  private var clockPath: String { directory + "/CLOCK" }
}
