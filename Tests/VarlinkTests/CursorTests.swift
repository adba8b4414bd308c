import Testing
import Varlink

/// A message with everything that a cursor reads, its reader written as the generator writes one.
private struct Everything: JSONReadable, JSONWritable, Equatable {
  enum Colour: String, JSONWord { case red, green }

  struct Inner: JSONReadable, JSONWritable, Equatable {
    var name: String
    var numbers: [Int]

    init(name: String, numbers: [Int]) {
      self.name = name
      self.numbers = numbers
    }

    init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
      var name: String?
      var numbers: [Int]?
      var object = try cursor.object()
      while let member = try cursor.member(of: &object, ["name", "numbers"]) {
        if member == 0 { name = try cursor.string() } else { numbers = try cursor.array(Int.self) }
      }
      guard let name else { throw cursor.missing("name", in: object) }
      guard let numbers else { throw cursor.missing("numbers", in: object) }
      self.init(name: name, numbers: numbers)
    }

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("name", name)
      json.member("numbers", numbers)
      json.close()
    }
  }

  var yes: Bool?
  var int: Int?
  var large: UInt64?
  var fraction: Double?
  var colour: Colour?
  var text: String?
  var inner: Inner?
  var inners: [Inner]?

  init() {}

  init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
    var object = try cursor.object()
    while let member = try cursor.member(
      of: &object, ["yes", "int", "large", "fraction", "colour", "text", "inner", "inners"])
    {
      switch member {
      case 0: yes = try cursor.null() ? nil : cursor.bool()
      case 1: int = try cursor.null() ? nil : cursor.integer()
      case 2: large = try cursor.null() ? nil : cursor.unsigned()
      case 3: fraction = try cursor.null() ? nil : cursor.double()
      case 4: colour = try cursor.null() ? nil : Colour(from: &cursor)
      case 5: text = try cursor.null() ? nil : cursor.string()
      case 6: inner = try cursor.null() ? nil : Inner(from: &cursor)
      default: inners = try cursor.null() ? nil : cursor.array(Inner.self)
      }
    }
  }

  func write(to json: inout JSONWriter) {
    json.open()
    json.member("yes", yes)
    json.member("int", int)
    json.member("large", large)
    json.member("fraction", fraction)
    json.member("colour", colour)
    json.member("text", text)
    json.member("inner", inner)
    json.member("inners", inners)
    json.close()
  }
}

@Suite("A cursor reads typed values in one walk")
struct CursorTests {
  private func read(_ text: String, _ unknown: JSONCursor.Unknown = .refused) throws -> Everything {
    try Everything(json: Array(text.utf8), unknown: unknown)
  }

  private static let whole =
    #"{"yes":true,"int":-9223372036854775808,"large":18446744073709551615,"fraction":-0.5,"colour":"green","#
    + #""text":"Nguyễn \"Hoa\" \\ / \n 🙂","inner":{"name":"a","numbers":[]},"inners":[{"name":"","numbers":[1,2]}]}"#

  @Test("given every member in its order, then each is read, and what is written again is the same text")
  func inOrder() throws {
    let value = try read(Self.whole)
    #expect(value.yes == true && value.int == .min && value.large == .max && value.fraction == -0.5)
    #expect(value.colour == .green && value.text == "Nguyễn \"Hoa\" \\ / \n 🙂")
    #expect(value.inner == Everything.Inner(name: "a", numbers: []))
    #expect(value.inners == [Everything.Inner(name: "", numbers: [1, 2])])
    #expect(String(decoding: value.json, as: UTF8.self) == Self.whole)
  }

  @Test("given members in another order, with names that are escaped, then the same is read")
  func anyOrder() throws {
    let text =
      #" { "inners" : [ { "numbers" : [ 1 , 2 ] , "name" : "" } ] , "inner" : { "numbers" : [ ] , "name" : "a" },"#
      + #" "text" : "Nguy\u1ec5n \"Hoa\" \\ \/ \n \ud83d\ude42" , "c\u006flour" : "gr\u0065en" , "fraction" : -5e-1,"#
      + #" "large" : 18446744073709551615 , "int" : -9223372036854775808 , "\u0079es" : true } "#
    #expect(try read(text) == read(Self.whole))
  }

  @Test("given null or nothing, then what may be missing is, and what may not is told by its path")
  func missing() throws {
    #expect(try read("{}") == Everything())
    #expect(try read(#"{"yes":null,"int":null,"text":null,"inner":null,"inners":null,"colour":null}"#) == Everything())
    #expect(String(decoding: Everything().json, as: UTF8.self) == "{}")
  }

  @Test("given a row of marks for a word, then it is no word, at no more cost than its length", .timeLimit(.minutes(1)))
  func marks() {
    let marks = String(repeating: "\u{301}\u{316}", count: 1 << 18)
    #expect(throws: InterfaceMismatch(path: "colour", reason: .notInEnumeration)) {
      try read("{\"colour\":\"red\(marks)\"}")
    }
  }

  @Test(
    "given what does not fit, then its place is told, however deep it is",
    arguments: [
      (#"{"yes":1}"#, "yes", InterfaceMismatch.Reason.wrongType), (#"{"int":1.0}"#, "int", .wrongType),
      (#"{"int":1e2}"#, "int", .wrongType), (#"{"int":9223372036854775808}"#, "int", .wrongType),
      (#"{"int":-9223372036854775809}"#, "int", .wrongType), (#"{"int":"1"}"#, "int", .wrongType),
      (#"{"large":-1}"#, "large", .wrongType), (#"{"large":18446744073709551616}"#, "large", .wrongType),
      (#"{"fraction":1e999}"#, "fraction", .wrongType), (#"{"text":[]}"#, "text", .wrongType),
      (#"{"colour":"blue"}"#, "colour", .notInEnumeration), (#"{"colour":7}"#, "colour", .wrongType),
      (#"{"colour":"gree\u006e\u0301"}"#, "colour", .notInEnumeration), (#"{"inner":[]}"#, "inner", .wrongType),
      (#"{"inner":{"name":"a"}}"#, "inner.numbers", .missing), (#"{"inner":{}}"#, "inner.name", .missing),
      (#"{"inner":{"name":null,"numbers":[]}}"#, "inner.name", .missing),
      (#"{"inner":{"name":"a","numbers":[1,[2]]}}"#, "inner.numbers[1]", .wrongType),
      (#"{"inner":{"name":"a","numbers":[1,null]}}"#, "inner.numbers[1]", .missing),
      (#"{"inners":{}}"#, "inners", .wrongType), (#"{"inners":[{"name":"","numbers":[]},0]}"#, "inners[1]", .wrongType),
      (#"{"inners":[{"name":"","numbers":[]},{"name":"","numbers":["x"]}]}"#, "inners[1].numbers[0]", .wrongType),
      (#"{"inners":[{"name":"","numbers":[],"colour":1}]}"#, "inners[0].colour", .unknownField),
      (#"{"later":1}"#, "later", .unknownField), (#"{"inner":{"":1}}"#, "inner", .unknownField),
      (#"{"Yes":true}"#, "Yes", .unknownField), ("[]", "", .wrongType),
    ])
  func mismatches(text: String, path: String, reason: InterfaceMismatch.Reason) {
    #expect(throws: InterfaceMismatch(path: path, reason: reason)) { try read(text) }
  }

  @Test("given members that nobody knows, where they are skipped, then what is known is read: also behind them")
  func skipped() throws {
    let text = #"{"a":{"b":[1,{"c":{}}]},"int":1,"d":[],"inner":{"e":{"f":0},"name":"x","numbers":[3],"g":""},"h":1}"#
    let value = try read(text, .skipped)
    #expect(value.int == 1 && value.inner == Everything.Inner(name: "x", numbers: [3]))
    #expect(throws: InterfaceMismatch(path: "a", reason: .unknownField)) { try read(text) }
    // A word is no member: here it must be known all the same, since there is nothing to keep it in.
    #expect(throws: InterfaceMismatch(path: "colour", reason: .notInEnumeration)) {
      try read(#"{"colour":"blue"}"#, .skipped)
    }
  }

  @Test("given a value inside a text, then paths begin at that value")
  func inside() throws {
    let root = try StrictJSON.parse(Array(#"{"method":"m","parameters":{"inner":{"name":1}}}"#.utf8))
    let parameters = try #require(root["parameters"])
    #expect(throws: InterfaceMismatch(path: "inner.name", reason: .wrongType)) {
      try Everything(parameters, unknown: .refused)
    }
  }

  @Test("given what the gate does not pass, then nothing is read")
  func gate() {
    #expect(throws: StrictJSON.Failure.self) { try read(#"{"int":1,"int":2}"#) }
    #expect(throws: StrictJSON.Failure.self) { try read("") }
  }
}
