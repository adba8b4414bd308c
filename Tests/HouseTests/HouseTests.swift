import Foundation
import TestSupport
import Testing

/// The house is in the sources themselves: who may import whom, and what the programs may carry.
@Suite("The house")
struct HouseTests {
  /// Each module with everything that it may import besides the standard library's own. Downhill only.
  static let mayImport: [String: Set<String>] = [
    "EventSourcing": [],
    "Metrics": ["Synchronization"],
    "ParserWords": [],
    "Wording": ["Glibc"],
    "MerkleTree": ["Crypto", "FoundationEssentials"],
    "LedgerArchive": ["MerkleTree", "Wording", "Glibc"],
    "Sealing": ["Crypto", "FoundationEssentials", "Glibc"],
    "LMDB": ["CLMDB", "Glibc", "Synchronization"],
    "Desk": ["EventSourcing", "Synchronization"],
    "EventStore": [
      "EventSourcing", "LMDB", "MerkleTree", "Sealing", "Crypto", "Dispatch", "Foundation", "FoundationEssentials",
      "Glibc", "Synchronization", "Wording",
    ],
    // Varlink for its JSON, in which the rules are stored.
    "DeskRecords": ["Desk", "EventSourcing", "Varlink"],
    "Varlink": [],
    // Crypto for one thing: a name that is too long for a key of the scorecard stands there as its SHA-256.
    "DeskViews": ["Desk", "EventSourcing", "EventStore", "LMDB", "Crypto"],
    "DeskInterface": ["Varlink"],
    "DeskWire": ["Desk", "DeskInterface", "EventSourcing", "Varlink"],
    "VarlinkClient": ["Varlink", "Glibc"],
    "VarlinkGenerator": ["Varlink"],
    "varlink-swift": ["Foundation", "Varlink", "VarlinkGenerator"],
    "VarlinkServer": ["Varlink", "Wording", "NIOCore", "NIOPosix", "Logging", "Glibc", "Synchronization"],
    "DeskService": [
      "Desk", "DeskRecords", "DeskViews", "EventSourcing", "EventStore", "LMDB", "MerkleTree", "Metrics", "Sealing",
      "Varlink", "Crypto", "Dispatch", "Glibc", "Synchronization",
    ],
    "motcuad": [
      "ArgumentParser", "CPrctl", "CTimex", "Desk", "DeskInterface", "DeskRecords", "DeskService", "DeskViews",
      "DeskWire",
      "EventSourcing", "EventStore", "Foundation", "Glibc", "LedgerArchive", "Logging", "MerkleTree", "Metrics",
      "ParserWords",
      "Sealing",
      "ServiceLifecycle",
      "Synchronization", "TOMLKit",
      "UnixSignals", "Varlink", "VarlinkServer", "Wording",
    ],
    "motcua": [
      "ArgumentParser", "Desk", "DeskInterface", "DeskRecords", "DeskWire", "EventSourcing", "FoundationEssentials",
      "Glibc", "LedgerArchive", "MerkleTree", "ParserWords", "Sealing", "Synchronization", "Varlink", "VarlinkClient",
      "Wording",
    ],
  ]

  @Test("every module is in the table, and the table holds no other")
  func complete() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Project.folder.path + "/Sources")
    #expect(Set(folders) == Set(Self.mayImport.keys).union(["CLMDB", "CPrctl", "CTimex"]))
  }

  @Test("a module imports only what its arrows allow", arguments: mayImport.keys.sorted())
  func downhill(module: String) throws {
    for (file, text) in try Self.sources(of: module) {
      for line in text.split(separator: "\n") {
        guard let name = Self.imported(String(line)) else { continue }
        #expect(Self.mayImport[module]?.contains(name) == true, "\(file) imports \(name)")
      }
    }
  }

  @Test("nothing but LMDB says `unsafe`, and nothing forces or gives up")
  func noTrapdoors() throws {
    for module in Self.mayImport.keys {
      for (file, text) in try Self.sources(of: module) where !file.hasSuffix(".pb.swift") {
        for word in ["try!", "fatalError(", "TODO", "FIXME", "as!"] {
          #expect(!text.contains(word), "\(file) says \(word)")
        }
        if module != "LMDB" { #expect(!text.contains("unsafe "), "\(file) says unsafe") }
      }
    }
  }

  @Test("nothing waits by the wall clock, which somebody may set back by an hour")
  func monotonic() throws {
    for module in Self.mayImport.keys {
      for (file, text) in try Self.sources(of: module) {
        for word in ["NSCondition", "NSLock", "wait(until: Date", "DispatchWallTime", "wallDeadline", "wallTimeout"] {
          #expect(!text.contains(word), "\(file) says \(word)")
        }
      }
    }
  }

  @Test("the client carries neither Foundation nor its ICU data, which would double its start-up time")
  func clientLinkage() throws {
    let libraries = try Program.run(["ldd", Project.program("motcua")]).output
    #expect(libraries.contains("libc.so.6"))
    for name in ["libFoundation.so", "Internationalization", "ICU"] { #expect(!libraries.contains(name)) }
  }

  @Test("no `await` can be written inside a write transaction: the compiler refuses it")
  func noAwait() throws {
    let using = "let transaction = try environment.beginWrite()\n  transaction.abort()"
    #expect(try Self.compiles("func f(_ environment: Environment) throws {\n  \(using)\n}"))
    #expect(try !Self.compiles("func f(_ environment: Environment) async throws {\n  \(using)\n}"))
    let closure = "try environment.write { _ throws(LMDBError) in await pause() }"
    #expect(try !Self.compiles("func f(_ environment: Environment) throws {\n  \(closure)\n}"))
    // Nor can one be smuggled out of a function that may begin it, and be used then.
    let smuggler = "func g(_ e: Environment) throws -> WriteTransaction { try e.beginWrite() }\n"
    #expect(try Self.compiles(smuggler))
    #expect(try !Self.compiles(smuggler + "func f(_ e: Environment) async throws { try g(e).commit() }"))
  }

  @Test("the Swift of the interfaces is what the generator writes of their texts: `swift run varlink-swift` mends it")
  func generated() throws {
    let outcome = try Program.run([Project.program("varlink-swift"), "--check", Project.folder.path])
    #expect(outcome.status == 0, "\(outcome.said)")
  }

  /// Whether a text compiles that imports LMDB, as built beside this test.
  private static func compiles(_ text: String) throws -> Bool {
    let file = NSTemporaryDirectory() + "motcua-\(UUID().uuidString).swift"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try "import LMDB\nfunc pause() async {}\n\(text)\n".write(toFile: file, atomically: true, encoding: .utf8)
    let compiled = try Program.run([
      "swiftc", "-swift-version", "6", "-typecheck", "-I", Project.products.appending(path: "Modules").path, "-I",
      Project.folder.appending(path: "Sources/CLMDB").path, file,
    ])
    return compiled.status == 0
  }

  private static func imported(_ line: String) -> String? {
    var words = line.split(separator: " ").map(String.init)
    while let first = words.first,
      ["public", "internal", "private", "package", "fileprivate", "@_exported"].contains(first)
    {
      words.removeFirst()
    }
    guard words.first == "import", words.count >= 2 else { return nil }
    // `import struct FoundationEssentials.Data` names a module too.
    let path = ["struct", "class", "enum", "func", "protocol", "typealias"].contains(words[1]) ? words[2] : words[1]
    return path.split(separator: ".").first.map(String.init)
  }

  private static func sources(of module: String) throws -> [(file: String, text: String)] {
    let root = Project.folder.path + "/Sources/" + module
    let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
    return try names.filter { $0.hasSuffix(".swift") }.map {
      ("\(module)/\($0)", try String(contentsOfFile: root + "/" + $0, encoding: .utf8))
    }
  }
}
