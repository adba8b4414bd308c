import Testing
import Varlink

@Suite("Parameters against their description")
struct InterfaceValidationTests {
  private let interface: InterfaceDescription

  init() throws {
    interface = try InterfaceDescription(
      parsing: """
        interface org.example.store
        type Colour (red, green)
        type Entry (name: string, colour: ?Colour, parts: ?[]Entry)
        method Put(
          entry: ?Entry, n: ?int, f: ?float, b: ?bool, s: ?string, c: ?Colour,
          list: ?[]int, map: ?[string]bool, any: ?object
        ) -> (id: int)
        method Need(a: int, b: ?int, c: string) -> ()
        error Full (limit: int)
        """)
  }

  private func mismatch(_ json: String, of method: String = "Put") throws -> InterfaceMismatch? {
    let node = try StrictJSON.parse(Array(json.utf8))
    do {
      try interface.validate(parameters: node, of: method)
      return nil
    } catch { return error }
  }

  @Test(
    "what fits passes",
    arguments: [
      "{}", #"{"n":0}"#, #"{"n":-0}"#, #"{"n":9223372036854775807}"#, #"{"n":-9223372036854775808}"#, #"{"n":null}"#,
      #"{"f":1}"#, #"{"f":1.5e-3}"#, #"{"b":false}"#, #"{"s":""}"#, #"{"c":"red"}"#, #"{"c":"\u0072ed"}"#,
      #"{"list":[]}"#, #"{"list":[1,2]}"#, #"{"map":{}}"#, #"{"map":{"é":true}}"#, #"{"any":{"x":[1.0]}}"#,
      #"{"any":1}"#, #"{"any":[]}"#, #"{"entry":{"name":"x"}}"#, #"{"\u006e":1}"#,
      #"{"entry":{"name":"x","colour":"green","parts":[{"name":"y","parts":[]},{"name":"z"}]}}"#,
    ])
  func fits(_ json: String) throws {
    #expect(try mismatch(json) == nil)
  }

  @Test(
    "what does not fit is named by its path",
    arguments: [
      (#"{"x":1}"#, "x", .unknownField), (#"{"N":1}"#, "N", .unknownField), (#"{"n":1.0}"#, "n", .wrongType),
      (#"{"n":1e3}"#, "n", .wrongType), (#"{"n":"1"}"#, "n", .wrongType), (#"{"n":true}"#, "n", .wrongType),
      (#"{"n":9223372036854775808}"#, "n", .wrongType), (#"{"n":-9223372036854775809}"#, "n", .wrongType),
      (#"{"f":"1"}"#, "f", .wrongType), (#"{"f":1e400}"#, "f", .wrongType), (#"{"b":0}"#, "b", .wrongType),
      (#"{"b":"true"}"#, "b", .wrongType), (#"{"s":1}"#, "s", .wrongType), (#"{"s":{}}"#, "s", .wrongType),
      (#"{"c":"blue"}"#, "c", .notInEnumeration), (#"{"c":"Red"}"#, "c", .notInEnumeration),
      (#"{"c":1}"#, "c", .wrongType), (#"{"list":{}}"#, "list", .wrongType),
      (#"{"list":[1,"2"]}"#, "list[1]", .wrongType), (#"{"list":[null]}"#, "list[0]", .missing),
      (#"{"map":[]}"#, "map", .wrongType), (#"{"map":{"k":1}}"#, "map.k", .wrongType),
      (#"{"entry":[]}"#, "entry", .wrongType), (#"{"entry":{}}"#, "entry.name", .missing),
      (#"{"entry":{"name":null}}"#, "entry.name", .missing),
      (#"{"entry":{"name":"x","colour":"blue"}}"#, "entry.colour", .notInEnumeration),
      (#"{"entry":{"name":"x","size":1}}"#, "entry.size", .unknownField),
      (
        #"{"entry":{"name":"x","parts":[{"name":"y"},{"name":"z","parts":[{"nam":""}]}]}}"#,
        "entry.parts[1].parts[0].nam", .unknownField
      ),
    ] as [(String, String, InterfaceMismatch.Reason)])
  func refuses(_ json: String, _ path: String, _ reason: InterfaceMismatch.Reason) throws {
    #expect(try mismatch(json) == InterfaceMismatch(path: path, reason: reason))
  }

  @Test("required fields must be there, nullable ones need not")
  func required() throws {
    #expect(try mismatch(#"{"a":1,"c":""}"#, of: "Need") == nil)
    #expect(try mismatch(#"{"a":1,"b":2}"#, of: "Need") == InterfaceMismatch(path: "c", reason: .missing))
    #expect(try mismatch("{}", of: "Need") == InterfaceMismatch(path: "a", reason: .missing))
    #expect(try mismatch("{}", of: "Other") == InterfaceMismatch(path: "Other", reason: .unknownDeclaration))
  }

  @Test("a name that merely looks equal to Swift is not the declared one")
  func canonicalEquivalence() throws {
    let kelvin = try InterfaceDescription(parsing: "interface a.b\nmethod M(K: ?int) -> ()")
    let node = try StrictJSON.parse(Array("{\"\u{212A}\":1}".utf8))
    #expect(throws: InterfaceMismatch.self) { try kelvin.validate(parameters: node, of: "M") }
  }

  @Test("replies and refusals are checked in the same way")
  func outputs() throws {
    let id = try StrictJSON.parse(Array(#"{"id":1}"#.utf8))
    let limit = try StrictJSON.parse(Array(#"{"limit":1}"#.utf8))
    try interface.validate(reply: id, of: "Put")
    try interface.validate(error: limit, named: "Full")
    #expect(throws: InterfaceMismatch.self) { try interface.validate(reply: limit, of: "Put") }
    #expect(throws: InterfaceMismatch.self) { try interface.validate(error: id, named: "Full") }
  }
}
