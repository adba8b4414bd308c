import DeskInterface
import Testing
import Varlink

@testable import motcuad

@Suite("The text of a command that its digest is made of")
struct CanonicalTests {
  private static let entry = Wire.Entry(
    commandId: "01927e5c-0000-7000-8000-000000000001", expectedVersion: 2, occurredAt: "2026-11-26T16:00",
    reason: "mất điện 1/2", onBehalfOf: "hoa")
  private static let entryText =
    #"{"expectedVersion":2,"occurredAt":"2026-11-26T16:00","onBehalfOf":"hoa","reason":"mất điện 1\/2"}"#

  /// - Returns: the method whose text it is.
  private func check(
    _ call: some WireCommand, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let method = type(of: call).method
    let text = "\(method)\0" + expected.replacing("ENTRY", with: Self.entryText)
    #expect(DeskRoutes.canonical(call) == Array(text.utf8), sourceLocation: sourceLocation)
    return method
  }

  @Test(
    "given any command, with slashes, controls and accents, then its text is what it was in the first release: the digests of the ledgers that there are were made of that"
  )
  func text() throws {
    let entry = Self.entry
    var checked: Set<String> = []
    checked.insert(
      check(
        Wire.Receive(
          kind: .procedure, procedure: "cai-chinh", applicant: "Nguyễn Thị \"Hoa\"", organisation: false,
          phone: "0907/118", place: "Tổ 3\\4", subject: "Cải chính\n\thộ tịch", channel: .onlineAssisted,
          papers: ["Tờ khai", "CCCD/1"], handedInBy: "Lê", authority: "giấy ủy quyền", help: "đọc", urgent: "🙂",
          responsible: "lan", entry: entry),
        #"{"applicant":"Nguyễn Thị \"Hoa\"","authority":"giấy ủy quyền","channel":"onlineAssisted","entry":ENTRY,"#
          + #""handedInBy":"Lê","help":"đọc","kind":"procedure","organisation":false,"papers":["Tờ khai","CCCD\/1"],"#
          + #""phone":"0907\/118","place":"Tổ 3\\4","procedure":"cai-chinh","responsible":"lan","#
          + #""subject":"Cải chính\n\thộ tịch","urgent":"🙂"}"#))
    checked.insert(check(Wire.Receive(kind: .enquiry), #"{"kind":"enquiry"}"#))
    checked.insert(
      check(
        Wire.Consult(code: "975", question: "q/\u{1}", guidance: "g", minutes: 10, entry: entry),
        #"{"code":"975","entry":ENTRY,"guidance":"g","minutes":10,"question":"q\/\u0001"}"#))
    checked.insert(
      check(
        Wire.Consult(
          question: "q", guidance: "g", applicant: "a", phone: "1", channel: .phone,
          entry: Wire.Entry(commandId: entry.commandId)),
        #"{"applicant":"a","channel":"phone","entry":{},"guidance":"g","phone":"1","question":"q"}"#))
    checked.insert(
      check(
        Wire.Progress(code: "975", step: "s", by: "b", group: "g", entry: entry),
        #"{"by":"b","code":"975","entry":ENTRY,"group":"g","step":"s"}"#))
    checked.insert(
      check(
        Wire.Apologise(
          code: "975", cause: "late", text: "t", signatory: "s", letterNumber: "1/XL", newDue: "+2", entry: entry),
        #"{"cause":"late","code":"975","entry":ENTRY,"letterNumber":"1\/XL","newDue":"+2","signatory":"s","text":"t"}"#)
    )
    checked.insert(
      check(
        Wire.Resolve(
          code: "975", outcome: .refused, reason: "r", documentNumber: "1/QĐ", signedBy: "s",
          apology: Wire.LateApology(cause: "late", text: "t", signatory: "s", letterNumber: "l"), entry: entry),
        #"{"apology":{"cause":"late","letterNumber":"l","signatory":"s","text":"t"},"code":"975","#
          + #""documentNumber":"1\/QĐ","entry":ENTRY,"outcome":"refused","reason":"r","signedBy":"s"}"#))
    checked.insert(
      check(
        Wire.Return(
          code: "975", to: "t", authority: "a", apology: Wire.LateApology(cause: "late", text: "t"), entry: entry),
        #"{"apology":{"cause":"late","text":"t"},"authority":"a","code":"975","entry":ENTRY,"to":"t"}"#))
    checked.insert(
      check(
        Wire.Withdraw(code: "975", by: "b", reason: "r", entry: entry),
        #"{"by":"b","code":"975","entry":ENTRY,"reason":"r"}"#))
    checked.insert(
      check(
        Wire.Correct(
          code: "975",
          changes: Wire.Changes(applicant: "a", phone: "p", place: "l", subject: "s", responsible: "r"), voids: 3,
          reason: "r", entry: entry),
        #"{"changes":{"applicant":"a","phone":"p","place":"l","responsible":"r","subject":"s"},"code":"975","#
          + #""entry":ENTRY,"reason":"r","voids":3}"#))
    checked.insert(
      check(
        Wire.Correct(code: "975", changes: Wire.Changes(), reason: "r"), #"{"changes":{},"code":"975","reason":"r"}"#))
    checked.insert(
      check(
        Wire.Notify(code: "975", of: 2, channel: .phone, outcome: .claimed, receipt: "r", entry: entry),
        #"{"channel":"phone","code":"975","entry":ENTRY,"of":2,"outcome":"claimed","receipt":"r"}"#))
    checked.insert(
      check(
        Wire.Erase(code: "975", basis: "Luật 91/2025", entry: entry),
        #"{"basis":"Luật 91\/2025","code":"975","entry":ENTRY}"#))
    let desk = try WireInterfaces.texts.map { try InterfaceDescription(parsing: $0) }
      .first { $0.name == "vn.motcua.Desk" }
    #expect(checked == Set(try #require(desk).methods.map { "vn.motcua.Desk.\($0.name)" }))
  }
}
