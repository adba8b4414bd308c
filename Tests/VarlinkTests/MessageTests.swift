import Testing
import Varlink

@Suite("Messages")
struct MessageTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(
    "missing, null and empty parameters are the same",
    arguments: [
      #"{"method":"a.b.C"}"#, #"{"method":"a.b.C","parameters":null}"#, #"{"parameters":{},"method":"a.b.C"}"#,
    ])
  func emptyParameters(_ frame: String) throws {
    let (call, parameters) = try Call.parse(Array(frame.utf8))
    #expect(call == Call(method: "a.b.C"))
    #expect(parameters.kind == .object && Array(parameters.members).isEmpty)
  }

  @Test("a call keeps its parameters byte for byte and splits its method at the last dot")
  func call() throws {
    let frame = #"{"more":true,"oneway":false,"upgrade":false,"method":"a.b.C","parameters":{ "x" : 1.0 }}"#
    let (call, parameters) = try Call.parse(Array(frame.utf8))
    #expect(text(call.parameters) == #"{ "x" : 1.0 }"#)
    #expect(call.more && !call.oneway)
    #expect(call.interface == "a.b" && call.shortMethod == "C")
    #expect(parameters["x"]?.kind == .number)
    #expect(Call(method: "C").interface == nil && Call(method: ".C").shortMethod == nil)
  }

  @Test(
    "what is not the shape of a call is refused where it goes wrong",
    arguments: [
      ("[]", 0), (#"{"parameters":{}}"#, 0), (#"{"method":1}"#, 10), (#"{"method":"a.B","parameters":[]}"#, 29),
      (#"{"method":"a.B","more":1}"#, 23), (#"{"method":"a.B","oneway":null}"#, 25),
      (#"{"method":"a.B","upgrade":true}"#, 26), (#"{"method":"a.B","uid":0}"#, 16),
      (#"{"method":"a.B","more":true,"oneway":true}"#, 0), (#"{"method":"a.B","method":"a.C"}"#, 16), ("", 0),
    ])
  func shape(_ frame: String, _ offset: Int) throws {
    let violation = #expect(throws: ProtocolViolation.self) { try Call.parse(Array(frame.utf8)) }
    #expect(violation?.offset == offset)
  }

  @Test("a call reads back as it was written")
  func callRoundTrip() throws {
    let call = Call(method: "a.b\"\u{1}C", parameters: Array(#"{"k":"é"}"#.utf8), more: true)
    #expect(try Call.parse(call.encoded()).call == call)
    #expect(VarlinkFrame.encode(call).last == 0)
  }

  @Test("replies carry only the keys that say something")
  func replies() {
    #expect(text(Reply().encoded()) == #"{"parameters":{}}"#)
    #expect(
      text(Reply(parameters: Array(#"{"a":1}"#.utf8), continues: true).encoded())
        == #"{"parameters":{"a":1},"continues":true}"#)
    #expect(
      text(Reply(VarlinkError.invalidParameter("a.\"b\"")).encoded())
        == #"{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"a.\"b\""}}"#)
  }

  @Test("replies read back, with unknown keys passed over")
  func replyRoundTrip() throws {
    for reply in [Reply(), Reply(parameters: Array(#"{"a":[]}"#.utf8), continues: true), Reply(.expectedMore)] {
      #expect(try Reply.parse(reply.encoded()) == reply)
    }
    #expect(try Reply.parse(Array(#"{"error":null,"parameters":null,"new":1}"#.utf8)) == Reply())
    #expect(throws: ProtocolViolation.self) { try Reply.parse(Array(#"{"error":"a.B","continues":true}"#.utf8)) }
    #expect(throws: ProtocolViolation.self) { try Reply.parse(Array(#"{"parameters":1}"#.utf8)) }
  }

  @Test("the parameters of a reply are read where they stand, and of one that is made here as well")
  func reply() throws {
    let made = Reply(parameters: ServiceInterface.GetInterfaceDescription.Answer(description: "/é").json)
    #expect(text(made.encoded()) == #"{"parameters":{"description":"/é"}}"#)
    for reply in [made, try Reply.parse(made.encoded())] {
      #expect(try reply.read(ServiceInterface.GetInterfaceDescription.Answer.self).description == "/é")
      #expect(throws: InterfaceMismatch(path: "vendor", reason: .missing)) {
        try reply.read(ServiceInterface.GetInfo.Answer.self)
      }
    }
  }
}
