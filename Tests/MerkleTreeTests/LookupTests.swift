import MerkleTree
import Testing

@Suite("Roots and proofs from looked-up nodes")
struct LookupTests {
  /// The complete subtrees of a log, each kept when its last leaf came, as a ledger keeps them.
  final class Nodes {
    struct Missing: Error {
      var level: Int
      var index: UInt64
    }

    let leaves: [Hash]
    private var levels: [[Hash]] = []
    /// How many nodes were asked for.
    private(set) var lookups = 0
    /// Nodes of which a leaf is at or beyond this are not handed out.
    var limit = UInt64.max

    init(_ leaves: [Hash]) {
      self.leaves = leaves
      var frontier = Frontier()
      for leaf in leaves {
        for (level, hash) in ([leaf] + frontier.append(leaf)).enumerated() {
          if level == levels.count { levels.append([]) }
          levels[level].append(hash)
        }
      }
    }

    func node(_ level: Int, _ index: UInt64) throws -> Hash {
      lookups += 1
      guard levels.indices.contains(level), index < levels[level].count, (index + 1) << UInt64(level) <= limit else {
        throw Missing(level: level, index: index)
      }
      return levels[level][Int(index)]
    }

    /// What `body` gives, with the number of look-ups that it took.
    func counting<Result>(_ body: () throws -> Result) rethrows -> (Result, Int) {
      let before = lookups
      return (try body(), lookups - before)
    }
  }

  static let sizes = 0...70

  @Test("given a log of 80 leaves, when a tree of fewer is asked for, then root and proofs are those over its leaves")
  func smallTrees() throws {
    let nodes = Nodes(leaves(80))
    for size in Self.sizes {
      nodes.limit = UInt64(size)
      let leaves = Array(nodes.leaves.prefix(size))
      #expect(try MerkleTree.root(size: UInt64(size), node: nodes.node) == MerkleTree.root(of: leaves))
      for index in 0..<size {
        #expect(
          try MerkleTree.inclusionProof(index: UInt64(index), size: UInt64(size), node: nodes.node)
            == MerkleTree.inclusionProof(index: index, leaves: leaves))
      }
      for old in 0...size {
        #expect(
          try MerkleTree.consistencyProof(oldSize: UInt64(old), newSize: UInt64(size), node: nodes.node)
            == MerkleTree.consistencyProof(oldSize: old, leaves: leaves))
      }
    }
  }

  @Test(
    "given a log of thousands, then proofs are the same, and cost about twice the logarithm of its size",
    arguments: [1000, 1023, 1024, 1025, 3333, 4095, 4096, 4097])
  func largeTrees(size: Int) throws {
    let nodes = Nodes(leaves(5000))
    nodes.limit = UInt64(size)
    let leaves = Array(nodes.leaves.prefix(size))
    let root = MerkleTree.root(of: leaves)
    let lookupsMax = 2 * (UInt64.bitWidth - UInt64(size).leadingZeroBitCount)
    let (found, rootLookups) = try nodes.counting { try MerkleTree.root(size: UInt64(size), node: nodes.node) }
    #expect(found == root && rootLookups == size.nonzeroBitCount)
    for index in Set([0, 1, 511, 512, 513, size / 2, size - 2, size - 1] + stride(from: 7, to: size, by: 97)) {
      let (proof, lookups) = try nodes.counting {
        try MerkleTree.inclusionProof(index: UInt64(index), size: UInt64(size), node: nodes.node)
      }
      #expect(proof?.verifies(leaf: leaves[index], root: root) == true)
      #expect(lookups <= lookupsMax)
      let old = index + 1
      let (growth, growthLookups) = try nodes.counting {
        try MerkleTree.consistencyProof(oldSize: UInt64(old), newSize: UInt64(size), node: nodes.node)
      }
      let oldRoot = try MerkleTree.root(size: UInt64(old), node: nodes.node)
      #expect(growth?.verifies(oldRoot: oldRoot, newRoot: root) == true)
      #expect(growthLookups <= lookupsMax)
    }
    for index in [0, 511, size - 1] {
      #expect(
        try MerkleTree.inclusionProof(index: UInt64(index), size: UInt64(size), node: nodes.node)
          == MerkleTree.inclusionProof(index: index, leaves: leaves))
    }
    for old in [1, 512, 1000, size - 1, size] where old <= size {
      #expect(
        try MerkleTree.consistencyProof(oldSize: UInt64(old), newSize: UInt64(size), node: nodes.node)
          == MerkleTree.consistencyProof(oldSize: old, leaves: leaves))
    }
  }

  @Test("the roots published with RFC 6962 come out of looked-up nodes, and so do its paths")
  func published() throws {
    let nodes = Nodes(Published.leaves)
    for (size, root) in Published.roots.enumerated() {
      #expect(try MerkleTree.root(size: UInt64(size), node: nodes.node).hex == root)
    }
    let first = try #require(try MerkleTree.inclusionProof(index: 0, size: 8, node: nodes.node))
    #expect(
      first.path.map(\.hex) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ])
    let third = try #require(try MerkleTree.inclusionProof(index: 2, size: 3, node: nodes.node))
    #expect(third.path.map(\.hex) == [Published.roots[2]])
    let growth = try #require(try MerkleTree.consistencyProof(oldSize: 6, newSize: 8, node: nodes.node))
    #expect(
      growth.path.map(\.hex) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
    let fifth = try #require(try MerkleTree.consistencyProof(oldSize: 2, newSize: 5, node: nodes.node))
    #expect(
      fifth.path.map(\.hex) == [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ])
  }

  @Test("there is no proof of a leaf or a tree that is not there, and none is looked for")
  func outOfRange() throws {
    let nodes = Nodes(leaves(3))
    #expect(try MerkleTree.inclusionProof(index: 3, size: 3, node: nodes.node) == nil)
    #expect(try MerkleTree.inclusionProof(index: 0, size: 0, node: nodes.node) == nil)
    #expect(try MerkleTree.inclusionProof(index: .max, size: .max, node: nodes.node) == nil)
    #expect(try MerkleTree.consistencyProof(oldSize: 4, newSize: 3, node: nodes.node) == nil)
    #expect(nodes.lookups == 0)
  }

  @Test("a tree at the end of 64 bits neither traps nor costs more than twice its height")
  func hugeTree() throws {
    let hash = leaves(1)[0]
    var lookups = 0
    func node(_ level: Int, _ index: UInt64) -> Hash {
      lookups += 1
      return hash
    }
    let sizes: [UInt64] = [.max, .max - 1, 1 << 63, 1 << 63 + 1]
    for size in sizes {
      for index in [0 as UInt64, size / 2, size - 1] {
        lookups = 0
        #expect(MerkleTree.inclusionProof(index: index, size: size, node: node)?.path.isEmpty == false)
        #expect(lookups <= 127)
        lookups = 0
        #expect(MerkleTree.consistencyProof(oldSize: index + 1, newSize: size, node: node) != nil)
        #expect(lookups <= 127)
      }
    }
  }

  @Test("what the look-up throws comes out as it is")
  func failingLookup() {
    let nodes = Nodes(leaves(4))
    #expect(throws: Nodes.Missing.self) { try MerkleTree.root(size: 5, node: nodes.node) }
    #expect(throws: Nodes.Missing.self) { try MerkleTree.inclusionProof(index: 0, size: 8, node: nodes.node) }
    #expect(throws: Nodes.Missing.self) { try MerkleTree.consistencyProof(oldSize: 4, newSize: 8, node: nodes.node) }
  }
}
