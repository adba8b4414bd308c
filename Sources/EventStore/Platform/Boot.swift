import Glibc

/// Tells one boot of the machine from the next.
enum Boot {
  /// The kernel's id of this boot, without dashes; nil when it is unknown. A hardened unit hides /proc, so it hands the
  /// id over as `MOTCUA_BOOT_ID`.
  static var id: String? {
    if let given = getenv("MOTCUA_BOOT_ID") { return String(cString: given).filter { $0 != "-" } }
    guard let bytes = try? Files.contents("/proc/sys/kernel/random/boot_id") else { return nil }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "-") }, as: UTF8.self)
  }
}

extension EventStore {
  /// By how much the machine's clock and its time since the boot differed when the clock was last believed in this
  /// boot, in microseconds; nil when that is not known. It describes the machine and not the ledger, so that a stop, a
  /// restore or an accepted loss leaves it.
  public func knownClock() throws(StoreError) -> Int64? {
    guard let boot = Boot.id else { return nil }
    let written = try asStoreError { try Files.contents(clockPath) }.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let parts = written.split(separator: "\n")
    guard parts.count == 2, parts[0] == "boot \(boot)", let known = Int64(parts[1]) else { return nil }
    // No time up to the year 9999 is larger.
    return known.magnitude < 1 << 59 ? known : nil
  }

  /// Keeps that difference, in microseconds, for the next start in this boot. Durable when it returns, unless the disk
  /// is full.
  public func keepClock(_ difference: Int64) throws(StoreError) {
    guard let boot = Boot.id else { return }
    try asStoreError {
      do throws(FileError) {
        try Files.replaceMark(clockPath, with: Array("boot \(boot)\n\(difference)\n".utf8))
      } catch {
        // Without the file the next start cannot check the clock by this boot, which is no reason not to serve.
        if !error.refusesGrowth { throw error }
      }
    }
  }

  private var clockPath: String { directory + "/CLOCK" }
}
