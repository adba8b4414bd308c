public import Desk
public import DeskService
public import Varlink

/// A line of JSON that the process that reads files writes.
struct InspectionLine: JSONReadable, JSONWritable {
  /// How far the process has come; written before the next part is read.
  var step: Verification.Step?
  var damage: Damage?
  /// Why the process cannot do what it should, though that is no damage.
  var failure: Text?
  /// Whether it is the system that refused it something, such as to open a file.
  var isRefused: Bool?
  var salvage: SalvageLine?
}

/// What was found where a ledger is read piece by piece.
struct SalvageLine: JSONReadable, JSONWritable {
  /// These events are read next.
  var trying: ClosedRange<UInt64>?
  /// These events could be read, and have their stored hashes.
  var read: ClosedRange<UInt64>?
  /// This event could not be read, and the reader goes on.
  var unreadable: UInt64?
  /// A readable event as a line of an export, where that was asked for.
  var event: String?
  /// What the lines of an export of this ledger name as their source.
  var source: String?
  /// The last event, as far as it can be told.
  var last: UInt64?
}

extension InspectionLine {
  init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    self.init()
    var object = try cursor.object()
    while let member = try cursor.member(of: &object, ["step", "damage", "failure", "refused", "salvage"]) {
      switch member {
      case 0: step = try Verification.Step(from: &cursor)
      case 1: damage = try Damage(from: &cursor)
      case 2: failure = try Text(from: &cursor)
      case 3: isRefused = try cursor.bool()
      default: salvage = try SalvageLine(from: &cursor)
      }
    }
  }

  func write(to json: inout JSONWriter) {
    json.open()
    json.member("step", step)
    json.member("damage", damage)
    json.member("failure", failure)
    json.member("refused", isRefused)
    json.member("salvage", salvage)
    json.close()
  }
}

extension SalvageLine {
  init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    self.init()
    var object = try cursor.object()
    while let member = try cursor.member(of: &object, ["trying", "read", "unreadable", "event", "source", "last"]) {
      switch member {
      case 0: trying = try Self.range(&cursor)
      case 1: read = try Self.range(&cursor)
      case 2: unreadable = try cursor.unsigned()
      case 3: event = try cursor.string()
      case 4: source = try cursor.string()
      default: last = try cursor.unsigned()
      }
    }
  }

  func write(to json: inout JSONWriter) {
    json.open()
    json.member("trying", trying.map { [$0.lowerBound, $0.upperBound] })
    json.member("read", read.map { [$0.lowerBound, $0.upperBound] })
    json.member("unreadable", unreadable)
    json.member("event", event)
    json.member("source", source)
    json.member("last", last)
    json.close()
  }

  private static func range(_ cursor: inout JSONCursor) throws(InterfaceMismatch) -> ClosedRange<UInt64> {
    let ends = try cursor.array(UInt64.self)
    guard ends.count == 2, ends[0] <= ends[1] else { throw cursor.mismatch(.wrongType) }
    return ends[0]...ends[1]
  }
}

extension Verification.Phase: JSONWord {}
extension Damage.Kind: JSONWord {}

extension Verification.Step: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    self.init(phase: .ledger)
    var object = try cursor.object()
    while let member = try cursor.member(
      of: &object, ["phase", "done", "total", "position", "root", "checkpoints", "rows", "table"])
    {
      switch member {
      case 0: phase = try Verification.Phase(from: &cursor)
      case 1: done = try cursor.integer()
      case 2: total = try cursor.integer()
      case 3: position = try cursor.unsigned()
      case 4: root = try cursor.string()
      case 5: checkpoints = try cursor.integer()
      case 6: rows = try cursor.integer()
      default: table = try cursor.string()
      }
    }
  }

  public func write(to json: inout JSONWriter) {
    json.open()
    json.member("phase", phase)
    json.member("done", done)
    json.member("total", total)
    json.member("position", position)
    json.member("root", root)
    json.member("checkpoints", checkpoints)
    json.member("rows", rows)
    json.member("table", table)
    json.close()
  }
}

extension Damage: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    var kind: Kind?
    var position: UInt64?
    var code: String?
    var table: String?
    var reason: Text?
    var object = try cursor.object()
    while let member = try cursor.member(of: &object, ["kind", "position", "code", "table", "reason"]) {
      switch member {
      case 0: kind = try Kind(from: &cursor)
      case 1: position = try cursor.unsigned()
      case 2: code = try cursor.string()
      case 3: table = try cursor.string()
      default: reason = try Text(from: &cursor)
      }
    }
    guard let kind else { throw cursor.missing("kind", in: object) }
    guard let reason else { throw cursor.missing("reason", in: object) }
    self.init(kind, at: position, code: code, table: table, reason)
  }

  public func write(to json: inout JSONWriter) {
    json.open()
    json.member("kind", kind)
    json.member("position", position)
    json.member("code", code)
    json.member("table", table)
    json.member("reason", reason)
    json.close()
  }
}

extension Text: JSONReadable, JSONWritable {
  public init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    var vi: String?
    var en: String?
    var object = try cursor.object()
    while let member = try cursor.member(of: &object, ["vi", "en"]) {
      if member == 0 { vi = try cursor.string() } else { en = try cursor.string() }
    }
    guard let vi else { throw cursor.missing("vi", in: object) }
    guard let en else { throw cursor.missing("en", in: object) }
    self.init(vi: vi, en: en)
  }

  public func write(to json: inout JSONWriter) {
    json.open()
    json.member("vi", vi)
    json.member("en", en)
    json.close()
  }
}
