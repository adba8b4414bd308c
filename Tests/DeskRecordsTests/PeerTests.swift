import Desk
import DeskRecords
import EventSourcing
import TestSupport
import Testing

/// Another's code for the same format, generated from `record.proto`.
@Suite("The field lists beside SwiftProtobuf")
struct PeerTests {
  @Test(
    "made-up events of every kind are the same bytes, and both read them as the same", arguments: EventKind.allCases)
  func madeUp(kind: EventKind) throws {
    for seed in 0..<400 as Range<UInt64> {
      var made = MadeUp(seed: seed)
      let event = made.event(kind)
      let (record, same) = (try encode(event, RecordCoding.encode), try encode(event, Peer.encode))
      #expect(
        record == same,
        "seed \(seed): what Peer knows of \(kind) is in PeerBodies, and its schema in Peer.lowestSchema")
      let read = try? RecordCoding.current.decode(record, open: PlainSeal.open)
      #expect(read == (try? Peer.decode(record, open: PlainSeal.open)), "seed \(seed)")
      #expect(read != nil, "seed \(seed)")
    }
  }

  @Test("what is damaged is refused by both or read by both as the same", arguments: EventKind.allCases)
  func damaged(kind: EventKind) throws {
    for seed in 0..<150 as Range<UInt64> {
      var made = MadeUp(seed: seed)
      let record = try encode(made.event(kind), RecordCoding.encode)
      for _ in 0..<20 {
        var bytes = record
        for _ in 0...made.pick(3) where !bytes.isEmpty {
          let place = made.pick(bytes.count)
          switch made.pick(4) {
          case 0: bytes[place] ^= 1 << UInt8(made.pick(8))
          case 1: bytes.remove(at: place)
          case 2: bytes.insert(UInt8(made.pick(256)), at: place)
          default: bytes.removeLast(made.pick(bytes.count))
          }
        }
        expectSame(bytes, "seed \(seed)")
      }
    }
  }

  @Test("fields in another order, several times and of later releases are read as the other reads them")
  func order() throws {
    for seed in 0..<2000 as Range<UInt64> {
      var made = MadeUp(seed: seed)
      // Fields of two events of one kind, mixed: the last of each number counts, and parts of the body are one body.
      let kind = EventKind.allCases[made.pick(EventKind.allCases.count)]
      var fields = try topFields(encode(made.event(kind), RecordCoding.encode))
      fields += try topFields(encode(made.event(kind), RecordCoding.encode)).filter { _ in made.pick(2) == 0 }
      // A group, and a field of a number that nobody knows yet.
      fields += [[0xC3, 0x3E, 0x08, 0x01, 0xC4, 0x3E], [0xC8, 0x3E, 0x07]]
      fields.shuffle(using: &made.dice)
      expectSame(fields.flatMap(\.self), "seed \(seed)")
    }
  }

  /// One difference is meant: the generated code checks the letters of every field that it knows, ours those of the fields
  /// that the kind of event has. Others it passes over, as what a later release may have written.
  private func expectSame(_ bytes: [UInt8], _ note: String) {
    let ours = Result { try RecordCoding.current.decode(bytes, open: open) }
    let theirs = Result { try Peer.decode(bytes, open: open) }
    if case .failure(let error) = theirs, "\(error)".contains("invalidUTF8"), case .success = ours { return }
    #expect((try? ours.get()) == (try? theirs.get()), "\(note): \(bytes)\n\(ours)\n\(theirs)")
  }

  private func open(_ sealed: [UInt8], _ part: SealedPart) -> [UInt8]? { sealed.dropFirst(12).map { ~$0 } }

  private func encode(
    _ event: StoredEvent, _ encode: (StoredEvent, UInt64, [UInt8], RecordCoding.Seal) throws -> [UInt8]
  ) throws -> [UInt8] {
    try encode(event, 258, Samples.commitment, PlainSeal.seal)
  }

  /// The fields of a record that is whole, each with its tag.
  private func topFields(_ record: [UInt8]) throws -> [[UInt8]] {
    func number(_ place: inout Int) -> Int {
      var (value, shift) = (0, 0)
      while place < record.count {
        let byte = record[place]
        place += 1
        value |= Int(byte & 0x7F) << shift
        if byte < 0x80 { break }
        shift += 7
      }
      return value
    }
    var (fields, place) = ([[UInt8]](), 0)
    while place < record.count {
      let start = place
      let tag = number(&place)
      if tag & 7 == 2 {
        let count = number(&place)
        place += count
      } else {
        while record[place] >= 0x80 { place += 1 }
        place += 1
      }
      fields.append(Array(record[start..<place]))
    }
    return fields
  }
}
