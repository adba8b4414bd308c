import Testing

@testable import motcua

@Suite struct LinkageTests {
  @Test("the client links FoundationEssentials at most: Foundation and its ICU data would double the start-up time")
  func noFoundation() throws {
    let directory = DemoDaemon.executable.split(separator: "/").dropLast().joined(separator: "/")
    let program = try TextFile.bytes("/\(directory)/motcua")
    let names = program.split(separator: 0).lazy.filter { $0.count < 64 && $0.starts(with: Array("lib".utf8)) }
      .map { String(decoding: $0, as: UTF8.self) }
    let linked = names.filter { $0.hasSuffix(".so") || $0.hasSuffix(".so.6") }
    #expect(linked.contains("libc.so.6"))
    for name in ["libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so"] {
      #expect(!linked.contains(name))
    }
  }
}
