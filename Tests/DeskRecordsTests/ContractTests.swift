import Desk
import EventSourcing
import Foundation
import TestSupport
import Testing

@testable import DeskRecords

/// `record.proto` is what others read the ledger by, and the field lists are what is written: the two say the same.
@Suite("The field lists and record.proto")
struct ContractTests {
  private static let file = Project.folder.appending(path: "Sources/DeskRecords/record.proto")

  @Test(
    "every field of a kind's message is in its list by number, name and type, and every listed field is in the message")
  func bodies() throws {
    let contract = try Contract(Self.file)
    var personal: Set<String> = []
    for kind in EventKind.allCases {
      let event = Samples.full(kind)
      var (body, sealed) = (FieldList(), FieldList())
      _ = try event.body.write(&body, personal: &sealed, keyCommitment: Samples.commitment)
      let message = try #require(contract.message(of: kind), "record.proto has no message for \(kind)")
      #expect(body.lines == contract.messages[message], "\(kind)")
      personal.formUnion(sealed.lines)
      #expect(body.isAscending && sealed.isAscending, "the fields of \(kind) are not listed by ascending number")
    }
    var late = FieldList()
    var reason: String?
    try Envelope.lateEntry(&late, &reason)
    personal.formUnion(late.lines)
    var (names, list) = (FieldList(), [String]())
    try StoredPromises.names(&names, &list)
    personal.formUnion(names.lines)
    #expect(personal == Set(contract.messages["Personal"] ?? []))
  }

  @Test("every kind is a field of the record's body under its own name and number, and no other is")
  func kinds() throws {
    let contract = try Contract(Self.file)
    let told = EventKind.allCases.map { "\($0.recordNumber) \(snake($0.rawValue))" }
    #expect(told.sorted() == contract.body.map { "\($0.number) \($0.name)" }.sorted())
  }

  @Test("the envelope's list is that of the record")
  func envelope() throws {
    var (list, envelope) = (FieldList(), Envelope())
    try envelope.fields(&list)
    var last = FieldList()
    envelope.isImported = true
    try envelope.lastField(&last)
    let promises = "repeated Promise promises = \(StoredPromises.number)"
    #expect(list.lines + [promises] + last.lines == (try Contract(Self.file)).messages["Record"])
    #expect(list.isAscending && last.fields.allSatisfy { $0.number > StoredPromises.number })
  }

  @Test("so is that of a promise")
  func promises() throws {
    var (list, promise) = (FieldList(), Promised(.notice, due: nil, to: nil))
    try StoredPromises.fields(&promise, &list)
    #expect(list.lines == (try Contract(Self.file)).messages["Promise"])
    #expect(EventKind.allCases.allSatisfy { $0.recordNumber < StoredPromises.number })
  }

  @Test("the words of kinds, channels and outcomes have the numbers that they are stored by")
  func words() throws {
    let contract = try Contract(Self.file)
    var compared: Set<String> = []
    func expect<Word: RawRepresentable<UInt8> & CaseIterable>(_ words: Word.Type, _ name: String) {
      compared.insert(name)
      let prefix = snake(name.prefix(1).lowercased() + name.dropFirst()).uppercased()
      let told =
        ["\(prefix)_UNSPECIFIED = 0"]
        + Word.allCases.map { "\(prefix)_\(snake("\($0)").uppercased()) = \($0.rawValue)" }
      #expect(told == contract.enumerations[name])
    }
    expect(CaseKind.self, "Kind")
    expect(StreamKind.self, "StreamKind")
    expect(Promised.Kind.self, "PromiseKind")
    expect(Channel.self, "Channel")
    expect(Outcome.self, "Outcome")
    expect(NoticeChannel.self, "NoticeChannel")
    expect(NoticeOutcome.self, "NoticeOutcome")
    #expect(compared == Set(contract.enumerations.keys))
  }
}

private func snake(_ name: String) -> String {
  name.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
}

/// What `record.proto` says, line by line.
private struct Contract {
  /// The fields of each message, by ascending number; of the record without its body.
  private(set) var messages: [String: [String]] = [:]
  private(set) var enumerations: [String: [String]] = [:]
  private(set) var body: [(type: String, name: String, number: Int)] = []

  init(_ file: URL) throws {
    var (message, enumeration, isInBody) = ("", "", false)
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.first, first != "//" else { continue }
      switch first {
      case "message":
        message = words[1]
        messages[message] = []
      case "enum":
        enumeration = words[1]
        enumerations[enumeration] = []
      case "oneof": isInBody = true
      case "}":
        if isInBody { isInBody = false } else { (message, enumeration) = ("", "") }
      case "syntax", "package": break
      default:
        let field = words.joined(separator: " ").replacingOccurrences(of: ";", with: "")
        if isInBody, let number = Int(field.split(separator: " ").last ?? "") {
          body.append((words[0], words[1], number))
        } else if !message.isEmpty {
          messages[message, default: []].append(field)
        } else if !enumeration.isEmpty {
          enumerations[enumeration, default: []].append(field)
        }
      }
    }
    let words = Set(enumerations.keys)
    for (message, fields) in messages {
      messages[message] = fields.map { field in
        var parts = field.split(separator: " ").map(String.init)
        if words.contains(parts[0]) { parts[0] = "enumeration" }
        return parts.joined(separator: " ")
      }
    }
  }

  func message(of kind: EventKind) -> String? { body.first { $0.number == kind.recordNumber }?.type }
}
