import DeskInterface
import Testing
import Varlink

@Suite("The interfaces")
struct InterfaceTests {
  private static func interfaces() throws -> [InterfaceDescription] {
    try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) }
  }

  @Test("the four texts are descriptions, each of its own interface")
  func parse() throws {
    #expect(
      try Self.interfaces().map(\.name) == ["vn.motcua.Desk", "vn.motcua.Views", "vn.motcua.Admin", "vn.motcua.Ledger"])
  }

  @Test("the texts keep to what every known parser takes: line feeds, no tabs, a comment on a line of its own")
  func plain() {
    for text in WireInterfaces.texts {
      #expect(!text.contains("\r") && !text.contains("\t") && text.hasSuffix("\n"))
      for line in text.split(separator: "\n") where line.contains("#") {
        #expect(line.drop { $0 == " " }.hasPrefix("#"), "\(line)")
      }
    }
  }

  @Test("a type that several interfaces have is the same in each")
  func shared() throws {
    var seen: [String: FieldType] = [:]
    for type in try Self.interfaces().flatMap(\.types) {
      #expect(seen[type.name] ?? type.type == type.type, "\(type.name)")
      seen[type.name] = type.type
    }
  }

  @Test("a command in Swift is one that the text allows")
  func example() throws {
    let desk = try #require(try Self.interfaces().first)
    let receive = Wire.Receive(
      kind: .procedure, procedure: "cai-chinh", applicant: "Hoa", papers: ["Tờ khai"],
      entry: Wire.Entry(commandId: "018f4e6a-0000-7000-8000-000000000001", expectedVersion: 0))
    try desk.validate(parameters: try StrictJSON.parse(receive.json), of: "Receive")
  }

  @Test("checkpoints and proofs in Swift are those that the texts describe, with and without what may be missing")
  func proofs() throws {
    let (views, admin) = (try Self.interfaces()[1], try Self.interfaces()[2])
    func node(_ value: some JSONWritable) throws -> JSONNode { try StrictJSON.parse(value.json) }
    try admin.validate(parameters: node(Wire.Checkpoint()), of: "Checkpoint")
    try admin.validate(reply: node(Wire.Checkpoint.Answer(note: "n", verifierKey: "k")), of: "Checkpoint")
    try views.validate(parameters: node(Wire.Prove(code: "1")), of: "Prove")
    try views.validate(parameters: node(Wire.Prove(code: "1", checkpoint: "n", open: true)), of: "Prove")
    let events = [Wire.ProvedEvent(position: 1, record: "", path: ["a"])]
    for (key, slot) in [(nil, nil), ("k", 7)] as [(String?, Int?)] {
      let answer = Wire.Prove.Answer(
        code: "1", checkpoint: "n", verifierKey: "v", events: events, key: key, keySlot: slot)
      try views.validate(reply: node(answer), of: "Prove")
    }
    try views.validate(parameters: node(Wire.ProveConsistency(old: "o")), of: "ProveConsistency")
    let growth = Wire.ProveConsistency.Answer(old: "o", new: "n", verifierKey: "v", path: ["a"])
    try views.validate(reply: node(growth), of: "ProveConsistency")
    try admin.validate(error: node(Wire.NoSigningKey()), named: "NoSigningKey")
    try admin.validate(error: node(Wire.UnknownCheckpoint(origin: "o", size: 1)), named: "UnknownCheckpoint")
    let tooOld = Wire.CheckpointTooOld(code: "1", position: 2, size: 1)
    try admin.validate(error: node(tooOld), named: "CheckpointTooOld")
    try admin.validate(error: node(Wire.HistoryChanged(size: 1)), named: "HistoryChanged")
  }
}
