import MerkleTree
import Testing

@Suite("Trees")
struct TreeTests {
  @Test("the published roots of the first 0 to 8 records come out", arguments: 0...8)
  func publishedRoots(size: Int) {
    #expect(MerkleTree.root(of: Array(Published.leaves.prefix(size))).hex == Published.roots[size])
  }

  @Test("a record hashes the same as an array and as a span")
  func spanAndArray() {
    for record in Published.records {
      #expect(MerkleTree.leafHash(record) == MerkleTree.leafHash(record.span))
    }
  }

  @Test("a record hashes the same behind the place of its hash, and the hash stands there")
  func inPlace() {
    for record in Published.records {
      var row = [UInt8](repeating: 7, count: Hash.size) + record
      #expect(MerkleTree.hashLeaf(in: &row) == MerkleTree.leafHash(record))
      #expect(row == MerkleTree.leafHash(record).bytes + record)
    }
  }

  @Test("a frontier has the root of the tree at every size from 0 to 300, and survives its encoding")
  func frontier() {
    let leaves = leaves(300)
    var frontier = Frontier()
    for size in 0...300 {
      #expect(frontier.size == UInt64(size))
      #expect(frontier.root == MerkleTree.root(of: Array(leaves.prefix(size))))
      #expect(frontier.peaks.count == size.nonzeroBitCount)
      #expect(Frontier(encoded: frontier.encoded) == frontier)
      if size < 300 { frontier.append(leaves[size]) }
    }
  }

  @Test("given the nodes that appending completed, the frontier of every size is found again from them")
  func frontierFromNodes() {
    let leaves = leaves(70)
    var frontier = Frontier()
    var nodes: [[UInt64]: Hash] = [:]
    for (index, leaf) in leaves.enumerated() {
      nodes[[0, UInt64(index)]] = leaf
      for (rise, hash) in frontier.append(leaf).enumerated() {
        nodes[[UInt64(rise) + 1, UInt64(index + 1) >> UInt64(rise + 1) - 1]] = hash
      }
      let found = Frontier(size: frontier.size) { level, index in
        nodes[[UInt64(level), index]] ?? MerkleTree.emptyRoot
      }
      #expect(found == frontier)
    }
  }

  @Test("a frontier encodes to the size in 8 bytes, big-endian, and its peaks")
  func encoding() {
    var frontier = Frontier()
    #expect(frontier.encoded == [0, 0, 0, 0, 0, 0, 0, 0])
    for leaf in leaves(3) { frontier.append(leaf) }
    let leaves = leaves(3)
    #expect(
      frontier.encoded
        == [0, 0, 0, 0, 0, 0, 0, 3] + MerkleTree.nodeHash(leaves[0], leaves[1]).bytes + leaves[2].bytes)
  }

  @Test("a frontier of too few or too many bytes, or of a size that does not fit its peaks, is refused")
  func strictEncoding() {
    var frontier = Frontier()
    for leaf in leaves(5) { frontier.append(leaf) }
    let encoded = frontier.encoded
    for count in 0..<encoded.count { #expect(Frontier(encoded: Array(encoded.prefix(count))) == nil) }
    #expect(Frontier(encoded: encoded + [0]) == nil)
    #expect(Frontier(encoded: encoded + leaves(1)[0].bytes) == nil)
    var seven = encoded
    seven[7] = 7
    #expect(Frontier(encoded: seven) == nil)
  }

  @Test("a hash reads back from its bytes, hexadecimal and base64, and from nothing of another length")
  func hashText() throws {
    let hash = Published.leaves[0]
    #expect(Hash(bytes: hash.bytes) == hash)
    #expect(Hash(hex: hash.hex) == hash)
    #expect(Hash(hex: hash.hex.uppercased()) == hash)
    #expect(Hash(base64: hash.base64) == hash)
    #expect(hash.base64 == "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=")
    #expect(try hash.altered() != hash)
    #expect(Hash(bytes: hash.bytes + [0]) == nil)
    #expect(Hash(bytes: hash.bytes.dropLast().map { $0 }) == nil)
    #expect(Hash(hex: String(hash.hex.dropLast())) == nil)
    #expect(Hash(hex: "xy" + hash.hex.dropFirst(2)) == nil)
    #expect(Hash(base64: String(hash.base64.dropLast())) == nil)
    // The last digit before the padding has two bits that carry nothing; only zeros are canonical.
    #expect(Hash(base64: hash.base64.replacing("B0=", with: "B1=")) == nil)
  }
}
