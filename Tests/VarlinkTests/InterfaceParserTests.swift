import Testing
import Varlink

@Suite("Interface texts")
struct InterfaceParserTests {
  @Test("a text is parsed with its comments and kept as it is")
  func parse() throws {
    let text = """
      # About the whole.
      # Two lines.
      interface org.example-1.notes

      # A detached remark.

      # One note.
      type Note (
        # Who wrote it.
        author: string, # trailing words belong to no field
        colour: Colour,
        tags: ?[]string,
        extra: [string](n: int, f: float, b: bool),
        any: object,
        mood: (glad, sad)
      )
      type Colour (red, green)
      method Add(note: Note) -> (id: int)
      method Nothing() -> ()
      error Full (limit: int)

      """
    let interface = try InterfaceDescription(parsing: text)
    #expect(interface.name == "org.example-1.notes")
    #expect(interface.documentation == "About the whole.\nTwo lines.")
    #expect(interface.text == text)
    #expect(interface.types.map(\.name) == ["Note", "Colour"])
    #expect(interface.types.first?.documentation == "One note.")
    guard case .structure(let fields)? = interface.type(named: "Note") else {
      Issue.record("Note is no structure")
      return
    }
    #expect(fields.map(\.name) == ["author", "colour", "tags", "extra", "any", "mood"])
    #expect(fields.map(\.documentation) == ["Who wrote it.", "", "", "", "", ""])
    #expect(fields[1].type == .named("Colour"))
    #expect(fields[2].type == .nullable(.array(.string)))
    guard case .map(.structure(let inner)) = fields[3].type else {
      Issue.record("extra is no map")
      return
    }
    #expect(inner.map(\.type) == [.int, .float, .bool])
    #expect(fields[4].type == .object)
    #expect(fields[5].type == .enumeration(["glad", "sad"]))
    #expect(interface.type(named: "Colour") == .enumeration(["red", "green"]))
    #expect(interface.method(named: "Add")?.output.map(\.name) == ["id"])
    #expect(interface.method(named: "Nothing")?.input.isEmpty == true)
    #expect(interface.error(named: "Full")?.parameters.map(\.type) == [.int])
    #expect(interface.method(named: "Full") == nil)
  }

  @Test("words of the language may name fields")
  func keywords() throws {
    let interface = try InterfaceDescription(
      parsing: "interface a.b\nmethod M(type: string, error: int, method: bool, interface: string, string: int)->()")
    #expect(interface.method(named: "M")?.input.count == 5)
  }

  @Test("the interface that every service offers is sound")
  func service() throws {
    let own = try #require(ServiceInterface.description)
    #expect(own.name == ServiceInterface.name)
    #expect(own.methods.map(\.name) == ["GetInfo", "GetInterfaceDescription"])
    #expect(own.errors.count == 6)
    for error in [
      VarlinkError.methodNotFound("m"), .interfaceNotFound("i"), .methodNotImplemented("m"),
      .invalidParameter("p"), .permissionDenied, .expectedMore,
    ] {
      let short = String(error.name.dropFirst(ServiceInterface.name.count + 1))
      try own.validate(error: StrictJSON.parse(error.parameters), named: short)
    }
  }

  @Test(
    "every error is told with its line and column",
    arguments: [
      ("", 1, 1), ("\n\n  method M() -> ()", 3, 3), ("interface", 1, 10), ("interface nodots", 1, 11),
      ("interface a..b", 1, 11), ("interface a.b-", 1, 11), ("interface a.-b", 1, 11), ("interface 1.b", 1, 11),
      ("interface .a.b", 1, 11), ("interface a.b.", 1, 11), ("interface a.b\nfoo", 2, 1),
      ("interface a.b\ntype t (a: int)", 2, 6), ("interface a.b\ntype T_x (a: int)", 2, 6),
      ("interface a.b\ntype T int", 2, 8), ("interface a.b\ntype T (a: int", 2, 15),
      ("interface a.b\ntype T (a: int,)", 2, 16), ("interface a.b\ntype T (a: int b: int)", 2, 16),
      ("interface a.b\ntype T (a: int, b)", 2, 18), ("interface a.b\ntype T (a, b: int)", 2, 13),
      ("interface a.b\ntype T (a: int, a: int)", 2, 17), ("interface a.b\ntype T (a, a)", 2, 12),
      ("interface a.b\ntype T (a_: int)", 2, 9), ("interface a.b\ntype T (a__b: int)", 2, 9),
      ("interface a.b\ntype T (_a: int)", 2, 9), ("interface a.b\ntype T (1a: int)", 2, 9),
      ("interface a.b\ntype T (a-b, c)", 2, 9), ("interface a.b\ntype T (a: integer)", 2, 12),
      ("interface a.b\ntype T (a: ??int)", 2, 13), ("interface a.b\ntype T (a: [int]int)", 2, 13),
      ("interface a.b\ntype T (a: []Missing)", 2, 14), ("interface a.b\ntype T (a: int)\ntype T (b: int)", 3, 6),
      ("interface a.b\ntype T (a: int)\nmethod T() -> ()", 3, 8),
      ("interface a.b\nmethod M() -> ()\nerror M ()", 3, 7), ("interface a.b\nmethod M() ()", 2, 12),
      ("interface a.b\nmethod M(a, b) -> ()", 2, 9), ("interface a.b\nmethod M() -> (x)", 2, 15),
      ("interface a.b\nerror E", 2, 8), ("interface a.b\nerror E (a; int)", 2, 11),
      ("interface a.b\ninterface a.c", 2, 1), ("interface a.b # é\n# é\n\ttype T (é: int)", 3, 10),
    ])
  func errors(_ text: String, _ line: Int, _ column: Int) throws {
    let error = #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(parsing: text) }
    #expect(error?.line == line && error?.column == column, "\(error.map(\.description) ?? "")")
  }

  @Test("deeply nested types are an error, not the end of the process")
  func depth() {
    for opening in ["[]", "?[]", "(a:"] {
      let text = "interface a.b\ntype T (a: " + String(repeating: opening, count: 100_000) + "int)"
      #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(parsing: text) }
    }
  }
}
