import MerkleTree
import Testing

@Suite("Proofs")
struct ProofTests {
  static let sizes = 1...40

  @Test("the published inclusion paths of the eight records come out")
  func publishedInclusion() throws {
    let proof = try #require(MerkleTree.inclusionProof(index: 0, leaves: Published.leaves))
    #expect(
      proof.path.map(\.hex) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ])
    let third = try #require(MerkleTree.inclusionProof(index: 2, leaves: Array(Published.leaves.prefix(3))))
    #expect(third.path.map(\.hex) == [Published.roots[2]])
  }

  @Test("the published consistency paths come out")
  func publishedConsistency() throws {
    let proof = try #require(MerkleTree.consistencyProof(oldSize: 6, leaves: Published.leaves))
    #expect(
      proof.path.map(\.hex) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
    let fifth = try #require(MerkleTree.consistencyProof(oldSize: 2, leaves: Array(Published.leaves.prefix(5))))
    #expect(
      fifth.path.map(\.hex) == [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ])
  }

  @Test("every inclusion proof verifies, and fails with any hash or the index altered", arguments: sizes)
  func inclusion(size: Int) throws {
    let leaves = leaves(size)
    let root = MerkleTree.root(of: leaves)
    for index in 0..<size {
      let proof = try #require(MerkleTree.inclusionProof(index: index, leaves: leaves))
      #expect(proof.verifies(leaf: leaves[index], root: root))
      #expect(try !proof.verifies(leaf: leaves[index].altered(), root: root))
      #expect(try !proof.verifies(leaf: leaves[index], root: root.altered()))
      for path in try alterations(of: proof.path) {
        var altered = proof
        altered.path = path
        #expect(!altered.verifies(leaf: leaves[index], root: root))
      }
      for other in 0...UInt64(size) + 1 where other != UInt64(index) {
        var altered = proof
        altered.leafIndex = other
        #expect(!altered.verifies(leaf: leaves[index], root: root))
      }
    }
  }

  @Test("an inclusion proof fails with any size of a tree where the way up is another", arguments: sizes)
  func inclusionSize(size: Int) throws {
    let leaves = leaves(size)
    let root = MerkleTree.root(of: leaves)
    for index in 0..<size {
      let proof = try #require(MerkleTree.inclusionProof(index: index, leaves: leaves))
      for other in 0...80 where other <= index || way(index, other) != way(index, size) {
        var altered = proof
        altered.treeSize = UInt64(other)
        #expect(!altered.verifies(leaf: leaves[index], root: root))
      }
    }
  }

  @Test("every consistency proof verifies, and fails with any hash altered", arguments: sizes)
  func consistency(newSize: Int) throws {
    let leaves = leaves(newSize)
    let newRoot = MerkleTree.root(of: leaves)
    for oldSize in 0...newSize {
      let oldRoot = MerkleTree.root(of: Array(leaves.prefix(oldSize)))
      let proof = try #require(MerkleTree.consistencyProof(oldSize: oldSize, leaves: leaves))
      #expect(proof.verifies(oldRoot: oldRoot, newRoot: newRoot))
      #expect(try !proof.verifies(oldRoot: oldRoot.altered(), newRoot: newRoot))
      // From the empty tree anything may follow.
      if oldSize > 0 { #expect(try !proof.verifies(oldRoot: oldRoot, newRoot: newRoot.altered())) }
      for path in try alterations(of: proof.path) {
        var altered = proof
        altered.path = path
        #expect(!altered.verifies(oldRoot: oldRoot, newRoot: newRoot))
      }
    }
  }

  @Test("a consistency proof fails with either size of a tree where the way up is another", arguments: sizes)
  func consistencySizes(newSize: Int) throws {
    let leaves = leaves(newSize)
    let newRoot = MerkleTree.root(of: leaves)
    for oldSize in 1..<newSize {
      let oldRoot = MerkleTree.root(of: Array(leaves.prefix(oldSize)))
      let proof = try #require(MerkleTree.consistencyProof(oldSize: oldSize, leaves: leaves))
      for (old, new) in (0...80).flatMap({ [($0, newSize), (oldSize, $0)] })
      where old == 0 || old >= new || way(old, of: new) != way(oldSize, of: newSize) {
        var altered = proof
        altered.oldSize = UInt64(old)
        altered.newSize = UInt64(new)
        #expect(!altered.verifies(oldRoot: oldRoot, newRoot: newRoot), "\(oldSize)→\(newSize) as \(old)→\(new)")
      }
    }
  }

  @Test("there is no proof for a leaf or a tree that is not there")
  func outOfRange() {
    let leaves = leaves(3)
    #expect(MerkleTree.inclusionProof(index: 3, leaves: leaves) == nil)
    #expect(MerkleTree.inclusionProof(index: -1, leaves: leaves) == nil)
    #expect(MerkleTree.inclusionProof(index: 0, leaves: []) == nil)
    #expect(MerkleTree.consistencyProof(oldSize: 4, leaves: leaves) == nil)
    #expect(MerkleTree.consistencyProof(oldSize: -1, leaves: leaves) == nil)
  }

  @Test("sizes at the end of 64 bits are refused, not trapped on")
  func hugeSizes() {
    let path = leaves(3)
    let sizes: [UInt64] = [.max, .max - 1, 1 << 63]
    for size in sizes {
      #expect(!InclusionProof(leafIndex: size - 1, treeSize: size, path: path).verifies(leaf: path[0], root: path[1]))
      #expect(!InclusionProof(leafIndex: size, treeSize: size, path: path).verifies(leaf: path[0], root: path[1]))
      #expect(
        !ConsistencyProof(oldSize: size - 1, newSize: size, path: path).verifies(oldRoot: path[0], newRoot: path[1]))
      #expect(!ConsistencyProof(oldSize: 1, newSize: size, path: path).verifies(oldRoot: path[0], newRoot: path[1]))
    }
  }

  /// The path with each hash altered, each left out, and one more at either end.
  private func alterations(of path: [Hash]) throws -> [[Hash]] {
    let extra = leaves(1)[0]
    var alterations = [path + [extra], [extra] + path]
    for index in path.indices {
      var altered = path
      altered[index] = try path[index].altered()
      var shorter = path
      shorter.remove(at: index)
      alterations += [altered, shorter]
    }
    return alterations
  }

  /// On which side the sibling is, from the root down to a leaf.
  private func way(_ index: Int, _ size: Int) -> String {
    guard size > 1 else { return "" }
    let half = largestPower(below: size)
    return index < half ? "r" + way(index, half) : "l" + way(index - half, size - half)
  }

  /// On which side the sibling is, from the root down to the last complete subtree of the old tree, and whether that is
  /// the whole old tree.
  private func way(_ old: Int, of new: Int, isWhole: Bool = true) -> String {
    guard old < new else { return isWhole ? "whole" : "part" }
    let half = largestPower(below: new)
    return old <= half
      ? "r" + way(old, of: half, isWhole: isWhole) : "l" + way(old - half, of: new - half, isWhole: false)
  }

  private func largestPower(below size: Int) -> Int {
    var power = 1
    while power * 2 < size { power *= 2 }
    return power
  }
}
