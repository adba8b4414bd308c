import Desk
import EventSourcing
import SwiftProtobuf

import struct FoundationEssentials.Data

/// What is sealed into a record, and how it is bound there.
public struct SealedPart: Sendable {
  public var slot: UInt64
  /// Slot and kind of event: a sealed part moved to another record does not open.
  public var additionalData: [UInt8]

  init(slot: UInt64, type: Int) {
    self.slot = slot
    var bytes: [UInt8] = []
    bytes.reserveCapacity(12)
    withUnsafeBytes(of: slot.bigEndian) { bytes += $0 }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: type).bigEndian) { bytes += $0 }
    additionalData = bytes
  }
}

/// Why a record cannot be read.
public enum RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformed(String)
  case newerSchema(UInt32)
  /// The record is whole, but what it seals does not open with its key.
  case sealBroken(slot: UInt64)

  public var description: String {
    switch self {
    case .malformed(let what): "a record that cannot be read: \(what)"
    case .newerSchema(let schema):
      "a record of form \(schema), and this release knows only form \(RecordCoding.schema): run the newer release"
    case .sealBroken(let slot): "the sealed part of a record does not open with key \(slot)"
    }
  }
}

/// The one place that knows both forms of an event. Whatever reads a record reads it here, so that older forms are
/// brought to this release's wherever they are met.
public struct RecordCoding: Sendable {
  /// The highest form that this release reads and writes.
  public static let schema: UInt32 = 2
  /// What this release reads.
  public static let current = RecordCoding()

  public typealias Seal = (_ plain: [UInt8], _ part: SealedPart) throws -> [UInt8]
  /// Nil when the key is gone or not here: the event is then read without what it seals.
  public typealias Open = (_ sealed: [UInt8], _ part: SealedPart) throws -> [UInt8]?

  /// Changes a record of one form into the next, what it seals included.
  typealias Upcaster =
    @Sendable (_ record: inout Vn_Motcua_Records_Record, _ personal: inout Vn_Motcua_Records_Personal) throws -> Void

  /// By the form that they start from. Form 1 is the first; form 2 has kinds and fields more, and changes none.
  var upcasters: [UInt32: Upcaster] = [1: { _, _ in }]

  /// - Parameters:
  ///   - slot: where the key of the case lies.
  ///   - keyCommitment: stands in `received` only.
  public static func encode(
    _ event: StoredEvent, slot: UInt64, keyCommitment: [UInt8], seal: Seal
  ) throws -> [UInt8] {
    let circumstances = event.circumstances
    var record = Vn_Motcua_Records_Record()
    record.schema = lowestSchema(of: event.body)
    record.stream = event.stream
    record.version = event.version.rawValue
    record.recordedAt = circumstances.recordedAt.microseconds
    record.occurredBefore = circumstances.recordedAt.microseconds &- circumstances.occurredAt.microseconds
    record.offsetMinutes = Int32(circumstances.offset.minutes)
    record.uid = circumstances.actor.uid
    record.account = circumstances.actor.account
    record.role = circumstances.actor.roleWord ?? ""
    record.onBehalfOf = circumstances.actor.onBehalfOf ?? ""
    record.commandID = Data(event.command.id)
    record.streamDigest = Data(event.command.digest)
    record.commandDigest = Data(event.command.digestOfBefore)
    record.rules = circumstances.rules.rawValue
    record.imported = circumstances.isImported
    switch event.body {
    case .office(.rulesAdopted(let book), _):
      record.rulesAdopted.text = try CanonicalText.encode(book)
    case .office(.restored(let facts), _):
      record.restored = .with {
        $0.knownSize = facts.knownSize
        $0.knownRoot = facts.knownRoot
        $0.size = facts.size
        $0.witness = facts.witness
        $0.unknownEnd = facts.isEndUnknown
        if let floor = facts.floor {
          $0.floorFirst = floor.first.number
          $0.floorLast = floor.last.number
          $0.serialFloor = floor.serial
        }
        if let erasures = facts.erasures { $0.erasures = erasures }
      }
    case .office(.clockAccepted(let facts), _):
      record.clockAccepted = .with {
        $0.shown = facts.shown.microseconds
        $0.expected = facts.expected.microseconds
      }
    case .desk(let deskEvent):
      var personal = Vn_Motcua_Records_Personal()
      if let reason = circumstances.lateEntryReason { personal.lateEntryReason = reason }
      record.write(deskEvent.body, keyCommitment: keyCommitment, personal: &personal)
      if personal != Vn_Motcua_Records_Personal() {
        record.keySlot = slot
        let part = SealedPart(slot: slot, type: record.bodyNumber)
        record.sealed = Data(try seal(try personal.serializedBytes(), part))
      }
    }
    return try record.serializedBytes()
  }

  /// The lowest form that can say it: an older release reads what it knows.
  private static func lowestSchema(of body: StoredEvent.Body) -> UInt32 {
    switch body {
    case .desk, .office(.rulesAdopted, _): 1
    case .office(.restored(let facts), _):
      facts.isEndUnknown || facts.floor != nil || facts.erasures != nil ? 2 : 1
    case .office(.clockAccepted, _): 2
    }
  }

  public func decode(_ bytes: [UInt8], open: Open) throws -> StoredEvent {
    var record: Vn_Motcua_Records_Record
    do {
      record = try Vn_Motcua_Records_Record(serializedBytes: bytes)
    } catch {
      throw RecordError.malformed("\(error)")
    }
    guard record.schema <= Self.schema else { throw RecordError.newerSchema(record.schema) }
    var personal = Vn_Motcua_Records_Personal()
    var isClosed = false
    if record.keySlot != 0 {
      let plain = try open(record.sealed.array, SealedPart(slot: record.keySlot, type: record.bodyNumber))
      isClosed = plain == nil
      do {
        personal = try Vn_Motcua_Records_Personal(serializedBytes: plain ?? [])
      } catch {
        throw RecordError.malformed("personal part: \(error)")
      }
    }
    while record.schema < Self.schema {
      guard let upcast = upcasters[record.schema] else { throw RecordError.malformed("form \(record.schema)") }
      try upcast(&record, &personal)
      record.schema += 1
    }
    guard let offset = UTCOffset(minutes: Int(record.offsetMinutes)) else {
      throw RecordError.malformed("offset of \(record.offsetMinutes) minutes")
    }
    let circumstances = CaseEvent.Circumstances(
      recordedAt: try Timestamp(stored: record.recordedAt),
      occurredAt: try Timestamp(stored: record.recordedAt &- record.occurredBefore), offset: offset,
      actor: record.readActor(),
      lateEntryReason: personal.hasLateEntryReason ? personal.lateEntryReason : nil, isImported: record.imported,
      rules: Position(record.rules))
    let body: StoredEvent.Body =
      switch record.body {
      case .rulesAdopted(let adopted): .office(.rulesAdopted(try CanonicalText.decode(adopted.text)), circumstances)
      case .restored(let facts):
        .office(
          .restored(
            Restored(
              knownSize: facts.knownSize, knownRoot: facts.knownRoot, size: facts.size, witness: facts.witness,
              isEndUnknown: facts.unknownEnd, floor: facts.floor,
              erasures: facts.hasErasures ? facts.erasures : nil)),
          circumstances)
      case .clockAccepted(let facts):
        .office(
          .clockAccepted(
            ClockAccepted(
              shown: try Timestamp(stored: facts.shown), expected: try Timestamp(stored: facts.expected))),
          circumstances)
      default: .desk(CaseEvent(try record.readBody(personal), circumstances))
      }
    if case .office = body, record.keySlot != 0 { throw RecordError.malformed("an event of the office with a seal") }
    var event = StoredEvent(
      stream: record.stream, version: .init(record.version),
      command: .init(
        id: record.commandID.array, digest: record.streamDigest.array, digestOfBefore: record.commandDigest.array),
      body: body)
    event.isClosed = isClosed
    return event
  }
}

extension Vn_Motcua_Records_Restored {
  fileprivate var floor: SerialFloor? {
    guard hasFloorFirst, hasFloorLast else { return nil }
    return SerialFloor(
      first: CalendarDay(number: floorFirst), last: CalendarDay(number: floorLast), serial: serialFloor)
  }
}

extension Vn_Motcua_Records_Record {
  fileprivate func readActor() -> Actor {
    var actor = Actor(uid: uid, account: account, onBehalfOf: onBehalfOf.isEmpty ? nil : onBehalfOf)
    if !role.isEmpty {
      // After a return to an earlier release the ledger must still be readable.
      actor.role = Role(rawValue: role)
      if actor.role == nil { actor.laterRole = role }
    }
    return actor
  }
}

extension Data {
  /// Copied at once; an array made of `Data` goes byte by byte.
  fileprivate var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

extension Timestamp {
  /// The years 0 to 10,000: wider than what any command can say, and narrow enough to count days and add terms in.
  private static let readable: ClosedRange<Int64> = -62_167_219_200_000_000...253_433_923_200_000_000

  init(stored microseconds: Int64) throws {
    guard Self.readable.contains(microseconds) else {
      throw RecordError.malformed("an instant of \(microseconds) microseconds")
    }
    self.init(microseconds: microseconds)
  }
}
