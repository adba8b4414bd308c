import Desk
import DeskInterface
import DeskService
import DeskWire
import EventSourcing
import Varlink

/// `vn.motcua.Desk`: one route for each verb.
struct DeskRoutes: Sendable {
  private let service: DeskService
  private let charge: CommandCharge

  /// - Parameter commandsPerMinute: how many commands a user may record within a minute now; nil without a bound.
  init(service: DeskService, commandsPerMinute: @escaping @Sendable () -> Int?) {
    self.service = service
    charge = CommandCharge(service, commandsPerMinute)
  }

  var routes: [Route] {
    [
      command(Wire.Receive.self), command(Wire.Consult.self), command(Wire.Progress.self),
      command(Wire.Apologise.self), command(Wire.Resolve.self), command(Wire.Return.self),
      command(Wire.Withdraw.self), command(Wire.Correct.self), command(Wire.Erase.self, role: .supervisor),
      command(Wire.Notify.self),
    ]
  }

  /// A verb: from the wire to the desk's command, recorded under the caller's name. No task waits for the writer; there is one
  /// where the directory of users is asked for somebody else, or what was erased is looked for in backups.
  private func command<Verb: DeskCall>(_: Verb.Type, role: Role = .clerk) -> Route {
    let erases = Verb.self == Wire.Erase.self
    return Route.completing(Verb.self, role) { [self] call, caller, done in
      if erases || call.entry?.onBehalfOf != nil { return false }
      let request = try request(try asked(call), call, by: caller.actor)
      return try begin(request) { [service] outcome in
        done { Verb.Answer(receipt: Wire.Receipt.of(try outcome.get(), now: service.now)).json }
      }
    } otherwise: { [self] call, caller in
      let asked = try asked(call)
      let actor = try await caller.acting(onBehalfOf: call.entry?.onBehalfOf, inRole: role)
      let accepted = try await record(try request(asked, call, by: actor))
      var receipt = Wire.Receipt.of(accepted, now: service.now)
      if erases {
        receipt.keyBackups = try await offPool { service.keyBackups(before: accepted.recordedAt, accepted.position) }
        if receipt.keyBackups == nil { receipt.keyBackupsUnknown = true }
      }
      return Verb.Answer(receipt: receipt)
    }.withoutViews
  }

  private typealias Asked = (target: CommandRequest.Target, command: CaseCommand)

  private func asked(_ call: some DeskCall) throws -> Asked {
    let asked = try call.command()
    let entry = call.entry
    let command = CaseCommand(
      asked.action, expected: entry?.expectedVersion.map { .exactly(Version(UInt32(clamping: $0))) } ?? .any,
      occurredAt: try date(entry?.occurredAt, "occurredAt"), reason: entry?.reason)
    return (asked.code.map { .existing($0) } ?? .newCase, command)
  }

  private func request(_ asked: Asked, _ call: some DeskCall, by actor: Actor) throws -> CommandRequest {
    CommandRequest(
      asked.target, asked.command, actor: actor, id: try id(call.entry?.commandId), canonicalText: Self.canonical(call))
  }

  /// Hands a command to the writer, unless its user may record no more and it has to be waited for whether it is recorded.
  private func begin(
    _ request: CommandRequest, _ then: @escaping @Sendable (Result<Accepted, CommandFailure>) -> Void
  ) throws -> Bool {
    switch try charge.take(for: request) {
    case .free: service.record(request, then: then)
    case .taken(let limit):
      service.record(request) { [charge, uid = request.actor.uid] outcome in
        charge.settle(limit, for: uid, outcome)
        then(outcome)
      }
    case .over: return false
    }
    return true
  }

  private func record(_ request: CommandRequest) async throws -> Accepted {
    let uid = request.actor.uid
    switch try charge.take(for: request) {
    case .free: return try await service.record(request).get()
    case .taken(let limit):
      let outcome = await service.record(request)
      charge.settle(limit, for: uid, outcome)
      return try outcome.get()
    case .over(let limit, let seconds):
      try await service.caughtUp()
      guard try service.isRecorded(request.id, by: uid) else {
        throw WireFailure.wire(Wire.TooManyCommands(limit: limit, seconds: seconds))
      }
      return try await service.record(request).get()
    }
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
    let text = call.sortedJSON(of: Verb.method)
    var slash = Self.slash(in: text, from: 0)
    if slash == text.count { return text }
    // Its digest is in the ledger: the text stays what it was when slashes were escaped.
    var escaped: [UInt8] = []
    var written = 0
    while slash < text.count {
      escaped += text[written..<slash]
      escaped += [UInt8(ascii: "\\"), UInt8(ascii: "/")]
      written = slash + 1
      slash = Self.slash(in: text, from: written)
    }
    return escaped + text[written...]
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
