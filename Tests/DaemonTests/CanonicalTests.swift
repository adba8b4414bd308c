import DeskInterface
import Foundation
import Testing

@testable import motcuad

@Suite("The text of a command that its digest is made of")
struct CanonicalTests {
  @Test(
    "given a command with slashes, controls and accents, then its text is what it was in the first release: the digests of the ledgers that there are were made of that"
  )
  func text() throws {
    var call = Wire.Progress(code: "H56.26.07-261118-0001", step: "Xác minh 1/2 \"tổ 3\" \\ \n\t\u{1} 🙂")
    call.entry = Wire.Entry(commandId: "01927e5c-0000-7000-8000-000000000001", expectedVersion: 2)
    var without = call
    without.entry?.commandId = nil
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let expected = Array("vn.motcua.Desk.Progress".utf8) + [0] + Array(try encoder.encode(without))
    #expect(try DeskRoutes.canonical(call, \.entry) == expected)
    #expect(String(decoding: expected, as: UTF8.self).contains(#"1\/2 \"tổ 3\" \\ \n\t\u0001 🙂"#))
  }
}
