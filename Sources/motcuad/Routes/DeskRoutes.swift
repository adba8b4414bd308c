import Desk
import DeskInterface
import DeskService
import DeskWire
import EventSourcing
import Varlink

/// `vn.motcua.Desk`: one route for each verb.
struct DeskRoutes: Sendable {
  let service: DeskService
  let budget = CommandBudget()
  /// How many commands a user may record within a minute now; nil without a bound.
  let commandsPerMinute: @Sendable () -> Int?

  var routes: [Route] {
    [
      command(Wire.Receive.self), command(Wire.Consult.self), command(Wire.Progress.self),
      command(Wire.Apologise.self), command(Wire.Resolve.self), command(Wire.Return.self),
      command(Wire.Withdraw.self), command(Wire.Correct.self), command(Wire.Erase.self, role: .supervisor),
      command(Wire.Notify.self),
    ]
  }

  /// A verb: from the wire to the desk's command, recorded under the caller's name.
  private func command<Verb: DeskCall>(_: Verb.Type, role: Role = .clerk) -> Route {
    Route.one(Verb.self, role, at: .connection) { [self] call, caller in
      let asked = try call.command()
      let entry = call.entry
      let command = CaseCommand(
        asked.action, expected: entry?.expectedVersion.map { .exactly(Version(UInt32(clamping: $0))) } ?? .any,
        occurredAt: try date(entry?.occurredAt, "occurredAt"), reason: entry?.reason)
      let request = CommandRequest(
        asked.code.map { .existing($0) } ?? .newCase, command,
        actor: try await caller.acting(onBehalfOf: entry?.onBehalfOf, inRole: role),
        id: try id(entry?.commandId), canonicalText: Self.canonical(call))
      let accepted = try await record(request)
      var receipt = Wire.Receipt(accepted, now: service.now)
      if case .erase = asked.action {
        receipt.keyBackups = try await offPool { service.keyBackups(before: accepted.recordedAt, accepted.position) }
        if receipt.keyBackups == nil { receipt.keyBackupsUnknown = true }
      }
      return Verb.Answer(receipt: receipt)
    }.withoutViews
  }

  /// Records no more commands of one user than he may record. One that was recorded is answered, however often it comes, and
  /// one that is refused takes nothing of what he may.
  private func record(_ request: CommandRequest) async throws -> Accepted {
    let uid = request.actor.uid
    guard let limit = commandsPerMinute(), !Roles.isOperator(uid), try !service.isRecorded(request.id, by: uid) else {
      return try await service.record(request).get()
    }
    // Taken before, so that not more are under way than may be recorded.
    if let seconds = budget.take(of: uid, limit: limit) {
      // It may be recorded, and not in the views yet.
      try await service.caughtUp()
      if try service.isRecorded(request.id, by: uid) { return try await service.record(request).get() }
      throw WireFailure.wire(Wire.TooManyCommands(limit: limit, seconds: seconds))
    }
    let outcome = await service.record(request)
    guard case .success(let accepted) = outcome, !accepted.isRepeated else {
      budget.give(of: uid, limit: limit)
      return try outcome.get()
    }
    return accepted
  }

  private func id(_ text: String?) throws -> [UInt8] {
    guard let text else { return CommandID.make(milliseconds: service.now.microseconds / 1000) }
    guard let id = CommandID.bytes(text) else { throw Rejection.unreadableCommandID(String(text.prefix(100))) }
    return id
  }

  /// The same text for the same command, whatever order its fields came in and however its id was spelt.
  static func canonical<Verb: WireCommand>(_ call: Verb) -> [UInt8] {
    var call = call
    call.entry?.commandId = nil
    let json = call.sortedJSON
    var text = Array(Verb.method.utf8)
    text.reserveCapacity(text.count + 1 + json.count)
    text.append(0)
    // Its digest is in the ledger: the text stays what it was when slashes were escaped.
    var written = 0
    while written < json.count {
      let slash = slash(in: json, from: written)
      text += json[written..<slash]
      if slash < json.count { text += [UInt8(ascii: "\\"), UInt8(ascii: "/")] }
      written = slash + 1
    }
    return text
  }

  /// The next slash, or the end: most commands have none, so eight bytes are looked at together.
  private static func slash(in json: [UInt8], from start: Int) -> Int {
    let bytes = json.span.bytes
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = start
    while index + 8 <= json.count {
      let word = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) ^ ones &* UInt64(UInt8(ascii: "/"))
      if (word &- ones) & ~word & ones << 7 != 0 { break }
      index += 8
    }
    while index < json.count, json[index] != UInt8(ascii: "/") { index += 1 }
    return index
  }
}
