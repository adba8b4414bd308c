import DeskInterface
import Testing
import Varlink

@Suite("The interfaces")
struct InterfaceTests {
  private static func interfaces() throws -> [InterfaceDescription] {
    try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) }
  }

  @Test("the three texts are descriptions, each of its own interface")
  func parse() throws {
    #expect(
      try Self.interfaces().map(\.name) == ["vn.motcua.Desk", "vn.motcua.Views", "vn.motcua.Admin"])
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
    try desk.validate(parameters: try StrictJSON.parse(try Coding.encode(receive)), of: "Receive")
  }
}
