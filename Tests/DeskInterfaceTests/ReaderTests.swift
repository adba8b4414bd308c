import DeskInterface
import TestSupport
import Testing
import Varlink

/// The generated readers and writers, held against what the texts themselves say of a message.
@Suite("The generated readers and writers")
struct ReaderTests {
  /// A message of an interface: its description, its Swift, and what the description says of a text.
  private struct Message {
    let name: String
    let interface: InterfaceDescription
    let fields: [Field]
    let type: any (JSONReadable & JSONWritable).Type
    let validate: (JSONNode) throws(InterfaceMismatch) -> Void
  }

  private static func messages() throws -> [Message] {
    let interfaces = try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) }
    var messages: [Message] = []
    func interface(_ name: String) throws -> (InterfaceDescription, String) {
      let short = String(name.split(separator: ".").last ?? "")
      return (try #require(interfaces.first { name == "\($0.name).\(short)" }), short)
    }
    func add<Method: WireMethod>(_: Method.Type) throws {
      let (interface, name) = try interface(Method.method)
      let method = try #require(interface.method(named: name))
      messages.append(
        Message(name: name, interface: interface, fields: method.input, type: Method.self) {
          node throws(InterfaceMismatch) in
          try interface.validate(parameters: node, of: name)
        })
      messages.append(
        Message(name: "\(name).Answer", interface: interface, fields: method.output, type: Method.Answer.self) {
          node throws(InterfaceMismatch) in
          try interface.validate(reply: node, of: name)
        })
    }
    func add<Error: WireError>(_: Error.Type) throws {
      let (interface, name) = try interface(Error.error)
      let error = try #require(interface.error(named: name))
      messages.append(
        Message(name: name, interface: interface, fields: error.parameters, type: Error.self) {
          node throws(InterfaceMismatch) in
          try interface.validate(error: node, named: name)
        })
    }
    for method in Wire.methods { try add(method) }
    for error in Wire.errors { try add(error) }
    #expect(Wire.methods.count == interfaces.flatMap(\.methods).count)
    #expect(Wire.errors.count == interfaces.flatMap(\.errors).count)
    return messages
  }

  private static func verdict(_ body: () throws(InterfaceMismatch) -> Void) -> InterfaceMismatch? {
    do {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "given messages that are made up, and spoilt here and there, then a reader that refuses the unknown says what the description says, and of the same place"
  )
  func strict() throws {
    var dice = Dice(seed: 907)
    var (fits, differs) = (0, 0)
    for message in try Self.messages() {
      for round in 0..<60 {
        var madeUp = MadeUp(.structure(message.fields), of: message.interface, &dice)
        for _ in 0..<(round % 3) { madeUp.spoil(&dice) }
        // Whatever it is, the gate passes objects only.
        guard case .object = madeUp else { continue }
        let text = madeUp.text(&dice)
        // Two members of one name do not get here either.
        guard let node = try? StrictJSON.parse(Array(text.utf8)) else { continue }
        let expected = Self.verdict { () throws(InterfaceMismatch) in try message.validate(node) }
        let found = Self.verdict { () throws(InterfaceMismatch) in _ = try message.type.init(node, unknown: .refused) }
        #expect(found == expected, "\(message.name) \(text)")
        if expected == nil { fits += 1 } else { differs += 1 }
      }
    }
    #expect(fits > 1000 && differs > 1000)
  }

  @Test(
    "given a message that fits, then what is written of it fits again, says the same, and leaves out what is missing")
  func written() throws {
    var dice = Dice(seed: 1118)
    for message in try Self.messages() {
      for _ in 0..<12 {
        let text = MadeUp(.structure(message.fields), of: message.interface, &dice).text(&dice)
        let node = try StrictJSON.parse(Array(text.utf8))
        let value = try message.type.init(node, unknown: .refused)
        let (json, sorted) = (value.json, value.sortedJSON)
        let written = try StrictJSON.parse(json)
        #expect(Self.verdict { () throws(InterfaceMismatch) in try message.validate(written) } == nil, "\(text)")
        #expect(Self.plain(written) == Self.plain(node), "\(message.name) \(text)")
        #expect(try message.type.init(written, unknown: .skipped).json == json)
        let names = written.members.compactMap(\.key.string)
        #expect(names == message.fields.map(\.name).filter(Set(names).contains), "as they are declared")
        #expect(Self.isSorted(try StrictJSON.parse(sorted)), "\(message.name)")
        #expect(Self.plain(try StrictJSON.parse(sorted)) == Self.plain(node))
      }
    }
  }

  @Test("given members and words that a newer daemon has, then an answer is read all the same")
  func newer() throws {
    var dice = Dice(seed: 26)
    for message in try Self.messages() {
      for _ in 0..<6 {
        let madeUp = MadeUp(.structure(message.fields), of: message.interface, &dice)
        guard case .object(let members) = madeUp else { continue }
        let later = MadeUp.object([("colour", .array([.object([("code", .null)])]))] + members + [("zone", .null)])
        let node = try StrictJSON.parse(Array(later.text(&dice).utf8))
        let plain = try StrictJSON.parse(Array(madeUp.text(&dice).utf8))
        let found = String(decoding: try message.type.init(node, unknown: .skipped).json, as: UTF8.self)
        let expected = String(decoding: try message.type.init(plain, unknown: .refused).json, as: UTF8.self)
        #expect(found == expected, "\(message.name)")
      }
    }
    let receipt =
      #"{"receipt":{"code":"1","number":1,"version":1,"position":1,"recordedAt":"","repeated":false,"#
      + #""status":"archived","late":false,"due":"","provisional":false,"owes":[{"kind":"thanks","at":""}]}}"#
    let answer = try Wire.Resolve.Answer(json: Array(receipt.utf8))
    #expect(answer.receipt.status == .newer("archived"))
    #expect(answer.receipt.owes.map(\.kind) == [.newer("thanks")])
    #expect(String(decoding: answer.json, as: UTF8.self) == receipt)
  }

  /// What a text says, in one way of saying it.
  private static func plain(_ node: JSONNode) -> String {
    switch node.kind {
    case .object:
      let members = node.members.filter { $0.value.kind != .null }.map { ($0.key.string ?? "", plain($0.value)) }
      return "{" + members.sorted { $0 < $1 }.map { "\($0):\($1)" }.joined(separator: ",") + "}"
    case .array: return "[" + node.elements.map(plain).joined(separator: ",") + "]"
    case .string: return JSONWriter.quoted(node.string ?? "")
    case .number: return node.double.map { "\($0 + 0)" } ?? ""
    default: return String(decoding: node.bytes, as: UTF8.self)
    }
  }

  private static func isSorted(_ node: JSONNode) -> Bool {
    let names = node.members.map { Array(($0.key.string ?? "").utf8) }
    return zip(names, names.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
      && node.members.allSatisfy { isSorted($0.value) } && node.elements.allSatisfy(isSorted)
  }
}
