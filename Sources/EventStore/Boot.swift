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
  /// What the machine's clock and its time since the boot differed by at the first start in this boot that no orderly
  /// stop has followed, in microseconds: a process that dies must not take with it what its clock is held against.
  ///
  /// - Parameter now: what they differ by now, which is kept when nothing is known of this boot.
  public func clockAtFirstStart(orNow now: Int64) throws(StoreError) -> Int64 {
    guard let boot = Boot.id else { return now }
    let path = Self.clock(directory)
    return try asStoreError {
      let written = try Files.contents(path).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let parts = written.split(separator: "\n")
      if parts.count == 2, parts[0] == "boot \(boot)", let known = Int64(parts[1]) { return known }
      try Files.replace(path, with: Array("boot \(boot)\n\(now)\n".utf8))
      return now
    }
  }

  /// The next start believes the clock that it finds.
  public func forgetClock() throws(StoreError) { try asStoreError { try Self.forgetClock(directory) } }

  /// Somebody has put the ledger there, or accepts it, who can see what time it is.
  static func forgetClock(_ directory: String) throws(FileError) {
    let path = clock(directory)
    if unlink(path) != 0, errno != ENOENT { throw Files.failure("unlink", path) }
  }

  private static func clock(_ directory: String) -> String { directory + "/CLOCK" }
}
