import Glibc

extension Restoration {
  /// Copies an open ledger's file aside, durably. It does not check what is in it.
  ///
  /// - Parameter name: what errors call the file.
  public func stage(descriptor: Int32, named name: String) throws(StoreError) {
    try asStoreError {
      try Files.makeDirectory(stagedLedger)
      let target = stagedLedger + "/data.mdb"
      let output = try Files.openNew(target)
      defer { close(output) }
      var offset = 0
      while true {
        let part = try Files.read(descriptor, count: 1 << 20, at: offset, name)
        if part.isEmpty { break }
        try Files.writeAll(output, part, at: offset, target)
        offset += part.count
      }
      if fsync(output) != 0 { throw Files.failure("fsync", target) }
      try Files.sync(stagedLedger)
    }
  }
}
