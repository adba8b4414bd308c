import Foundation
import Testing

extension DiskTests {
  @Suite("A trace of a directory")
  struct DirectoryTraceTests {
    private static let top = "/top"

    /// As `strace` writes it: every text between `"` or `<` and its end in hexadecimal numbers.
    private static func log(_ lines: [String]) -> Data {
      func hex(_ text: Substring) -> String {
        text.utf8.map { "\\x" + String(Int($0) | 0x100, radix: 16).dropFirst() }.joined()
      }
      let coded = lines.map { line in
        line.replacing(/"([^"]*)"/) { "\"" + hex($0.output.1) + "\"" }
          .replacing(/<(\/[^>]*)>/) { "<" + hex($0.output.1) + ">" }
      }
      return Data(coded.map { $0 + "\n" }.joined().utf8)
    }

    private static func end(_ lines: [String]) throws -> DirectoryStates.State {
      var trace = try DirectoryTrace(of: top)
      try trace.read(log(lines))
      return DirectoryStates(trace: trace).end
    }

    @Test("given calls that another thread's come between, then what they did is there, as when none does")
    func interrupted() throws {
      let whole = [
        #"7 mkdir("/top/data", 0700) = 0"#,
        #"7 openat(AT_FDCWD</>, "/top/data/STATE.new", O_WRONLY|O_CREAT|O_EXCL, 0600) = 5</top/data/STATE.new>"#,
        #"7 pwrite64(5</top/data/STATE.new>, "unclean", 7, 0) = 7"#,
        #"7 rename("/top/data/STATE.new", "/top/data/STATE") = 0"#,
      ]
      // Each of them, cut where the kernel had not answered yet.
      var cut: [String] = []
      for line in whole {
        let result = try #require(line.range(of: ") = "))
        let name = line.dropFirst(2).prefix { $0 != "(" }
        cut.append(line[..<result.lowerBound] + " <unfinished ...>")
        cut.append("8 lseek(9</elsewhere>, 0, SEEK_SET) = 0")
        cut.append("7 <... \(name) resumed>" + line[result.lowerBound...])
      }
      for lines in [whole, cut] { #expect(try Self.end(lines).content("data/STATE") == Array("unclean".utf8)) }
    }

    @Test("given a call on a file of which nothing is known, then the trace is refused: something of it was lost")
    func lost() {
      for line in [
        #"7 pwrite64(5</top/data/STATE.new>, "unclean", 7, 0) = 7"#,
        #"7 rename("/top/data/STATE.new", "/top/data/STATE") = 0"#,
      ] {
        #expect(throws: RunningDaemon.Failure.self) { _ = try Self.end([#"7 mkdir("/top/data", 0700) = 0"#, line]) }
      }
      #expect(throws: Never.self) {
        _ = try Self.end([
          #"7 mkdir("/top/data", 0700) = 0"#, #"7 pwrite64(5</top/data/spool (deleted)>, "text", 4, 0) = 4"#,
        ])
      }
    }
  }
}
