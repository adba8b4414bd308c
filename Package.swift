// swift-tools-version: 6.2
import PackageDescription

// Strictly downhill: a target names what it may import, and the build is run with the check that it names all it does.
let package = Package(
  name: "motcua",
  products: [
    .executable(name: "motcua", targets: ["motcua"]),
    .executable(name: "motcuad", targets: ["motcuad"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    // For tests only: what is written is held against what it writes.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // Ground floor
    .systemLibrary(name: "CPrctl"),
    .systemLibrary(name: "CTimex"),
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .target(name: "EventSourcing"),
    .target(name: "Metrics"),
    .target(name: "ParserWords"),
    .target(name: "Wording"),
    .target(name: "MerkleTree", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "LedgerArchive", dependencies: ["MerkleTree", "Wording"]),
    .target(name: "Sealing", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
    // First floor
    .target(name: "Varlink", resources: [.embedInCode("Contract/org.varlink.service.varlink")]),
    .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: [.strictMemorySafety()]),
    .target(name: "Desk", dependencies: ["EventSourcing"]),
    // Second floor
    .target(
      name: "EventStore",
      dependencies: [
        "EventSourcing", "LMDB", "MerkleTree", "Sealing", "Wording", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(name: "DeskRecords", dependencies: ["Desk", "EventSourcing", "Varlink"], exclude: ["record.proto"]),
    // Third floor
    .target(
      name: "DeskViews",
      dependencies: ["Desk", "EventSourcing", "EventStore", "LMDB", .product(name: "Crypto", package: "swift-crypto")]),
    .target(
      name: "DeskInterface", dependencies: ["Varlink"],
      resources: [
        .embedInCode("Contract/vn.motcua.Desk.varlink"), .embedInCode("Contract/vn.motcua.Views.varlink"),
        .embedInCode("Contract/vn.motcua.Admin.varlink"), .embedInCode("Contract/vn.motcua.Ledger.varlink"),
      ]),
    .target(name: "DeskWire", dependencies: ["Desk", "DeskInterface", "EventSourcing", "Varlink"]),
    .target(name: "VarlinkClient", dependencies: ["Varlink"]),
    .target(name: "VarlinkGenerator", dependencies: ["Varlink"]),
    .target(
      name: "VarlinkServer",
      dependencies: [
        "Varlink", "Wording", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    // Fourth floor
    .target(
      name: "DeskService",
      dependencies: [
        "Desk", "DeskRecords", "DeskViews", "EventSourcing", "EventStore", "LMDB", "MerkleTree", "Metrics", "Sealing",
        "Varlink", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    // Top floor
    .executableTarget(
      name: "motcuad",
      dependencies: [
        "CPrctl", "CTimex", "Desk", "DeskInterface", "DeskRecords", "DeskService", "DeskViews", "DeskWire",
        "EventSourcing", "EventStore", "LedgerArchive", "MerkleTree", "Metrics", "ParserWords", "Sealing",
        "Varlink", "VarlinkServer", "Wording", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"), "TOMLKit",
      ]),
    .executableTarget(
      name: "motcua",
      dependencies: [
        "Desk", "DeskInterface", "DeskRecords", "DeskWire", "EventSourcing", "LedgerArchive", "MerkleTree",
        "ParserWords",
        "Sealing", "Varlink", "VarlinkClient", "Wording",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // What a developer runs: it writes the Swift of the interfaces.
    .executableTarget(name: "varlink-swift", dependencies: ["Varlink", "VarlinkGenerator"]),
    // Tests, a folder for each module, and what they share
    .target(name: "TestSupport", dependencies: ["Desk", "DeskRecords"], path: "Tests/TestSupport"),
    .testTarget(name: "HouseTests", dependencies: ["TestSupport", "motcua", "varlink-swift"]),
    .testTarget(name: "EventSourcingTests", dependencies: ["EventSourcing"]),
    .testTarget(
      name: "DeskInterfaceTests", dependencies: ["TestSupport", "DeskInterface", "Varlink"], exclude: ["Released"]),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics"]),
    .testTarget(name: "LMDBTests", dependencies: ["TestSupport", "CLMDB", "LMDB"]),
    .testTarget(name: "MerkleTreeTests", dependencies: ["MerkleTree"]),
    .testTarget(name: "LedgerArchiveTests", dependencies: ["LedgerArchive", "MerkleTree"]),
    .testTarget(name: "WordingTests", dependencies: ["Wording"]),
    .testTarget(
      name: "SealingTests", dependencies: ["Sealing", .product(name: "Crypto", package: "swift-crypto")]),
    .testTarget(name: "DeskTests", dependencies: ["TestSupport", "Desk", "EventSourcing"]),
    .testTarget(
      name: "EventStoreTests",
      dependencies: [
        "TestSupport",
        "EventSourcing", "EventStore", "LMDB", "MerkleTree", "Sealing",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    // The messages of record.proto as another's generator makes them.
    .target(
      name: "RecordPeer", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      path: "Tests/RecordPeer"),
    .testTarget(
      name: "DeskRecordsTests",
      dependencies: [
        "TestSupport", "Desk", "DeskRecords", "EventSourcing", "RecordPeer",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Golden"]),
    .testTarget(
      name: "DeskViewsTests", dependencies: ["TestSupport", "Desk", "DeskViews", "EventSourcing", "EventStore", "LMDB"]),
    .testTarget(
      name: "DeskServiceTests",
      dependencies: [
        "TestSupport",
        "Desk", "DeskRecords", "DeskService", "DeskViews", "EventSourcing", "EventStore", "LMDB", "MerkleTree",
        "Metrics", "RecordPeer", "Varlink", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Golden"]),
    .testTarget(name: "VarlinkTests", dependencies: ["TestSupport", "Varlink"]),
    .testTarget(name: "VarlinkGeneratorTests", dependencies: ["Varlink", "VarlinkGenerator"]),
    .testTarget(
      name: "motcuaTests",
      dependencies: [
        "TestSupport",
        "Desk", "DeskInterface", "DeskRecords", "DeskWire", "EventSourcing", "MerkleTree", "ParserWords", "Sealing",
        "Varlink", "motcua",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "DaemonTests",
      dependencies: [
        "TestSupport",
        "Desk", "DeskInterface", "DeskRecords", "DeskService", "DeskViews", "EventSourcing", "EventStore", "LMDB",
        "LedgerArchive", "LedgerReader", "MerkleTree", "Varlink", "VarlinkClient", "VarlinkServer", "Wording", "motcua",
        "motcuad",
        .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
      ],
      exclude: [
        "Attacks/clock.c", "Attacks/no_clock.c", "Attacks/no_prctl.c", "Attacks/users.c", "Disk/flags.c",
        "Disk/lost_flush.c", "Released", "check_proof.py", "read_export.py", "varlink_peer.py",
      ]),
    // What a test lets read a ledger that may end the process which reads it.
    .executableTarget(
      name: "LedgerReader",
      dependencies: ["Desk", "DeskRecords", "DeskService", "EventSourcing", "EventStore", "MerkleTree"],
      path: "Tests/LedgerReader"),
    .testTarget(
      name: "VarlinkServerTests",
      dependencies: [
        "Varlink", "VarlinkClient", "VarlinkServer", .product(name: "Logging", package: "swift-log"),
      ]),
  ]
)

// Fuzzers need the sanitizer's runtime, so they are there only for `Tests/Fuzz/run`.
if Context.environment["MOTCUA_FUZZ"] != nil {
  func fuzzer(_ name: String, of dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: "Fuzz" + name, dependencies: dependencies + ["Fuzzing"], path: "Tests/Fuzz/" + name)
  }
  package.targets += [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .target(name: "Fuzzing", dependencies: ["CLibFuzzer"], path: "Tests/Fuzz/Fuzzing"),
    fuzzer("Gate", of: ["DeskInterface", "Varlink"]), fuzzer("Record", of: ["Desk", "DeskRecords", "EventSourcing"]),
    fuzzer("Folding", of: ["Desk"]),
  ]
}

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
      .enableUpcomingFeature("ExistentialAny"),
      // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
      .enableUpcomingFeature("InternalImportsByDefault"),
      // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
      .enableUpcomingFeature("MemberImportVisibility"),
      // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
