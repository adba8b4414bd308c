import Desk
import EventSourcing
import Foundation
import SwiftProtobuf

@testable import DeskRecords
@testable import RecordPeer

/// Records by SwiftProtobuf.
enum Peer {
  static func encode(
    _ event: StoredEvent, slot: UInt64, keyCommitment: [UInt8], seal: RecordCoding.Seal
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
    if circumstances.isImported, let register = circumstances.register, !register.isEmpty {
      record.register = register
      record.schema = 3
    }
    switch event.body {
    case .office(.rulesAdopted(let book), _):
      record.rulesAdopted.text = CanonicalText.encode(book)
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
      for promise in deskEvent.promises {
        record.schema = 3
        record.promises.append(
          .with {
            $0.kind = .init(rawValue: Int(promise.kind.rawValue)) ?? .unspecified
            if let due = promise.due { $0.due = due.microseconds }
          })
      }
      if deskEvent.promises.contains(where: { $0.to != nil }) {
        personal.promisedTo = deskEvent.promises.map { $0.to ?? "" }
      }
      if personal != Vn_Motcua_Records_Personal() {
        record.keySlot = slot
        let part = SealedPart(slot: slot, number: record.bodyNumber)
        record.sealed = Data(try seal(try personal.serializedBytes(), part))
      }
    }
    if event.version == Version(1), event.kind != .received, event.body.streamKind == .case {
      record.schema = 3
      record.streamKind = .case
      record.keyCommitment = Data(keyCommitment)
    }
    return try record.serializedBytes()
  }

  /// The lowest schema that can say it: an older release reads what it knows.
  private static func lowestSchema(of body: StoredEvent.Body) -> UInt32 {
    switch body {
    case .desk(let event): event.body.kind == .notified ? 3 : 1
    case .office(.rulesAdopted(let book), _): book.rules.measures == .init() ? 1 : 3
    case .office(.restored(let facts), _):
      facts.isEndUnknown || facts.floor != nil || facts.erasures != nil ? 2 : 1
    case .office(.clockAccepted, _): 2
    }
  }

  static func decode(_ bytes: [UInt8], open: RecordCoding.Open) throws -> StoredEvent {
    var record: Vn_Motcua_Records_Record
    do {
      record = try Vn_Motcua_Records_Record(serializedBytes: bytes)
    } catch {
      throw RecordError.malformed("\(error)")
    }
    guard record.schema <= RecordCoding.schema else { throw RecordError.newerSchema(record.schema) }
    var personal = Vn_Motcua_Records_Personal()
    var isClosed = false
    if record.keySlot != 0 {
      let plain = try open(record.sealed.array, SealedPart(slot: record.keySlot, number: record.bodyNumber))
      isClosed = plain == nil
      do {
        personal = try Vn_Motcua_Records_Personal(serializedBytes: plain ?? [])
      } catch {
        throw RecordError.malformed("personal part: \(error)")
      }
    }
    guard record.schema > 0 else { throw RecordError.malformed("schema 0") }
    guard let offset = UTCOffset(minutes: Int(record.offsetMinutes)) else {
      throw RecordError.malformed("offset of \(record.offsetMinutes) minutes")
    }
    let circumstances = CaseEvent.Circumstances(
      recordedAt: try Timestamp(stored: record.recordedAt),
      occurredAt: try Timestamp(stored: record.recordedAt &- record.occurredBefore), offset: offset,
      actor: record.readActor(),
      lateEntryReason: personal.hasLateEntryReason ? personal.lateEntryReason : nil, isImported: record.imported,
      register: record.imported && !record.register.isEmpty ? record.register : nil,
      rules: Position(record.rules))
    let promises = try record.promises.enumerated().map { index, stored in
      guard let kind = Promised.Kind(rawValue: UInt8(clamping: stored.kind.rawValue)) else {
        throw RecordError.malformed("promise \(stored.kind)")
      }
      let name = index < personal.promisedTo.count ? personal.promisedTo[index] : ""
      return Promised(
        kind, due: stored.hasDue ? try Timestamp(stored: stored.due) : nil, to: name.isEmpty ? nil : name)
    }
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
      default: .desk(CaseEvent(try record.readBody(personal), circumstances, promises: promises))
      }
    if record.streamKind != .unspecified, record.streamKind.rawValue != Int(body.streamKind.rawValue) {
      throw RecordError.malformed("stream kind \(record.streamKind)")
    }
    if case .office = body, record.keySlot != 0 || !promises.isEmpty {
      throw RecordError.malformed("an event of the office with a seal")
    }
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
