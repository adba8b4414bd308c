import DeskInterface
import Foundation
import Testing
import Varlink
import VarlinkClient

@Suite("Texts that come in", .oneAtATime)
struct TextFieldTests {
  /// Texts that are no words: each is read strictly, and what it cannot be is refused by an error of its own.
  private static let notWords: Set<String> = [
    "entry.commandId", "entry.occurredAt", "Apologise.newDue", "List.dueBefore", "List.asOf", "Tally.asOf",
    "SetClock.to", "Upload.upload", "Import.upload", "Import.mapping", "ImportLedger.upload", "ImportLedger.keys",
    "Prove.checkpoint", "ProveConsistency.old", "ProveConsistency.new", "AcceptClock.shown",
    "Archived.root",
  ]
  /// A file: its fields are words, and checked when it is read (`rows`).
  private static let files: Set<String> = ["Upload.text"]

  /// What a method takes beside the text that is tried. `CODE` is a case of its own.
  private static var others: [String: [String: Any]] {
    [
      "Receive": ["kind": "procedure", "procedure": "cai-chinh", "applicant": "Hoa"],
      "Consult": ["question": "q", "guidance": "g"], "Progress": ["code": "CODE", "step": "s"],
      "Apologise": ["code": "CODE", "cause": "conduct", "text": "Xin lỗi"], "Resolve": ["code": "CODE"],
      "Return": ["code": "CODE", "authority": "giấy ủy quyền"], "Withdraw": ["code": "CODE", "reason": "r"],
      "Correct": ["code": "CODE", "reason": "r", "changes": ["phone": "0912"]],
      "Erase": ["code": "CODE", "basis": "b"], "Notify": ["code": "CODE", "channel": "phone", "outcome": "sent"],
      "Show": ["code": "CODE"], "History": ["code": "CODE"], "Search": ["words": "hoa"], "Explain": ["code": "CODE"],
      "GetSlip": ["code": "CODE"], "Prove": ["code": "CODE"], "ProveConsistency": ["old": "x"],
      "Upload": ["text": "x"], "Import": ["upload": "x", "mapping": "x"], "ImportLedger": ["upload": "x"],
      "SetClock": ["to": "+1"], "Archived": ["size": 1],
    ]
  }

  /// A text of a method: where it stands in its parameters.
  private struct Place: CustomStringConvertible {
    var interface: String
    var method: String
    var path: [String]

    var name: String { path[0] == "entry" ? path.joined(separator: ".") : "\(method).\(path.joined(separator: "."))" }
    var description: String { name }
  }

  private static func places() throws -> [Place] {
    try WireInterfaces.texts.flatMap { text in
      let interface = try InterfaceDescription(parsing: text)
      func paths(_ type: FieldType, _ path: [String]) -> [[String]] {
        switch type {
        case .string: [path]
        case .nullable(let type): paths(type, path)
        case .array(let type): paths(type, path + ["0"])
        case .named(let name): interface.type(named: name).map { paths($0, path) } ?? []
        case .structure(let fields): fields.flatMap { paths($0.type, path + [$0.name]) }
        default: []
        }
      }
      return interface.methods.flatMap { method in
        method.input.flatMap { paths($0.type, [$0.name]) }
          .map { Place(interface: interface.name, method: method.name, path: $0) }
      }
    }
  }

  private static func parameters(_ place: Place, _ text: String, code: String, at: String) throws -> [UInt8] {
    var parameters = others[place.method] ?? [:]
    for (key, value) in parameters where value as? String == "CODE" { parameters[key] = code }
    func put(_ path: ArraySlice<String>, in value: Any?) -> Any {
      guard let first = path.first else { return text }
      if first == "0" { return [put(path.dropFirst(), in: nil)] }
      var object = value as? [String: Any] ?? [:]
      if path.count == 1, path.startIndex > 0, place.path[0] == "apology" {
        object = ["cause": "late", "text": "Xin lỗi"]
      }
      object[first] = put(path.dropFirst(), in: object[first])
      return object
    }
    parameters = put(place.path[...], in: parameters) as? [String: Any] ?? [:]
    if place.name == "entry.reason" { parameters["entry"] = ["reason": text, "occurredAt": at] }
    return Array(try JSONSerialization.data(withJSONObject: parameters))
  }

  /// What a call was answered first, or refused with.
  private static func answer(_ daemon: RunningDaemon, _ place: Place, _ parameters: [UInt8]) throws -> VarlinkError {
    var answer = VarlinkError(name: "")
    do {
      try daemon.connect().stream("\(place.interface).\(place.method)", parameters: parameters) { reply in
        answer = VarlinkError(name: "", parameters: reply.parameters)
        return false
      }
    } catch CallError.varlink(let error) {
      answer = error
    }
    return answer
  }

  /// A case that the method may go on with.
  private static func makeCase(_ method: String, _ desk: Connection) throws -> Wire.Receipt {
    if method == "Erase" { return try desk.ask(Wire.Consult(question: "q", guidance: "g")).receipt }
    let receipt = try desk.receive("Hoa")
    if method == "Return" { _ = try desk.ask(Wire.Resolve(code: receipt.code)) }
    return receipt
  }

  private static let decomposed = "Nguye\u{302}\u{303}n"
  private static let composed = "Nguy\u{1EC5}n"

  @Test(
    "every text of every method is composed, and refused when it is too long or has a control or what turns the direction"
  )
  func everyText() throws {
    let daemon = try RunningDaemon()
    try Configuration.promiseNotices(daemon)
    daemon.arguments = ["--demo", "--clock", "2026-11-18T09:00"]
    try daemon.start()
    let desk = try daemon.connect()
    let places = try Self.places()
    #expect(places.count > 80)
    #expect(Self.notWords.union(Self.files).isSubset(of: Set(places.map(\.name))))
    let shown = try desk.receive("Hoa")
    for place in places where !Self.files.contains(place.name) {
      let receipt = place.interface == "vn.motcua.Desk" ? try Self.makeCase(place.method, desk) : shown
      func answer(_ text: String) throws -> VarlinkError {
        try Self.answer(
          daemon, place, try Self.parameters(place, text, code: receipt.code, at: receipt.recordedAt))
      }
      let position = try desk.ask(Wire.GetStatus()).status.position
      let bad = try [
        answer("Hoa\u{202E}x"), answer("Hoa\u{7}x"), answer(String(repeating: "x", count: 20_000)),
      ]
      #expect(try desk.ask(Wire.GetStatus()).status.position == position, "\(place)")
      let good = try answer(Self.decomposed)
      if Self.notWords.contains(place.name) {
        for answer in bad + [good] {
          #expect(
            answer.name.hasPrefix("vn.motcua."),
            "\(place): \(answer); what else \(place.method) takes stands in `others`")
          #expect(answer.parameters.count < 2000, "\(place)")
        }
        continue
      }
      let (notAllowed, tooLong) = (Wire.TextNotAllowed.error, Wire.TextTooLong.error)
      #expect(
        bad.map(\.name) == [notAllowed, notAllowed, tooLong],
        "\(place): is it checked by FieldText, and does what else \(place.method) takes stand in `others`?")
      // By bytes: two spellings of one letter are equal to Swift.
      #expect(!Self.has(good.parameters, Self.decomposed), "\(place)")
      guard place.interface == "vn.motcua.Desk", good.name.isEmpty else { continue }
      var history: [UInt8] = []
      let code = try Wire.Receive.Answer(json: good.parameters).receipt.code
      try daemon.connect().stream(Wire.History.method, parameters: Wire.History(code: code).json) {
        history += $0.parameters
        return true
      }
      #expect(!Self.has(history, Self.decomposed), "\(place)")
      // What an erasure says beside its basis is erased with the rest.
      if place.method != "Erase" || place.path == ["basis"] { #expect(Self.has(history, Self.composed), "\(place)") }
    }
  }

  private static func has(_ bytes: [UInt8], _ text: String) -> Bool {
    Data(bytes).range(of: Data(text.utf8)) != nil
  }

  @Test("the rows of a register that is brought in are words like any others")
  func rows() throws {
    let daemon = try RunningDaemon()
    try daemon.start()
    let desk = try daemon.connect()
    let mapping = """
      [columns]
      case = "c"
      received_at = "r"
      due = "d"
      activity = "s"
      at = "r"
      applicant = "a"
      [channels]
      """
    func row(_ code: String, _ name: String) -> String {
      "c,r,d,s,a\n\(code),2026-01-05T09:00:00Z,2026-01-06T09:00:00Z,x,\(name)\n"
    }
    for bad in ["Hoa\u{202E}x", "Hoa\u{7}x", String(repeating: "x", count: 301)] {
      #expect(throws: CallError.self) { try desk.importText(row("NK-1", bad), mapping: mapping) }
    }
    _ = try desk.importText(row("NK-2", Self.decomposed), mapping: mapping)
    let name = try desk.ask(Wire.Show(code: "NK-2")).case.applicant ?? ""
    #expect(Array(name.utf8) == Array(Self.composed.utf8))
  }
}
