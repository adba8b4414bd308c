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
    additionalData =
      (0..<8).map { UInt8(truncatingIfNeeded: slot >> (56 - 8 * $0)) }
      + (0..<4).map { UInt8(truncatingIfNeeded: type >> (24 - 8 * $0)) }
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

/// The one place that knows both forms of an event.
public enum RecordCoding {
  /// The form that is written now.
  public static let schema: UInt32 = 1

  public typealias Seal = (_ plain: [UInt8], _ part: SealedPart) throws -> [UInt8]
  /// Nil when the key is gone, or not here: the event then has its personal parts empty.
  public typealias Open = (_ sealed: [UInt8], _ part: SealedPart) throws -> [UInt8]?

  /// - Parameters:
  ///   - slot: where the key of the case lies.
  ///   - keyCommitment: stands in `received` only.
  public static func encode(
    _ event: StoredEvent, slot: UInt64, keyCommitment: [UInt8], seal: Seal
  ) throws -> [UInt8] {
    let circumstances = event.circumstances
    var record = Vn_Motcua_Records_Record()
    record.schema = schema
    record.stream = event.stream
    record.version = event.version.rawValue
    record.recordedAt = circumstances.recordedAt.microseconds
    record.occurredBefore = circumstances.recordedAt.microseconds &- circumstances.occurredAt.microseconds
    record.offsetMinutes = Int32(circumstances.offset.minutes)
    record.uid = circumstances.actor.uid
    record.account = circumstances.actor.account
    record.role = circumstances.actor.role ?? ""
    record.commandID = Data(event.command.id)
    record.commandDigest = Data(event.command.digest)
    record.rules = circumstances.rules.rawValue
    record.imported = circumstances.isImported
    switch event.body {
    case .office(.rulesAdopted(let book), _):
      record.rulesAdopted.text = try CanonicalText.encode(book)
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

  public static func decode(_ bytes: [UInt8], open: Open) throws -> StoredEvent {
    let record: Vn_Motcua_Records_Record
    do {
      record = try Vn_Motcua_Records_Record(serializedBytes: bytes)
    } catch {
      throw RecordError.malformed("\(error)")
    }
    guard record.schema <= schema else { throw RecordError.newerSchema(record.schema) }
    guard record.schema == schema else { throw RecordError.malformed("form \(record.schema)") }
    var personal = Vn_Motcua_Records_Personal()
    if record.keySlot != 0,
      let plain = try open([UInt8](record.sealed), SealedPart(slot: record.keySlot, type: record.bodyNumber))
    {
      do {
        personal = try Vn_Motcua_Records_Personal(serializedBytes: plain)
      } catch {
        throw RecordError.malformed("personal part: \(error)")
      }
    }
    guard let offset = UTCOffset(minutes: Int(record.offsetMinutes)) else {
      throw RecordError.malformed("offset of \(record.offsetMinutes) minutes")
    }
    let circumstances = CaseEvent.Circumstances(
      recordedAt: try Timestamp(stored: record.recordedAt),
      occurredAt: try Timestamp(stored: record.recordedAt &- record.occurredBefore), offset: offset,
      actor: Actor(uid: record.uid, account: record.account, role: record.role.isEmpty ? nil : record.role),
      lateEntryReason: personal.hasLateEntryReason ? personal.lateEntryReason : nil, isImported: record.imported,
      rules: Position(record.rules))
    let body: StoredEvent.Body =
      if case .rulesAdopted(let adopted) = record.body {
        .office(.rulesAdopted(try CanonicalText.decode(adopted.text)), circumstances)
      } else {
        .desk(CaseEvent(try record.readBody(personal), circumstances))
      }
    return StoredEvent(
      stream: record.stream, version: .init(record.version),
      command: .init(id: [UInt8](record.commandID), digest: [UInt8](record.commandDigest)), body: body)
  }
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
